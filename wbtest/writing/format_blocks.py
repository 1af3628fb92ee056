"""The blocks an adapted release is made of, and the release's parts as such blocks. Pure.

Headings and labels of our own are written in English below, in other languages in
``format_words/<code>.toml``. An adapted release can be written out as Markdown or plain text.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from wbtest.writing.document import CallToAction, Document, Quote
from wbtest.writing.text_rules import paragraphs


class HeadingBlock(NamedTuple):
    """A heading of level 1 to 3; ``is_ours`` when the words are the tool's own."""

    text: str
    level: int = 2
    is_ours: bool = False


class ParagraphBlock(NamedTuple):
    """A paragraph; ``lead`` stands before it in bold, such as city and day."""

    text: str
    lead: str = ""


class ListBlock(NamedTuple):
    """A list."""

    items: tuple[str, ...]


class QuoteBlock(NamedTuple):
    """What somebody says, and who; ``imagined`` is the label in brackets, '' for a real person."""

    paragraphs: tuple[str, ...]
    by: str = ""
    imagined: str = ""


class ButtonBlock(NamedTuple):
    """What a visitor presses."""

    label: str


Block = HeadingBlock | ParagraphBlock | ListBlock | QuoteBlock | ButtonBlock


class BlockSection(NamedTuple):
    """Pieces that stand together; ``name`` is for the preview, which draws each in its manner."""

    name: str
    pieces: tuple[Block, ...]


class LengthLimit(NamedTuple):
    """How much of the room for a text is used; ``shown_by`` says whose room it is."""

    label: str
    used: int
    most: int
    shown_by: str
    unit: str = "characters"

    @property
    def is_over(self) -> bool:
        return self.used > self.most

    @property
    def room(self) -> str:
        """Whose room it is, and how much."""
        return f"{self.shown_by[0].upper()}{self.shown_by[1:]} {self.most:,} {self.unit}."

    @property
    def sentence(self) -> str:
        """What does not fit, or '' when all does.

        >>> LengthLimit("subtitle", 42, 30, "the App Store shows").sentence
        'The subtitle has 42 characters; the App Store shows 30.'
        """
        if not self.is_over:
            return ""
        return f"The {self.label} has {self.used:,} {self.unit}; {self.shown_by} {self.most:,}."


