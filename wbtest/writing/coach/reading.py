"""A release as the rules read it: each text with its part, its sentences and its words. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Literal, NamedTuple

from msgspec import Struct

from wbtest.writing.coach.finding import Mark, Severity
from wbtest.writing.coach.lists import Hit, Phrases, Token, phrases, tokens_of
from wbtest.writing.coach.sentences import Piece, count_words, paragraphs_in, sentences_in
from wbtest.writing.document import Document, Form, Question

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
        return count_words(self.text)

    def find(self, name: str) -> Iterator[Hit]:
        """Yield where entries of the list called ``name`` stand; none without a list."""
        return phrases(self.language, name).find(self.text, self.tokens)

    def find_in(self, entries: Phrases) -> Iterator[Hit]:
        """Yield where entries of any list stand."""
        return entries.find(self.text, self.tokens)

    def mark(self, start: int, end: int, severity: Severity, message: str, mend: str = "") -> Mark:
        """Return a mark on characters ``start`` to ``end``."""
        return Mark(self.path, self.part, start, end, severity, message, mend)

    def mark_all(self, severity: Severity, message: str, mend: str = "") -> Mark:
        """Return a mark on the whole text."""
        return self.mark(0, len(self.text), severity, message, mend)


class Entry(Struct, frozen=True):
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
    def external(self) -> tuple[Entry, ...]:
        """What customers ask; empty rows are left out."""
        return self._entries("external")

    @cached_property
    def internal(self) -> tuple[Entry, ...]:
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
        self, path: str, part: str, severity: Severity, message: str, mend: str = ""
    ) -> Mark:
        """Return a mark for something that is not there."""
        return Mark(path, part, 0, 0, severity, message, mend)

    def _text(self, path: str, part: str, section: Section, text: str) -> Text:
        return Text(path, part, section, text, self.language)

    def _entries(self, audience: Literal["external", "internal"]) -> tuple[Entry, ...]:
        return tuple(
            Entry(
                index,
                question,
                self._text(f"faq[{index}].question", audience, audience, question.question),
                self._text(f"faq[{index}].answer", audience, audience, question.answer),
            )
            for index, question in enumerate(self.document.faq)
            if question.audience == audience and (question.question + question.answer).strip()
        )
