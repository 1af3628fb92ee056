"""A release as the rules read it, and what a rule says of it: its marks and findings. Pure.

Each text has its part, its sentences, paragraphs and words, in any script.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property, lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from wbtest.writing.coach.word_lists import Hit, Phrases, Token, phrases, tokens_of, words_of
from wbtest.writing.document import Document, Form, Question
from wbtest.writing.text_rules import LETTERS_A_WORD, words

# stop blocks approval or start, warn wants a change or a reason, note only informs.
Severity = Literal["stop", "warn", "note"]
SEVERITIES: tuple[Severity, ...] = ("stop", "warn", "note")
# What a stop keeps a text from.
Step = Literal["approval", "start"]


class Mark(Struct, frozen=True):
    """Words that a rule means: characters ``start`` to ``end`` of the text at ``path``.

    Without words (``start == end``) something is missing in the part. ``message`` is one sentence
    that says what is the case; ``fix`` says how to fix just this, '' for the rule's own advice.
    """

    path: str
    part: str
    start: int
    end: int
    severity: Severity
    message: str
    fix: str = ""


Check = Callable[["Reading"], Iterable[Mark]]


class RuleTexts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the coach says of a rule: an entry of ``rules.toml``.

    ``severity`` says in words what its marks may be. ``before`` and ``after`` are an example of
    ours. An honesty rule holds in the short form as in the full one; the others only inform there.
    A stop of a wording rule may be waived, by an approver; that of another has to be fixed. What
    does not stop may always be waived.
    """

    title: str
    severity: str
    why: str
    source: str
    fix: str
    before: str
    after: str
    is_honesty: bool = False
    is_wording: bool = True
    stops_before: Step = "approval"


class Rule(RuleTexts, frozen=True, kw_only=True):
    """One thing the coach looks for. ``check`` yields a mark for each place.

    ``languages`` are those in which it works: () for any; ``words_in`` those of its word list
    where the rest works in any.
    """

    id: str
    check: Check
    languages: tuple[str, ...]
    words_in: tuple[str, ...]


class Finding(NamedTuple):
    """A mark with the rule it comes from and the words themselves, '' when something is missing."""

    rule: Rule
    mark: Mark
    words: str
    severity: Severity

    @property
    def is_waivable(self) -> bool:
        """Whether it may stay for a reason."""
        return self.severity != "stop" or self.rule.is_wording


_WORD = re.compile(r"\w+(?:['’]\w+)*")
_PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
# What ends a sentence, with the quotation marks and brackets that close after it.
_END = re.compile(
    r"(?:(?<![.!?…])[.!?…]++|[؟۔।])[\"”“’‘»«\)\]]*+(?:[ \u00a0\u202f]»)?(?=\s|$)"
    r"|[。！？｡]+[」』”）]*"
    r"|\n[ \t]*(?=[-*•·–‣][ \t]|\d{1,2}[.)][ \t])"
)
_LAST_WORD = re.compile(r"[\w.’']+$")
LONGEST_WORD = 40
# Where "3. März" is a day.
ORDINAL_DOTS = ("cs", "da", "de", "et", "fi", "hr", "hu", "nb", "pl", "sk", "sl", "sr")
ORDINAL_DIGITS = 2


class Piece(NamedTuple):
    """Part of a text: characters ``start`` to ``end``."""

    start: int
    end: int
    text: str


def words_in(text: str) -> list[Piece]:
    """The words of a text; a hyphen stands between two of them, an apostrophe within one.

    >>> [word.text for word in words_in("It’s end-to-end.")]
    ['It’s', 'end', 'to', 'end']
    """
    return [Piece(found.start(), found.end(), found[0]) for found in _WORD.finditer(text)]


def paragraphs_in(text: str) -> list[Piece]:
    """The paragraphs of a text, which empty lines part."""
    pieces = []
    for found in _PARAGRAPH.finditer(text):
        inner = found[0].rstrip()
        pieces.append(Piece(found.start(), found.start() + len(inner), inner))
    return pieces


def sentences_in(text: str, language: str) -> list[Piece]:
    """The sentences of a text in this language, as two or three letters.

    >>> [s.text for s in sentences_in("Dr. Ahn paid £1.50. “Really?” Yes.", "en")]
    ['Dr. Ahn paid £1.50.', '“Really?”', 'Yes.']
    """
    return [
        sentence
        for paragraph in paragraphs_in(text)
        for sentence in _sentences(paragraph, language)
    ]


def _sentences(paragraph: Piece, language: str) -> Iterator[Piece]:
    text, start = paragraph.text, 0
    for found in _END.finditer(text):
        if not _ends(text, found, language):
            continue
        if piece := _trimmed(paragraph, start, found.end()):
            yield piece
        start = found.end()
    if piece := _trimmed(paragraph, start, len(text)):
        yield piece


