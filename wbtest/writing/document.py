"""A press release as values: its parts, its FAQ, its evidence, its digest and its length. Pure.

The JSON form is the product's public one; what a page may show of it is decided in
``publishing.copy``, not here. ``PARTS`` names the parts of a form and what each must do, in the
words that the editor shows beside it.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast, get_args

from wbtest.writing.text_rules import (
    MOST_EVIDENCE,
    MOST_QUESTIONS,
    fault_of,
    with_plain_breaks,
    words,
)

_INDEX = re.compile(r"\[\d+\]")


class NotADocument(ValueError):
    """The input is not a press release; the text names the part, ``part`` holds its name."""

    def __init__(self, part: str, sentence: str) -> None:
        super().__init__(f"{part}: {sentence}")
        self.part = part
        self.sentence = sentence


def mapping_of(part: str, value: Any, known: set[str]) -> Mapping[str, Any]:
    """Return the object. Raises NotADocument when it is none, or has a part nobody knows."""
    if not isinstance(value, Mapping):
        raise NotADocument(part, "must be an object with named parts.")
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown:
        raise NotADocument(part, f"has no part called {unknown[0][:40]!r}.")
    return value


def list_of(part: str, value: Any, most: int, things: str) -> list[Any]:
    """Return the list of ``things``. Raises NotADocument when it is none, or longer than most."""
    if not isinstance(value, list):
        raise NotADocument(part, f"must be a list of {things}.")
    if len(value) > most:
        raise NotADocument(part, f"has {len(value)} {things}. At most {most} fit.")
    return value


def checked_text(part: str, value: Any) -> str:
    """Return the text with plain line breaks. Raises NotADocument when it may not stand there."""
    if not isinstance(value, str):
        raise NotADocument(part, "must be text.")
    text = with_plain_breaks(value)
    if fault := fault_of(_INDEX.sub("", part), text):
        raise NotADocument(part, fault)
    return text


EvidenceKind = Literal["sourced", "assumed", "imagined"]
EVIDENCE_KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
_LINK = re.compile(r"https?://[^\s\"'<>\\@]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one number rests on. ``words`` is the number as it stands in the text, with its unit.

    ``source`` is a link or a note. While a draft is being written a source may still be missing.
    """

    words: str
    kind: EvidenceKind
    source: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether it says enough: who has a source names it."""
        return self.kind != "sourced" or bool(self.source.strip())

    @property
    def key(self) -> str:
        """What makes two entries the same: the words, without capitals and kinds of spaces."""
        return words_key(self.words)


def words_key(words: str) -> str:
    """Return the words as they are compared.

    >>> words_key("47\u00a0% of  Parents")
    '47 % of parents'
    """
    return " ".join(words.split()).casefold()


def is_spelled(words: str) -> bool:
    """Whether a number is written in letters: most of these are no figures that one looks up.

    >>> is_spelled("two questions"), is_spelled("£4 a month"), is_spelled("三人")
    (True, False, False)
    """
    return not any(letter.isnumeric() for letter in words)


def link_in(text: str) -> str:
    """Return the text when it is the address of a page and nothing else, else ''.

    >>> link_in(" https://rents.example/2026 "), link_in("javascript:alert(1)"), link_in("a diary")
    ('https://rents.example/2026', '', '')
    """
    found = _LINK.fullmatch(text.strip())
    return found[0] if found else ""


def evidence_with_answers(
    evidence: tuple[Evidence, ...], answers: Iterable[tuple[str, str, str]]
) -> tuple[Evidence, ...]:
    """Return the ledger after what was said of some numbers: words, kind and source of each.

    Who names a source has one, even without a kind. An answer without either takes the entry away,
    and so does one of another kind. Entries of which nothing was said stay.
    """
    found = {entry.key: entry for entry in evidence}
    for number, answer, source in answers:
        kind = answer or ("sourced" if source.strip() else "")
        entry = next(
            (Evidence(number, known, source) for known in EVIDENCE_KINDS if known == kind), None
        )
        if entry and entry.key:
            found[entry.key] = entry
        else:
            found.pop(words_key(number), None)
    # What was there before is never pushed out.
    return tuple(found.values())[:MOST_EVIDENCE]


def evidence_from_json(value: Any) -> tuple[Evidence, ...]:
    """Return the entries. Raises NotADocument naming the first that cannot be used."""
    entries = list_of("evidence", value, MOST_EVIDENCE, "numbers")
    found: dict[str, Evidence] = {}
    for index, given in enumerate(entries):
        part = f"evidence[{index}]"
        entry = _evidence(part, given)
        if entry.key in found:
            raise NotADocument(f"{part}.words", "is in the list already.")
        found[entry.key] = entry
    return tuple(found.values())


def _evidence(part: str, value: Any) -> Evidence:
    given = mapping_of(part, value, set(Evidence.__dataclass_fields__))
    kind = given.get("kind")
    if kind not in EVIDENCE_KINDS:
        raise NotADocument(f"{part}.kind", "must be sourced, assumed or imagined.")
    words = checked_text(f"{part}.words", given.get("words", ""))
    if not words.strip():
        raise NotADocument(f"{part}.words", "must be the number exactly as the text has it.")
    return Evidence(words, kind, checked_text(f"{part}.source", given.get("source", "")))


Audience = Literal["external", "internal"]
Form = Literal["short", "full"]
AUDIENCES: tuple[Audience, ...] = ("external", "internal")
TEXT_PARTS = (
    "product",
    "language",
    "segment",
    "headline",
    "subheading",
    "summary",
    "problem",
    "alternative",
    "solution",
    "why_now",
)
_TOPICS = tomllib.loads(Path(__file__).with_name("topics.toml").read_text("utf-8"))
EXTERNAL_TOPICS: tuple[str, ...] = tuple(_TOPICS["external"])
INTERNAL_TOPICS: tuple[str, ...] = tuple(_TOPICS["internal"])
# Where the product comes from and goes to, as links or sentences; no page shows them.
BELONGING = ("vision", "roadmap")
WORDS_A_PAGE = 450


@dataclass(frozen=True, slots=True)
class Dateline:
    """Where and when the imagined launch takes place; ``date`` is ISO 8601 or empty."""

    city: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody says. A customer's is imagined, and every page marks it so."""

    text: str = ""
    speaker: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class CallToAction:
    """How to get started: the sentence, the words on the button, the price or “free”."""

    text: str = ""
    label: str = ""
    price: str = ""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """An honest unknown: who settles it, by when, and how."""

    owner: str = ""
    until: str = ""
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One entry of the FAQ. Internal ones never leave the team."""

    audience: Audience
    question: str
    answer: str = ""
    topic: str = ""
    open: OpenQuestion | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The whole release. Every part may be empty while it is a draft."""

    product: str = ""
    language: str = "en"
    segment: str = ""
    headline: str = ""
    subheading: str = ""
    dateline: Dateline = field(default_factory=Dateline)
    summary: str = ""
    problem: str = ""
    alternative: str = ""
    solution: str = ""
    why_now: str = ""
    company_quote: Quote = field(default_factory=Quote)
    customer_quote: Quote = field(default_factory=Quote)
    call_to_action: CallToAction = field(default_factory=CallToAction)
    faq: tuple[Question, ...] = ()
    # What the numbers rest on, and where the product belongs, never leave the team.
    evidence: tuple[Evidence, ...] = ()
    vision: str = ""
    roadmap: str = ""

    def questions(self, audience: Audience) -> tuple[Question, ...]:
        """The FAQ's entries for one audience, in order."""
        return tuple(q for q in self.faq if q.audience == audience)