class AdaptedRelease(NamedTuple):
    """A release in another form. Nothing is cut: what does not fit is said in ``sentences``.

    ``title`` and ``description`` are what a search engine shows of it; ``ours`` is the language of
    the tool's own words, ``notes`` are sentences about what was left out or is still missing.
    """

    language: str
    ours: str
    title: str
    description: str
    sections: tuple[BlockSection, ...]
    limits: tuple[LengthLimit, ...]
    notes: tuple[str, ...] = ()

    @property
    def pieces(self) -> tuple[Block, ...]:
        """All pieces in their order."""
        return tuple(piece for section in self.sections for piece in section.pieces)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What does not fit, then what else there is to know."""
        return (*(limit.sentence for limit in self.limits if limit.is_over), *self.notes)


def without_empty(sections: Iterator[BlockSection]) -> tuple[BlockSection, ...]:
    """The sections that hold something."""
    return tuple(section for section in sections if section.pieces)


_WORDS_FOLDER = Path(__file__).with_name("format_words")


class FormatWords(NamedTuple):
    """Headings and labels; ``language`` is that of the words. Braces name what is filled in."""

    language: str = "en"
    # On a landing page and in a store
    today: str = "Today"
    difference: str = "The difference"
    with_product: str = "With {product}"
    why_now: str = "Why now"
    questions: str = "Questions"
    again: str = "Be among the first"
    # In a blog post: sentences
    how_it_is: str = "How things are today"
    what_is_better: str = "What people do now, and what’s better"
    what_changes: str = "What changes with {product}"
    why_possible: str = "Why it is possible now"
    what_people_ask: str = "What people ask"
    how_to_start: str = "How to start"
    # Everywhere
    imagined: str = "imagined"
    price: str = "Price: {price}"


@cache
def words_for(language: str) -> FormatWords:
    """Return the words for a language tag, by its first part; English for one we do not speak.

    >>> words_for("de-AT").language, words_for("tlh").language
    ('de', 'en')
    """
    spoken = {file.stem: file for file in _WORDS_FOLDER.glob("*.toml")}
    code = language.lower().partition("-")[0]
    if code not in spoken:
        return FormatWords()

    return FormatWords(**tomllib.loads(spoken[code].read_text(encoding="utf-8")))


# What search engines show of a page before they cut it, in characters.
SEARCH_TITLE = 60
SEARCH_DESCRIPTION = 155
_ITEM = re.compile(r"\s*[-*•]\s+(.+)")


def prose_blocks(text: str) -> tuple[ParagraphBlock | ListBlock, ...]:
    """The paragraphs of a text, and its lists: lines that all begin with a dash or a dot.

    >>> prose_blocks("- gas\\n- light")
    (ListBlock(items=('gas', 'light')),)
    """
    return tuple(_list_or_paragraph(paragraph) for paragraph in paragraphs(text))


def _list_or_paragraph(text: str) -> ParagraphBlock | ListBlock:
    items = tuple(map(_ITEM.match, text.split("\n")))
    if all(items):
        return ListBlock(tuple(item[1].strip() for item in items if item))
    return ParagraphBlock(text)


def titled_section(name: str, title: str, text: str) -> BlockSection:
    """A part below a heading of ours; empty when the part is."""
    body = prose_blocks(text)
    return BlockSection(name, (HeadingBlock(title, is_ours=True), *body) if body else ())


def quote_blocks(quote: Quote, imagined: str = "") -> tuple[QuoteBlock, ...]:
    """What somebody says, labelled when it is ``imagined``; nothing where nobody says anything."""
    if not quote.text.strip():
        return ()
    by = ", ".join(words.strip() for words in (quote.speaker, quote.role) if words.strip())
    return (QuoteBlock(paragraphs(quote.text), by, imagined),)


def faq_section(document: Document, title: str, level: int = 3) -> BlockSection:
    """What customers ask, with the answers. The document holds no other questions any more."""
    found: list[Block] = []
    for question in document.faq:
        found += [HeadingBlock(question.question, level), *prose_blocks(question.answer)]
    return BlockSection("faq", (HeadingBlock(title, is_ours=True), *found) if found else ())


def call_to_action(action: CallToAction, words: FormatWords) -> Iterator[Block]:
    """What to do, what it costs, and the button."""
    if action.text.strip():
        yield ParagraphBlock(action.text)
    yield from price_block(action, words)
    if action.label.strip():
        yield ButtonBlock(action.label)


def price_block(action: CallToAction, words: FormatWords) -> Iterator[ParagraphBlock]:
    """The price, unless the sentence names it already."""
    if action.price.strip() and action.price not in action.text:
        yield ParagraphBlock(words.price.format(price=action.price))


def missing_parts(document: Document, *names: str) -> tuple[str, ...]:
    """A sentence for each of these parts that is still empty."""
    return tuple(
        f"The {name.replace('_', ' ')} is still empty."
        for name in names
        if not getattr(document, name).strip()
    )


def language_notes(document: Document, words: FormatWords) -> tuple[str, ...]:
    """A sentence when our own words are in another language than the release."""
    if document.language.lower().partition("-")[0] == words.language:
        return ()
    return (
        f"The headings we add are in English: we don’t have them in “{document.language}” yet.",
    )


# An ampersand is a mark where it names a letter, such as &lt;.
_MARK_ANYWHERE = re.compile(r"[\\`*_\[\]<>~]|&(?=#?\w+;)")
_MARK_AT_START = re.compile(r"^(\s*(?:[0-9]+(?=[.)]))?)([#+=|.)-])", re.MULTILINE)


def as_markdown(adapted: AdaptedRelease) -> str:
    """Return the pieces as Markdown; no letter of the release is taken for a mark of it."""
    return "\n\n".join(map(_markdown, adapted.pieces)) + "\n"


def as_text(adapted: AdaptedRelease) -> str:
    """Return the pieces as plain text with empty lines between them."""
    return "\n\n".join(map(_text, adapted.pieces)) + "\n"


def _markdown(piece: Block) -> str:
    match piece:
        case HeadingBlock(text, level):
            return f"{'#' * level} {_on_one_line(_escaped(text))}"
        case ParagraphBlock(text, lead):
            return f"**{_escaped(lead)}** {_escaped(text)}".rstrip() if lead else _escaped(text)
        case ListBlock(items):
            return "\n".join(f"- {_on_one_line(_escaped(item))}" for item in items)
        case QuoteBlock(paragraphs):
            said = "\n\n".join(map(_escaped, paragraphs))
            by = _attribution(piece)
            lines = (f"{said}\n\n— {_escaped(by)}" if by else said).split("\n")
            return "\n".join(f"> {line}".rstrip() for line in lines)
        case ButtonBlock(label):
            return f"**{_escaped(label)}**"


def _text(piece: Block) -> str:
    match piece:
        case HeadingBlock(text) | ButtonBlock(text):
            return text
        case ParagraphBlock(text, lead):
            return f"{lead} {text}".strip()
        case ListBlock(items):
            return "\n".join(f"• {item}" for item in items)
        case QuoteBlock(paragraphs):
            by = _attribution(piece)
            return "\n\n".join([*paragraphs, *([f"— {by}"] if by else [])])


def _attribution(quote: QuoteBlock) -> str:
    label = f"({quote.imagined})" if quote.imagined else ""
    return " ".join(words for words in (quote.by, label) if words)


def _escaped(text: str) -> str:
    return _MARK_AT_START.sub(r"\1\\\2", _MARK_ANYWHERE.sub(r"\\\g<0>", text))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