def _trimmed(paragraph: Piece, start: int, end: int) -> Piece | None:
    raw = paragraph.text[start:end]
    text = raw.strip()
    begin = paragraph.start + start + len(raw) - len(raw.lstrip())
    return Piece(begin, begin + len(text), text) if text else None


def _ends(text: str, found: re.Match[str], language: str) -> bool:
    """Whether a sentence is over here: not if it goes on in small letters, or after what is said.

    In Japanese a quotation is followed by the words of who says it, in hiragana.
    """
    following = text[found.end() : found.end() + LONGEST_WORD].lstrip()
    # "iPod" begins a sentence although its first letter is small.
    if following[:1].islower() and following.split(maxsplit=1)[0].islower():
        return False
    if found[0][-1] in "」』":
        return not "\u3041" <= following[:1] <= "\u309f"
    return not found[0].startswith(".") or not following or _is_full_stop(text, found, language)


def _is_full_stop(text: str, found: re.Match[str], language: str) -> bool:
    """Whether this dot stands behind more than an initial, an abbreviation or an ordinal."""
    before = text[max(0, found.start() - LONGEST_WORD) : found.start()]
    last = _LAST_WORD.search(before)
    word = last[0].lower() if last else ""
    is_initial = len(word) == 1 and word.isalpha() and word != "i"
    is_number = word.isdecimal() and len(word) <= ORDINAL_DIGITS
    # "1." at the beginning of a line numbers what follows it.
    begins_line = before.rpartition("\n")[2].strip() == word
    is_ordinal = is_number and (language in ORDINAL_DOTS or begins_line)
    return not (is_initial or is_ordinal or word in words_of(language, "abbreviations"))


class Span(Protocol):
    """Anything with characters ``start`` to ``end``."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Spans(Struct, frozen=True):
    """Spans that do not overlap, in order."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def index(self, place: int) -> int:
        """Which span covers this character, or -1."""
        index = bisect_right(self.starts, place) - 1
        return index if index >= 0 and place < self.ends[index] else -1

    def covers(self, place: int) -> bool:
        """Whether any span covers this character."""
        return self.index(place) >= 0


def spans_of(pieces: Iterable[Span]) -> Spans:
    """The places of sentences, quotations or hits, which do not overlap and are in order."""
    pairs = [(piece.start, piece.end) for piece in pieces]
    return Spans(tuple(start for start, _ in pairs), tuple(end for _, end in pairs))


_ROW = re.compile(r"faq\[(\d+)\]\.(.+)")
Section = Literal["release", "external", "internal"]
# The texts of the release in the order in which they are printed, and the part each belongs to.
RELEASE_TEXTS = (
    ("headline", "headline"),
    ("subheading", "subheading"),
    ("summary", "summary"),
    ("problem", "problem"),
    ("alternative", "alternative"),
    ("solution", "solution"),
    ("why_now", "why_now"),
    ("company_quote.text", "company_quote"),
    ("company_quote.speaker", "company_quote"),
    ("company_quote.role", "company_quote"),
    ("customer_quote.text", "customer_quote"),
    ("customer_quote.speaker", "customer_quote"),
    ("customer_quote.role", "customer_quote"),
    ("call_to_action.text", "call_to_action"),
    ("call_to_action.label", "call_to_action"),
    ("call_to_action.price", "call_to_action"),
)
# Lines of the release that are not printed as text of their own.
LABELS = (
    ("product", "release"),
    ("segment", "subheading"),
    ("dateline.city", "summary"),
    ("dateline.date", "summary"),
)
_PART_OF = dict((*RELEASE_TEXTS, *LABELS))


@dataclass(frozen=True)
class Text:
    """One field of the release: ``path`` names it in the document, ``part`` on the sheet."""

    path: str
    part: str
    section: Section
    text: str
    language: str

    @cached_property
    def sentences(self) -> list[Piece]:
        """Its sentences, in order."""
        return sentences_in(self.text, self.language)

    @cached_property
    def paragraphs(self) -> list[Piece]:
        """What stands between empty lines."""
        return paragraphs_in(self.text)

    @cached_property
    def tokens(self) -> list[Token]:
        """Its words in small letters, with straight apostrophes."""
        return tokens_of(self.text)

    @cached_property
    def words(self) -> int:
        """How many words it has, in any script."""
        return words(self.text)

    def find(self, name: str) -> Iterator[Hit]:
        """Yield where entries of the list called ``name`` stand; none without a list."""
        return phrases(self.language, name).find(self.text, self.tokens)

    def find_in(self, entries: Phrases) -> Iterator[Hit]:
        """Yield where entries of any list stand."""
        return entries.find(self.text, self.tokens)

    def mark(self, place: Span, severity: Severity, message: str, fix: str = "") -> Mark:
        """Return a mark on the words at ``place``, which the message may name as ``{}``."""
        named = message.replace("{}", self.text[place.start : place.end], 1)
        return Mark(self.path, self.part, place.start, place.end, severity, named, fix)

    def mark_all(self, severity: Severity, message: str, fix: str = "") -> Mark:
        """Return a mark on the whole text."""
        return Mark(self.path, self.part, 0, len(self.text), severity, message, fix)


