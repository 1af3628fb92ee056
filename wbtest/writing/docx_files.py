"""Word files: read as Markdown for ``markdown_reader``, and written to print or send. Pure.

A file is checked before any of it is parsed. mammoth turns it into HTML: headings, paragraphs,
lists, tables and bold words. Of tracked changes only what stays is read. Pictures, comments,
footnotes and a table of contents are left out. Markdown and JSON come back letter by letter; a
Word file need not.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from wbtest.writing import html_reader, languages
from wbtest.writing.document import (
    PART_LABELS,
    PARTS,
    Document,
    Form,
    NotADocument,
    Question,
    Quote,
)

# In bytes. A release of three pages has 20,000; most of a larger file is pictures.
LARGEST_FILE = 1_500_000
LARGEST_UNPACKED = 10_000_000
LARGEST_MEMBER = 3_000_000
MOST_MEMBERS = 1_000
# What a field is made of is no text, and mammoth looks through all open ones at each word.
_FIELD = re.compile(rb"fldChar|instrText")
# mammoth leaves out what is in these, and reads what is in a smart tag.
_WRAPPER = re.compile(rb"(</?w:)(?:fldSimple|dir|bdo)\b")
_ZIP = b"PK\x03\x04"
# What Word wrote before 2007, and what it wraps around a file that has a password.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PASSWORD = "EncryptedPackage".encode("utf-16-le")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))


def is_word(data: bytes) -> bool:
    """Whether the bytes begin as a file of Word does, of whatever age; text never does."""
    return data.startswith((_ZIP, _OLE))


def checked_package(data: bytes) -> io.BytesIO:
    """Return the file with only its text, ready to be read. Raises NotADocument with what to do.

    Reading a broken one may break here or later: hence ``damage_reported``.
    """
    if data.startswith(_OLE):
        raise _refusal(
            "This Word file has a password. Save it without one, then import it again."
            if _PASSWORD in data
            else "This is an old Word file (.doc). Open it and save it as .docx."
        )
    if len(data) > LARGEST_FILE:
        raise _refusal(
            f"This file is {len(data) / 1e6:.1f} MB, more than {LARGEST_FILE / 1e6:.1f} MB. Remove "
            "the pictures, then import it again."
        )
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        texts = _texts(package)
    if sum(text.count(b"<") for text in texts.values()) > html_reader.MOST_TAGS:
        raise _refusal("This is too long for a release. Remove what doesn’t belong to it.")
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as package:
        for name, text in texts.items():
            package.writestr(name, _WRAPPER.sub(rb"\1smartTag", _FIELD.sub(b"field", text)))
    return found


@contextmanager
def damage_reported() -> Iterator[None]:
    """Say of whatever goes wrong inside that the file is damaged, with NotADocument.

    A broken file breaks zip, XML or mammoth at any step, each with errors of its own.
    """
    try:
        yield
    except NotADocument:
        raise
    except Exception as error:
        raise _refusal(
            "This Word file is damaged. Open it in Word, save it again, and import that file."
        ) from error


def _texts(package: zipfile.ZipFile) -> dict[str, bytes]:
    """Return the parts that are XML, by name.

    Raises NotADocument for what is no Word file, or would be too much when it is unpacked.
    """
    members = package.infolist()
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names:
        is_open_document = "content.xml" in names and "mimetype" in names
        raise _refusal(
            "This is a LibreOffice file (.odt). Save it as Word (.docx), then import it again."
            if is_open_document
            else "This isn’t a Word file. Save the text as .docx or as Markdown."
        )
    if any(member.flag_bits & 1 for member in members):
        raise _refusal("This Word file has a password. Save it without one, then import it again.")
    size = sum(member.file_size for member in members)
    texts = (member for member in members if not member.filename.startswith("word/media/"))
    largest = max(member.file_size for member in texts)
    if size > LARGEST_UNPACKED or largest > LARGEST_MEMBER or len(members) > MOST_MEMBERS:
        raise _refusal(
            "This Word file is too large when it is unpacked. Copy its text into a new one."
        )
    if any(member.compress_type not in _METHODS for member in members):
        raise _refusal("This Word file is packed in an unusual way. Save it again in Word.")
    found = {
        member.filename: package.read(member)
        for member in members
        if member.filename.endswith((".xml", ".rels"))
    }
    for text in found.values():
        # Word writes no document type; one that declares entities can grow without end.
        if any(doctype in text for doctype in _DOCTYPES):
            raise _refusal("This Word file holds definitions that no Word file needs.")
        # UTF-16, where a word of markup is not the bytes that are looked for here.
        if b"\0" in text:
            raise _refusal("This Word file is written in an unusual way. Save it again in Word.")
    return found


def _refusal(sentence: str) -> NotADocument:
    return NotADocument("file", sentence)


_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p.subtitle:fresh
p[style-name='TOC Heading'] => !
p[style-name^='toc '] => !
"""
_STYLE_SHEET = "word/styles.xml"
_HEADING = re.compile("heading ([1-6])", re.IGNORECASE)
# What may stand in a style map as it is.
_STYLE_ID = re.compile("[A-Za-z][A-Za-z0-9_-]*")
# A style may be based on another; more steps than this are a circle.
_DEEPEST = 10


def docx_to_markdown(data: bytes) -> str:
    """Return the file's text as Markdown. Raises NotADocument with a sentence when it has none."""
    # Only the first import needs it.
    import mammoth

    with damage_reported():
        file = checked_package(data)
        html = mammoth.convert_to_html(
            file,
            style_map=_STYLES + "\n".join(_headings(file)),
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=lambda _image: [],
        ).value
        return html_reader.blocks_to_markdown(html_reader.blocks_in(html))


def _headings(file: io.BytesIO) -> Iterator[str]:
    """The styles that are based on a heading: mammoth asks for the name alone."""
    from docx.oxml import parse_xml

    with zipfile.ZipFile(file) as package:
        if _STYLE_SHEET not in package.namelist():
            return
        sheet: Any = parse_xml(package.read(_STYLE_SHEET))
    styles = {style.styleId: style for style in sheet.style_lst}
    for own in filter(_STYLE_ID.fullmatch, styles):
        base: str | None = own
        for _ in range(_DEEPEST):
            if base not in styles:
                break
            if level := _HEADING.fullmatch(styles[base].name_val or ""):
                yield f"p.{own} => h{level[1]}:fresh"
                break
            base = styles[base].basedOn_val


DOCX_HEADINGS = PART_LABELS | {"numbers": "Numbers"}
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
    if languages.direction(document.language) == "rtl":
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
    day = languages.long_day(document.dateline.date, document.language)
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
        until = languages.long_day(entry.open.until, document.language)
        settled_by = entry.open.settled_by
        found += _fields({"Owner": entry.open.owner, "Until": until, "Settled by": settled_by})
    return found


def _fields(values: dict[str, str]) -> list[StyledParagraph]:
    """Lines such as "Price: free"; none for what is empty."""
    return [StyledParagraph(f"{label}: {value}") for label, value in values.items() if value]
