"""A press release as values: its parts, its FAQ, its digest and its length. Pure.

The JSON form is the product's public one; what a page may show of it is decided in
``publishing.copy``, not here.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from wbtest.writing.checking import NotADocument as NotADocument
from wbtest.writing.checking import checked_text, list_of, mapping_of
from wbtest.writing.evidence import Evidence, ledger_from_json
from wbtest.writing.limits import LONGEST_TEXT as LONGEST_TEXT
from wbtest.writing.limits import MOST_QUESTIONS
from wbtest.writing.wording import words

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
EXTERNAL_TOPICS = ("what and for whom", "price", "how to start", "difference", "data", "help")
INTERNAL_TOPICS = (
    "pricing",
    "competitive positioning",
    "technical feasibility",
    "key risks",
    "dependencies",
    "how many customers",
    "what we will not build",
    "how we measure success",
    "what would make us stop",
)
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
        parts["evidence"] = ledger_from_json(given["evidence"])
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