class FaqEntry(Struct, frozen=True):
    """A question of the FAQ with its texts."""

    index: int
    question: Question
    asked: Text
    answer: Text


class CoachSettings(NamedTuple):
    """What a team says for itself: its own jargon, words and acronyms that are well known
    there, and rules (ids) that it does not want."""

    jargon: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()


def text_at(document: Document, path: str) -> str:
    """Return the text that a path like ``dateline.city`` or ``faq[3].open.until`` names.

    >>> text_at(Document(product="Larder"), "product")
    'Larder'
    """
    row = _ROW.fullmatch(path)
    if row is None:
        return str(attrgetter(path)(document))
    return str(attrgetter(row[2])(document.faq[int(row[1])]))


@dataclass(frozen=True)
class Reading:
    """The release, and what the rules ask of it again and again. ``today`` is the draft's day."""

    document: Document
    form: Form
    today: date
    settings: CoachSettings = field(default_factory=CoachSettings)

    @cached_property
    def language(self) -> str:
        """The language without its region, in small letters: ``en``."""
        return self.document.language.split("-")[0].lower()

    @cached_property
    def release(self) -> tuple[Text, ...]:
        """The filled texts of the release, in the order in which they are printed."""
        found = ((path, part, attrgetter(path)(self.document)) for path, part in RELEASE_TEXTS)
        return tuple(
            self._text(path, part, "release", text) for path, part, text in found if text.strip()
        )

    @cached_property
    def prose(self) -> tuple[Text, ...]:
        """The texts of the release that are made of sentences: no labels, no names."""
        ends = (".speaker", ".role", ".label", ".price")
        return tuple(text for text in self.release if not text.path.endswith(ends))

    @cached_property
    def external(self) -> tuple[FaqEntry, ...]:
        """What customers ask; empty rows are left out."""
        return self._entries("external")

    @cached_property
    def internal(self) -> tuple[FaqEntry, ...]:
        """What the team asks itself; empty rows are left out."""
        return self._entries("internal")

    @cached_property
    def everything(self) -> tuple[Text, ...]:
        """All filled texts: the release, then the questions and answers."""
        asked = [text for e in (*self.external, *self.internal) for text in (e.asked, e.answer)]
        return (*self.release, *(text for text in asked if text.text.strip()))

    @cached_property
    def labels(self) -> tuple[Text, ...]:
        """The filled lines beside the text: product, segment, city and day, who settles what."""
        found = [
            self._text(path, part, "release", attrgetter(path)(self.document))
            for path, part in LABELS
        ]
        for entry in (*self.external, *self.internal):
            unknown, audience = entry.question.open, entry.question.audience
            for name in ("owner", "settled_by") if unknown else ():
                path = f"faq[{entry.index}].open.{name}"
                found.append(self._text(path, audience, audience, getattr(unknown, name)))
        return tuple(text for text in found if text.text.strip())

    @cached_property
    def by_path(self) -> dict[str, Text]:
        """All filled texts and labels by their path."""
        return {text.path: text for text in (*self.labels, *self.everything)}

    def text(self, path: str) -> Text | None:
        """The filled text of the release at this path, or None."""
        return next((text for text in self.release if text.path == path), None)

    def missing(
        self, path: str, severity: Severity, message: str, fix: str = "", *, part: str = ""
    ) -> Mark:
        """Return a mark for something that is not there; ``part`` for a row of the FAQ."""
        return Mark(path, part or _PART_OF.get(path, "release"), 0, 0, severity, message, fix)

    def _text(self, path: str, part: str, section: Section, text: str) -> Text:
        return Text(path, part, section, text, self.language)

    def _entries(self, audience: Literal["external", "internal"]) -> tuple[FaqEntry, ...]:
        return tuple(
            FaqEntry(
                index,
                question,
                self._text(f"faq[{index}].question", audience, audience, question.question),
                self._text(f"faq[{index}].answer", audience, audience, question.answer),
            )
            for index, question in enumerate(self.document.faq)
            if question.audience == audience and (question.question + question.answer).strip()
        )


_LETTER = re.compile(r"[^\W\d_]")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


class Measure(NamedTuple):
    """What is counted, how many of them ``words`` takes for one word, and how many words a
    sentence may have, at most and on average. ``has_stops``: whether a mark ends a sentence."""

    unit: str
    a_word: int
    longest: int
    average: int
    has_stops: bool = True