def to_json(document: Document) -> dict[str, Any]:
    """Return plain JSON values; ``from_json`` gives the same document back."""
    values = asdict(document)
    for question in values["faq"]:
        if question["open"] is None:
            del question["open"]
    values["faq"] = list(values["faq"])
    values["evidence"] = list(values["evidence"])
    return values


def from_json(values: Any) -> Document:
    """Return the document. Raises NotADocument naming the first part that cannot be used."""
    given = mapping_of("release", values, set(Document.__dataclass_fields__))
    parts: dict[str, Any] = {
        name: checked_text(name, given[name]) for name in (*TEXT_PARTS, *BELONGING) if name in given
    }
    for name, kind in (
        ("dateline", Dateline),
        ("company_quote", Quote),
        ("customer_quote", Quote),
        ("call_to_action", CallToAction),
    ):
        if name in given:
            inner = mapping_of(name, given[name], set(kind.__dataclass_fields__))
            parts[name] = kind(**{k: checked_text(f"{name}.{k}", v) for k, v in inner.items()})
    if "faq" in given:
        parts["faq"] = _faq(given["faq"])
    if "evidence" in given:
        parts["evidence"] = evidence_from_json(given["evidence"])
    return Document(**parts)


def digest(document: Document) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits: the same text always gives the same digest.

    Empty parts are left out, so that a version with more parts finds old digests unchanged.
    """
    values = _filled(to_json(document))
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _filled(value: Any) -> Any:
    """The value without the empty parts of its objects; lists keep their places."""
    if isinstance(value, dict):
        inner = {key: _filled(part) for key, part in value.items()}
        return {key: part for key, part in inner.items() if part not in ("", {}, [])}
    return [_filled(part) for part in value] if isinstance(value, list) else value


def length(document: Document) -> tuple[int, float]:
    """Words of the release without its FAQ, and pages at 450 words (900 CJK characters) a page."""
    texts = [getattr(document, name) for name in TEXT_PARTS[3:]]
    texts += [document.company_quote.text, document.customer_quote.text]
    texts += [document.call_to_action.text]
    count = sum(words(text) for text in texts)
    return count, round(count / WORDS_A_PAGE, 1)


def count_written(document: Document, form: Form) -> tuple[int, int]:
    """How many parts of this form's text say something, and how many there are.

    Questions have a list of their own.
    """
    names = [part.name for part in PARTS[form] if part.name not in AUDIENCES]
    values = (getattr(document, name) for name in names)
    texts = [value if isinstance(value, str) else value.text for value in values]
    return sum(bool(text.strip()) for text in texts), len(names)


def _faq(value: Any) -> tuple[Question, ...]:
    entries = list_of("faq", value, MOST_QUESTIONS, "questions")
    return tuple(_question(f"faq[{i}]", entry) for i, entry in enumerate(entries))


def _question(part: str, value: Any) -> Question:
    given = mapping_of(part, value, set(Question.__dataclass_fields__))
    audience = given.get("audience")
    if audience not in ("external", "internal"):
        raise NotADocument(f"{part}.audience", "must be external or internal.")
    texts = {
        name: checked_text(f"{part}.{name}", given[name])
        for name in ("question", "answer", "topic")
        if name in given
    }
    opened = None
    if given.get("open") is not None:
        inner = mapping_of(f"{part}.open", given["open"], set(OpenQuestion.__dataclass_fields__))
        opened = OpenQuestion(**{k: checked_text(f"{part}.open.{k}", v) for k, v in inner.items()})
    return Question(
        audience=audience,
        question=texts.get("question", ""),
        answer=texts.get("answer", ""),
        topic=texts.get("topic", ""),
        open=opened,
    )


class Part(NamedTuple):
    """One part: its anchor, its name on the page, what it must do and a way to get there."""

    name: str
    label: str
    task: str
    advice: str


_PARTS = {
    name: Part(name, **said)
    for name, said in tomllib.loads(
        Path(__file__).with_name("parts.toml").read_text("utf-8")
    ).items()
}
PART_LABELS = {name: part.label for name, part in _PARTS.items()}
_SHORT = ("headline", "subheading", "problem", "alternative", "call_to_action", "external")
PARTS: dict[Form, tuple[Part, ...]] = {
    "short": tuple(_PARTS[name] for name in _SHORT),
    "full": tuple(_PARTS.values()),
}


_SAID: dict[str, dict[str, str]] = _TOPICS["external"] | _TOPICS["internal"]
EXAMPLE_QUESTIONS = {topic: said["example"] for topic, said in _SAID.items()}
TOPIC_NAMES = {topic: said["name"] for topic, said in _SAID.items() if "name" in said}
# A topic as people label a question.
_LABELS = {
    topic: {topic, *re.split(r" \| |\n", said["labels"].strip())} for topic, said in _SAID.items()
}
_LONGEST_TOPIC = 80
_NO_ANSWER = OpenQuestion()
# A short release begins with these; any other three will do as well.
ENOUGH_FOR_SHORT = 3
EXPECTED_TOPICS: dict[Form, dict[Audience, tuple[str, ...]]] = {
    "short": {"external": ("what and for whom", "price", "difference"), "internal": ()},
    # Without these four nobody inside can say yes.
    "full": {"external": EXTERNAL_TOPICS, "internal": INTERNAL_TOPICS[:4]},
}


def topic_name(topic: str) -> str:
    """Return what a topic is called on screen.

    >>> topic_name("what and for whom"), topic_name("price")
    ('what it is and who it’s for', 'price')
    """
    return TOPIC_NAMES.get(topic, topic)


def topic_labelled(label: str, topics: Iterable[str]) -> str:
    """Return which of these topics a label names, in any of four languages, or ''.

    >>> topic_labelled("Wettbewerb ", INTERNAL_TOPICS), topic_labelled("Vision", INTERNAL_TOPICS)
    ('competitive positioning', '')
    """
    words = " ".join(label[:_LONGEST_TOPIC].casefold().split())
    return next((topic for topic in topics if words in _LABELS[topic]), "")


def is_settled(question: Question) -> bool:
    """Whether a question has an answer, or is an honest unknown: who settles it, by when, how."""
    unknown = question.open
    return bool(question.question.strip()) and (
        bool(question.answer.strip())
        or (unknown is not None and all((unknown.owner, unknown.until, unknown.settled_by)))
    )


def still_open(document: Document) -> tuple[Question, ...]:
    """The questions that nobody can answer yet, the one that is to be settled first at the top.

    Those without a day come last.
    """
    unknown = [question for question in document.faq if question.open is not None]
    return tuple(sorted(unknown, key=lambda question: (question.open or _NO_ANSWER).until or "9"))


def with_expected_questions(document: Document, form: Form) -> Document:
    """Return the document with a row for each expected topic that has none; nothing is lost.

    The example stands in for the question only where it is in the release's language.
    """
    speaks_english = document.language.split("-")[0].lower() == "en"
    faq = list(document.faq)
    for audience, topics in EXPECTED_TOPICS[form].items():
        present = {question.topic for question in document.questions(audience)}
        faq += [
            Question(audience, EXAMPLE_QUESTIONS[topic] if speaks_english else "", topic=topic)
            for topic in topics
            if topic not in present
        ]
    return replace(document, faq=tuple(faq))


def arrange_questions(document: Document, command: str) -> Document:
    """Return the document after a button's ``command``; one that does not fit changes nothing.

    ``add:internal:key risks`` adds a row (the topic may be empty); ``up:external:2``, ``down:…``
    and ``remove:…`` act on the row of that audience with that number, counted from 0.
    """
    verb, _, rest = command.partition(":")
    audience, _, what = rest.partition(":")
    if audience not in ("external", "internal"):
        return document
    side = cast(Audience, audience)
    rows = list(document.questions(side))
    if verb == "add" and len(document.faq) < MOST_QUESTIONS:
        topic = what if what in EXTERNAL_TOPICS + INTERNAL_TOPICS else ""
        rows.append(Question(side, "", topic=topic))
    elif what.isascii() and what.isdigit() and int(what) < len(rows):
        _move_or_remove(rows, verb, int(what))
    return with_questions(document, side, rows)


def with_questions(document: Document, audience: Audience, rows: list[Question]) -> Document:
    """Return the document with these as its questions of one audience, customers' first."""
    external = rows if audience == "external" else document.questions("external")
    internal = rows if audience == "internal" else document.questions("internal")
    return replace(document, faq=(*external, *internal))


def _move_or_remove(rows: list[Question], verb: str, index: int) -> None:
    """Move or remove the row at ``index``, in place."""
    if verb == "remove":
        del rows[index]
    elif verb == "up" and index > 0:
        rows.insert(index - 1, rows.pop(index))
    elif verb == "down":
        rows.insert(index + 1, rows.pop(index))
