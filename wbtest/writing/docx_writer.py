"""From a release to a Word file that people read, print and send. Pure.

Markdown and JSON come back letter by letter; a Word file need not.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from wbtest.writing.document import PARTS, Document, Form, Question, Quote
from wbtest.writing.languages import direction

DOCX_HEADINGS = {part.name: part.label for part in PARTS["full"]} | {"numbers": "Numbers"}
DOCX_HEADINGS["customer_quote"] += " (imagined)"
# Core properties hold no more.
_LONGEST_PROPERTY = 255


class StyledParagraph(NamedTuple):
    """A text and the name of its style in Word."""

    text: str
    style: str = "Normal"


def to_docx(document: Document, form: Form, at: datetime, *, is_public: bool = False) -> bytes:
    """Return the file, made ``at`` this time.

    All headings of the form are there, and others where there is a text; with ``is_public`` only
    these, and of the facts at the top only the product.
    """
    # Only the first export needs it.
    import docx
    from docx.oxml import OxmlElement

    file: Any = docx.Document()
    _describe(file, document, at)
    if direction(document.language) == "rtl":
        normal = file.styles["Normal"]
        normal.font.rtl = True
        normal.element.get_or_add_pPr().append(OxmlElement("w:bidi"))
    for text, style in _paragraphs(document, form, is_public):
        if text:
            file.add_paragraph(text, style)
    written = io.BytesIO()
    file.save(written)
    return written.getvalue()


def _describe(file: Any, document: Document, at: datetime) -> None:
    """Say what the file is, and in which language it is written."""
    about = file.core_properties
    about.title = document.headline[:_LONGEST_PROPERTY]
    about.subject = document.product
    about.language = document.language
    about.author = about.comments = ""
    about.created = about.modified = at.replace(tzinfo=None, microsecond=0)
    # For spelling, and for voices that read it aloud.
    (language,) = file.styles.element.xpath("w:docDefaults//w:lang")
    for name in language.attrib:
        language.set(name, document.language)


def _paragraphs(document: Document, form: Form, is_public: bool) -> Iterator[StyledParagraph]:
    facts = {"Product": document.product}
    if not is_public:
        facts = {
            "Form": form,
            **facts,
            "Language": document.language,
            "Customers": document.segment,
            "Vision": document.vision,
            "Roadmap": document.roadmap,
        }
    yield from _fields(facts)
    yield StyledParagraph(document.headline, "Title")
    yield StyledParagraph(document.subheading, "Subtitle")
    expected = () if is_public else [part.name for part in PARTS[form]]
    for name, body in _parts(document):
        if body or name in expected:
            yield StyledParagraph(DOCX_HEADINGS[name], "Heading 1")
            yield from body


def _parts(document: Document) -> Iterator[tuple[str, list[StyledParagraph]]]:
    """What stands below the heading of each part, in reading order."""
    day = _day(document.dateline.date, document.language)
    place = ", ".join(filter(None, (document.dateline.city, day)))
    yield "summary", _prose(" – ".join(filter(None, (place, document.summary))))
    for name in ("problem", "alternative", "solution", "why_now"):
        yield name, _prose(getattr(document, name))
    for name in ("company_quote", "customer_quote"):
        yield name, _quotation(getattr(document, name))
    action = document.call_to_action
    fields = _fields({"Button": action.label, "Price": action.price})
    yield "call_to_action", [*_prose(action.text), *fields]
    for audience, questions in groupby(document.faq, attrgetter("audience")):
        yield (
            audience,
            [paragraph for entry in questions for paragraph in _question(entry, document)],
        )
    yield (
        "numbers",
        [
            StyledParagraph(
                f"{entry.words}: {', '.join(filter(None, (entry.kind, entry.source)))}",
                "List Bullet",
            )
            for entry in document.evidence
        ],
    )


def _prose(text: str, style: str = "Normal") -> list[StyledParagraph]:
    return [StyledParagraph(paragraph, style) for paragraph in text.split("\n\n") if paragraph]


def _quotation(quote: Quote) -> list[StyledParagraph]:
    """What somebody says, and who says it."""
    speaker = ", ".join(filter(None, (quote.speaker, quote.role)))
    return _prose(quote.text, "Quote") + _prose(f"— {speaker}" if speaker else "")


def _question(entry: Question, document: Document) -> list[StyledParagraph]:
    """A question, its topic, its answer, and what is known of an open one."""
    found = [StyledParagraph(entry.question or "…", "Heading 2"), *_fields({"Topic": entry.topic})]
    found += _prose(entry.answer)
    if entry.open is not None:
        until = _day(entry.open.until, document.language)
        settled_by = entry.open.settled_by
        found += _fields({"Owner": entry.open.owner, "Until": until, "Settled by": settled_by})
    return found


def _fields(values: dict[str, str]) -> list[StyledParagraph]:
    """Lines such as "Price: free"; none for what is empty."""
    return [StyledParagraph(f"{label}: {value}") for label, value in values.items() if value]


def _day(day: str, language: str) -> str:
    """The day as English writes it; other languages get the form that all of them read."""
    if not day or language.split("-")[0].lower() != "en":
        return day
    found = date.fromisoformat(day)
    return f"{found.day} {found:%B} {found.year:04d}"