WORDS = Measure("words", 1, longest=30, average=20)
# Japanese guides stop at 80 characters a sentence; 50 is what newspapers have on average.
DENSE = Measure("characters", 2, longest=40, average=25)
# In Thai a space parts clauses and sentences alike.
UNSPACED = Measure("characters", LETTERS_A_WORD, longest=30, average=20, has_stops=False)


def measure_of(texts: Iterable[Text]) -> Measure:
    """The measure of the script in which most of the letters are written."""
    text = "\n".join(text.text for text in texts)
    letters = len(_LETTER.findall(text))
    if 2 * len(_DENSE.findall(text)) > letters:
        return DENSE
    return UNSPACED if 2 * len(_UNSPACED.findall(text)) > letters else WORDS


UNSPACED_LANGUAGES = ("ja", "km", "lo", "my", "th", "zh")
# As many letters as an Arabic word keeps when its prefix is taken off.
FEWEST_LETTERS = 2
# Short vowels, doubled letters, and the stroke that only makes a word longer.
MARKS = frozenset("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0640")
AND = "وف"
_PREFIX = re.compile(r"[وف]?(?:[بك]?ال|لل|[بلك])?")
# Wide letters and digits, as Japanese keyboards give them.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class Place(NamedTuple):
    """Characters ``start`` to ``end`` of a text."""

    start: int
    end: int


def without_overlaps(places: Iterable[Place]) -> Iterator[Place]:
    """The places in order; of those that overlap the first, of equal beginnings the longest."""
    reach = 0
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        if place.start >= reach:
            reach = place.end
            yield place


def find_listed(text: Text, name: str) -> list[Place]:
    """Return where entries of the list called ``name`` stand, in order; none without a list."""
    found = sorted(set(_places(text, name)))
    fine = sorted(set(_places(text, f"{name}_fine"))) if found else []
    return list(_outside(found, fine))


def has_listed(text: Text, name: str) -> bool:
    """Whether any entry of the list called ``name`` stands in the text."""
    return bool(find_listed(text, name))


def without_prefix(word: str) -> str:
    """The Arabic word without the article, conjunctions and prepositions written in one with it.

    >>> without_prefix("والمعلمين")
    'معلمين'
    """
    found = _PREFIX.match(word)
    rest = word[found.end() :] if found else word
    return rest if len(rest) >= FEWEST_LETTERS else word


def _places(text: Text, name: str) -> Iterator[Place]:
    if text.language in UNSPACED_LANGUAGES:
        anywhere = _anywhere(text.language, name)
        if anywhere is not None:
            for found in anywhere.finditer(text.text.translate(_NARROW)):
                yield Place(found.start(), found.end())
        return
    if text.language == "ar":
        yield from _arabic(text, name)
        return
    for hit in text.find(name):
        yield Place(hit.start, hit.end)


def _arabic(text: Text, name: str) -> Iterator[Place]:
    """Where entries stand, whatever vowel marks a word has and whatever is written before it."""
    entries = phrases("ar", name)
    if not entries:
        return
    kept, plain, passes = _arabic_words(text.text)
    for some in passes:
        for hit in entries.find(plain, some):
            # Up to the next letter: marks belong to the one before them.
            yield Place(kept[hit.start], kept[hit.end])


@lru_cache(maxsize=256)
def _arabic_words(text: str) -> tuple[list[int], str, list[list[Token]]]:
    """Places of the letters, the text without marks, and its words as they may be written."""
    kept = [place for place, letter in enumerate(text) if letter not in MARKS]
    plain = "".join(text[place] for place in kept)
    kept.append(len(text))
    tokens = tokens_of(plain)
    # “And” may stand before a word that begins with the letter of another prefix: وبدل.
    joined = [token._replace(text=_without_and(token.text)) for token in tokens]
    bare = [token._replace(text=without_prefix(token.text)) for token in tokens]
    return kept, plain, [tokens, *(some for some in (joined, bare) if some != tokens)]


def _without_and(word: str) -> str:
    return word[1:] if word[0] in AND and len(word) > FEWEST_LETTERS else word


@cache
def _anywhere(language: str, name: str) -> re.Pattern[str] | None:
    """The entries as one pattern, the longest first; None when there are none."""
    entries = sorted(words_of(language, name), key=lambda entry: (-len(entry), entry))
    return re.compile("|".join(map(re.escape, entries)), re.IGNORECASE) if entries else None


def _outside(found: list[Place], fine: list[Place]) -> Iterator[Place]:
    """The places that overlap neither a fine one nor the one before; all lists are in order."""
    index, end = 0, 0
    for place in found:
        while index < len(fine) and fine[index].end <= place.start:
            index += 1
        is_fine = index < len(fine) and fine[index].start < place.end
        if not is_fine and place.start >= end:
            yield place
            end = place.end
