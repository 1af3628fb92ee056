"""A Word file that grows paragraph by paragraph, each in the style that says what it is. Pure."""

import io
from datetime import date, datetime
from typing import Any, NamedTuple

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement

from wbtest.writing.document import Dateline, Document, Question, Quote
from wbtest.writing.evidence import Evidence
from wbtest.writing.languages import direction
from wbtest.writing.parts import PARTS
from wbtest.writing.word import styles

LABELS = {part.name: part.label for part in PARTS["full"]} | {"numbers": "Numbers"}
# Core properties hold no more.
_LONGEST_PROPERTY = 255


class Said(NamedTuple):
    """A stretch of a paragraph: the release's own words, or with ``is_ours`` the tool's."""

    text: str
    is_bold: bool = False
    is_ours: bool = False


class Page:
    """A Word file that grows paragraph by paragraph."""

    def __init__(self, language: str) -> None:
        self._file = docx.Document()
        self._style_ids: dict[str, str | None] = {}
        self._is_rtl = direction(language) == "rtl"
        self._is_english = language.split("-")[0].lower() == "en"
        styles.dress(self._file, language)

    def describe(self, document: Document, at: datetime) -> None:
        """Fill in what the system shows of the file."""
        about = self._file.core_properties
        about.title = document.headline[:_LONGEST_PROPERTY]
        about.subject = document.product
        about.language = document.language
        about.author = about.comments = ""
        about.created = about.modified = at.replace(tzinfo=None, microsecond=0)

    def as_bytes(self) -> bytes:
        file = io.BytesIO()
        self._file.save(file)
        return file.getvalue()

    def heading(self, part: str) -> None:
        self.paragraph("Heading 1", [Said(LABELS[part], is_ours=True)])

    def line(self, style: str, text: str) -> None:
        """A paragraph for a text of one line, none where there is no text."""
        if text:
            self.paragraph(style, [Said(text)])

    def prose(self, style: str, text: str) -> None:
        """A paragraph for each of the text; a single break stays inside its paragraph."""
        for paragraph in text.split("\n\n") if text else []:
            self.paragraph(style, [Said(paragraph)])

    def facts(self, values: dict[str, str], *, leave_out_empty: bool = False) -> None:
        """Lines such as "Price: free", the label in bold."""
        for label, value in values.items():
            if value or not leave_out_empty:
                self.paragraph(styles.FACT, [Said(f"{label}:", True, True), Said(f" {value}")])

    def numbers(self, evidence: tuple[Evidence, ...]) -> None:
        """What each number rests on, a line each, its words in bold."""
        for entry in evidence:
            after = f", {entry.source}" if entry.source else ""
            self.paragraph(
                styles.FACT, [Said(entry.words, is_bold=True), Said(f": {entry.kind}{after}")]
            )

    def dateline(self, place: Dateline) -> None:
        """City, in bold, and day."""
        said = [Said(place.city, is_bold=True)] if place.city else []
        if place.date:
            said += [Said(f"{', ' if place.city else ''}{self._day(place.date)}")]
        if said:
            self.paragraph(styles.DATED, said)

    def quotation(self, quote: Quote, *, is_imagined: bool) -> None:
        """What somebody says and, with the name in bold, who says it."""
        self.prose(styles.QUOTE, quote.text)
        said = [Said("—", is_ours=True)] if quote != Quote() else []
        if quote.speaker:
            said += [Said(" "), Said(quote.speaker, is_bold=True)]
        if quote.role:
            said.append(Said(f"{',' if quote.speaker else ''} {quote.role}"))
        if is_imagined and said:
            said.append(Said(f" {styles.IMAGINED}", is_ours=True))
        if len(said) > 1:
            self.paragraph(styles.SIGNED, said)

    def question(self, entry: Question) -> None:
        """A question, its topic, its answer, and what is known of an open one."""
        self.paragraph("Heading 2", [Said(entry.question)])
        self.facts({"Topic": entry.topic}, leave_out_empty=True)
        self.prose(styles.TEXT, entry.answer)
        if entry.open is not None:
            self.facts(
                {
                    "Owner": entry.open.owner,
                    "Until": self._day(entry.open.until),
                    "Settled by": entry.open.settled_by,
                }
            )

    def paragraph(self, style: str, said: list[Said]) -> None:
        """A paragraph that runs as the language does; the tool's own words stay English."""
        paragraph: Any = self._file.add_paragraph()
        paragraph._p.style = self._style_id(style)
        if self._is_rtl:
            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
        for text, is_bold, is_ours in said:
            run = paragraph.add_run(text)
            run.bold = True if is_bold else None
            run.font.complex_script = run.font.rtl = (self._is_rtl and not is_ours) or None
            run.font.cs_bold = True if is_bold and self._is_rtl else None

    def _style_id(self, style: str) -> str | None:
        """What the file calls a style, None for the usual one; a look-up takes a millisecond."""
        if style not in self._style_ids:
            part: Any = self._file.part
            self._style_ids[style] = part.get_style_id(style, WD_STYLE_TYPE.PARAGRAPH)
        return self._style_ids[style]

    def _day(self, day: str) -> str:
        """The day as English writes it; other languages get the form that all of them read."""
        if not (day and self._is_english):
            return day
        found = date.fromisoformat(day)
        return f"{found.day} {found:%B} {found.year:04d}"
