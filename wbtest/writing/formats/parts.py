"""Parts of a release as pieces, which several forms share. Pure."""

import re
from collections.abc import Iterator

from wbtest.writing import document as documents
from wbtest.writing.document import CallToAction, Document
from wbtest.writing.formats.pieces import Button, Heading, Paragraph, Piece, Points, Quote, Section
from wbtest.writing.formats.words import FormatWords
from wbtest.writing.wording import paragraphs

# What search engines show of a page before they cut it, in characters.
SEARCH_TITLE = 60
SEARCH_DESCRIPTION = 155
_ITEM = re.compile(r"\s*[-*•]\s+(.+)")


def prose(text: str) -> tuple[Paragraph | Points, ...]:
    """The paragraphs of a text, and its lists: lines that all begin with a dash or a dot.

    >>> prose("- gas\\n- light")
    (Points(items=('gas', 'light')),)
    """
    return tuple(_list_or_paragraph(paragraph) for paragraph in paragraphs(text))


def _list_or_paragraph(text: str) -> Paragraph | Points:
    items = tuple(map(_ITEM.match, text.split("\n")))
    if all(items):
        return Points(tuple(item[1].strip() for item in items if item))
    return Paragraph(text)


def told(name: str, title: str, text: str) -> Section:
    """A part below a heading of ours; empty when the part is."""
    body = prose(text)
    return Section(name, (Heading(title, is_ours=True), *body) if body else ())


def quotation(quote: documents.Quote, imagined: str = "") -> tuple[Quote, ...]:
    """What somebody says, labelled when it is ``imagined``; nothing where nobody says anything."""
    if not quote.text.strip():
        return ()
    by = ", ".join(words.strip() for words in (quote.speaker, quote.role) if words.strip())
    return (Quote(paragraphs(quote.text), by, imagined),)


def answers(document: Document, title: str, level: int = 3) -> Section:
    """What customers ask, with the answers. The document holds no other questions any more."""
    found: list[Piece] = []
    for question in document.faq:
        found += [Heading(question.question, level), *prose(question.answer)]
    return Section("faq", (Heading(title, is_ours=True), *found) if found else ())


def call(action: CallToAction, words: FormatWords) -> Iterator[Piece]:
    """What to do, what it costs, and the button."""
    if action.text.strip():
        yield Paragraph(action.text)
    yield from price(action, words)
    if action.label.strip():
        yield Button(action.label)


def price(action: CallToAction, words: FormatWords) -> Iterator[Paragraph]:
    """The price, unless the sentence names it already."""
    if action.price.strip() and action.price not in action.text:
        yield Paragraph(words.price.format(price=action.price))


def missing(document: Document, *names: str) -> tuple[str, ...]:
    """A sentence for each of these parts that is still empty."""
    return tuple(
        f"The {name.replace('_', ' ')} is still empty."
        for name in names
        if not getattr(document, name).strip()
    )


def spoken(document: Document, words: FormatWords) -> tuple[str, ...]:
    """A sentence when our own words are in another language than the release."""
    if document.language.lower().partition("-")[0] == words.language:
        return ()
    return (f"Headings of ours are in English: we do not speak “{document.language}” yet.",)
