"""The paragraph styles of our Word files: names, by which we know them again, and looks.

Headings, title and subtitle are Word's own, so that its navigation and Google Docs know them. Pure.
"""

from typing import Any

from docx.document import Document as WordFile
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from wbtest.writing.languages import direction

FACT = "Release fact"
TEXT = "Release text"
QUOTE = "Release quote"
SIGNED = "Release attribution"
DATED = "Release date line"
END = "Release end"
# What is said of a customer's quote, behind who says it.
IMAGINED = "(imagined)"
_FONT = "Georgia"
_INK = RGBColor(0x15, 0x18, 0x1E)
_SOFT = RGBColor(0x56, 0x5E, 0x6C)


def dress(file: WordFile, language: str) -> None:
    """Give the file its styles, and its text the language."""
    _speak(file, language)
    for name, points, before, after in (
        ("Title", 24.0, 12, 6),
        ("Subtitle", 13, 0, 12),
        ("Heading 1", 15, 18, 4),
        ("Heading 2", 12, 12, 2),
    ):
        style = file.styles[name]
        _look(style, points, before, after)
        style.font.bold = name != "Subtitle"
        style.paragraph_format.keep_with_next = True
        _without_lines(style)
    for name, points, before, after in (
        (FACT, 9.5, 0, 1),
        (TEXT, 11, 0, 8),
        (QUOTE, 11, 6, 4),
        (SIGNED, 10, 0, 8),
        (DATED, 11, 0, 4),
        (END, 11, 18, 18),
    ):
        style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _look(style, points, before, after)
    for name in (FACT, SIGNED, "Subtitle"):
        file.styles[name].font.color.rgb = _SOFT
    file.styles[QUOTE].font.italic = True
    for name in (QUOTE, SIGNED):
        file.styles[name].paragraph_format.left_indent = Cm(1)
    file.styles[END].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(file.sections[0], side, Cm(2.5))


def _look(style: Any, points: float, before: float, after: float) -> None:
    style.font.name = _FONT
    # Headings of the template name a font of its theme, which would win.
    fonts = style.element.rPr.rFonts
    for attribute in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{attribute}"), None)
    style.font.size = Pt(points)
    style.font.italic = False
    style.font.color.rgb = _INK
    style.paragraph_format.space_before = Pt(before)
    style.paragraph_format.space_after = Pt(after)
    style.paragraph_format.line_spacing = 1.25


def _without_lines(style: Any) -> None:
    """Take away the line that the template draws below a title."""
    for border in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(border)


def _speak(file: WordFile, language: str) -> None:
    """Say which language the text is in, for spelling and for voices that read it aloud."""
    defaults = file.styles.element.find(qn("w:docDefaults"))
    properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    lang = OxmlElement("w:lang")
    for attribute in ("val", "eastAsia", *(["bidi"] if direction(language) == "rtl" else [])):
        lang.set(qn(f"w:{attribute}"), language)
    properties.append(lang)
