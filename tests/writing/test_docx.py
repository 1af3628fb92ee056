"""A release as a Word file for people, and what people typed in Word as a release."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tests.factories import LARDER
from tests.writing.test_formats import TALKATIVE
from wbtest.writing.document import Dateline, Document, NotADocument, Question
from wbtest.writing.docx_files import docx_to_markdown, to_docx
from wbtest.writing.markdown_reader import from_markdown
from wbtest.writing.release_files import file_text

AT = datetime(2027, 3, 1, tzinfo=UTC)


def word(*paragraphs: tuple[str, str] | str) -> Any:
    """A Word file of these paragraphs: a style and a text, or a text whose **words** are bold."""
    file = docx.Document()
    for given_one in paragraphs:
        style, text = given_one if isinstance(given_one, tuple) else ("Normal", given_one)
        paragraph = file.add_paragraph(style=style)
        for number, stretch in enumerate(text.split("**")):
            paragraph.add_run(stretch).bold = True if number % 2 else None
    return file


def data_of(file: Any) -> bytes:
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def read(*paragraphs: tuple[str, str] | str) -> Document:
    return read_in(data_of(word(*paragraphs)))


def read_in(data: bytes) -> Document:
    return from_markdown(docx_to_markdown(data)).document


def test_a_release_is_read_again_from_our_own_file():
    found = from_markdown(docx_to_markdown(to_docx(TALKATIVE, "full", AT)))

    assert (found.document, found.form, found.unplaced) == (TALKATIVE, "full", ())


def test_our_file_is_one_that_word_shows_well():
    file = docx.Document(io.BytesIO(to_docx(LARDER, "full", AT)))

    shown = [(paragraph.style.name, paragraph.text) for paragraph in file.paragraphs]
    assert (file.core_properties.title, file.core_properties.language) == (LARDER.headline, "en")
    assert ("Title", LARDER.headline) in shown
    assert ("Heading 1", "Customer quote (imagined)") in shown
    assert ("Normal", "— Amira, a mother of two") in shown
    assert ("Normal", "Settled by: ten diaries") in shown


def test_arabic_runs_from_right_to_left():
    file = docx.Document(io.BytesIO(to_docx(Document(language="ar", problem="مرحبا"), "short", AT)))

    normal = file.styles["Normal"]
    assert normal.element.pPr.xpath("w:bidi")
    assert normal.font.rtl
    assert file.styles.element.xpath("//w:lang/@w:bidi") == ["ar"]


def test_headings_of_word_begin_the_parts():
    assert read(
        ("Title", "Warm by six"),
        ("Subtitle", "Renters heat one room."),
        ("Heading 1", "Summary"),
        "Leeds, 3 March 2027 – Hearth heats.",
        ("Heading 2", "The problem"),
        "It is cold.",
        "",
        "It costs.",
    ) == Document(
        headline="Warm by six",
        subheading="Renters heat one room.",
        dateline=Dateline("Leeds", "2027-03-03"),
        summary="Hearth heats.",
        problem="It is cold.\n\nIt costs.",
    )


def test_a_style_that_is_based_on_a_heading_begins_a_part():
    file = word(("Heading 1", "Problem"), "It is cold.")
    for name, base in (("House heading", "Heading 2"), ("House heading blue", "House heading")):
        style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = file.styles[base]
    file.add_paragraph("Solution", "House heading blue")
    file.add_paragraph("One stove.")
    # Based on itself.
    file.styles["House heading"].base_style = file.styles["House heading blue"]
    around = data_of(file)
    file.styles["House heading"].base_style = file.styles["Heading 2"]

    assert read_in(data_of(file)) == Document(problem="It is cold.", solution="One stove.")
    assert read_in(around).problem == "It is cold.\n\nSolution\n\nOne stove."


def test_lines_that_are_only_bold_are_headings_and_questions():
    assert read(
        "**Warm by six**",
        "**Problem**",
        "It is **very** cold.",
        "**Solution:** One stove.",
        "**FAQ**",
        "**Does it smoke?**",
        "No.",
        "**Is it loud?** No.",
    ) == Document(
        headline="Warm by six",
        problem="It is very cold.",
        solution="One stove.",
        faq=(
            Question("external", "Does it smoke?", "No."),
            Question("external", "Is it loud?", "No."),
        ),
    )


def test_breaks_around_bold_words_change_nothing():
    assert read("**\nWarm by six\n**", "**Problem\n**", "**It is cold.**\nIt costs.\n") == Document(
        headline="Warm by six", problem="It is cold.\nIt costs."
    )


def test_facts_at_the_top_and_lists_are_read():
    found = read(
        "Product: Hearth",
        "Customers:",
        "Language: en-GB",
        ("Heading 1", "Problem"),
        ("List Bullet", "It is cold."),
        ("List Bullet", "It costs."),
        ("Heading 1", "FAQ"),
        ("List Number", "Does it smoke?"),
        "No.",
    )

    assert (found.product, found.language) == ("Hearth", "en-GB")
    assert found.problem == "- It is cold.\n\n- It costs."
    assert found.faq == (Question("external", "Does it smoke?", "No."),)


def test_a_table_becomes_lines_of_text():
    file = word(("Heading 1", "Problem"))
    table = file.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Gas", "£90"

    assert "\n\nGas | £90\n" in docx_to_markdown(data_of(file))


def test_of_tracked_changes_only_what_stays_is_read():
    file = word(("Heading 1", "Problem"))
    file.element.body.insert(
        1,
        parse_xml(
            f"<w:p {nsdecls('w')}><w:r><w:t>It is </w:t></w:r>"
            "<w:del><w:r><w:delText>warm</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>cold</w:t></w:r></w:ins>"
            "<w:moveFrom><w:r><w:t> outside</w:t></w:r></w:moveFrom></w:p>"
        ),
    )

    assert read_in(data_of(file)).problem == "It is cold"


def test_what_only_wraps_text_is_read_through():
    file = word(("Heading 1", "Problem"))
    run = "<w:r><w:t>{}</w:t></w:r>"
    file.element.body.insert(
        1,
        parse_xml(
            f"<w:p {nsdecls('w')}>{run.format('It is ')}<w:bdo w:val='ltr'>{run.format('cold')}"
            f"</w:bdo><w:fldSimple w:instr='DATE'>{run.format(' today')}</w:fldSimple></w:p>"
        ),
    )

    assert read_in(data_of(file)).problem == "It is cold today"


def test_boxes_within_boxes_are_read_once():
    box = "<w:p><w:r><w:t>deep</w:t></w:r></w:p>"
    for _ in range(30):
        box = f"<w:p><w:r><w:pict><w:txbxContent>{box}</w:txbxContent></w:pict></w:r></w:p>"
    file = word(("Heading 1", "Problem"))
    file.element.body.insert(1, parse_xml(box.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)))

    assert read_in(data_of(file)).problem == "deep"


def test_notes_and_a_table_of_contents_stay_behind():
    file = word(("Title", "Warm"), ("Heading 1", "Problem"), "It is cold.")
    toc = file.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
    file.paragraphs[1].insert_paragraph_before("Problem\t1", toc)
    file.paragraphs[-1]._p.append(
        parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>')
    )
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p><w:r><w:t>Really.</w:t></w:r>'
        "</w:p></w:footnote></w:footnotes>"
    )
    stream = io.BytesIO(data_of(file))
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("word/footnotes.xml", notes)

    assert docx_to_markdown(stream.getvalue()) == "# Warm\n\n# Problem\n\nIt is cold.\n"


def test_what_has_no_place_stays_visible():
    file = word(
        ("Title", "Warm"),
        "For the press.",
        ("Heading 1", "Problem"),
        "Cold.",
        ("Heading 1", "Legal"),
    )

    found = from_markdown(docx_to_markdown(data_of(file)))

    assert [text for _, text in found.unplaced] == ["Legal"]


def packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return stream.getvalue()


def with_document(change: Callable[[bytes], bytes]) -> bytes:
    """One of our files, whose text was changed by hand."""
    with zipfile.ZipFile(io.BytesIO(to_docx(LARDER, "full", AT))) as package:
        members = {name: package.read(name) for name in package.namelist()}
    members["word/document.xml"] = change(members["word/document.xml"])
    return packed(**members)


BOMB = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
WORDS = b"<w:r><w:t>" + b"word " * 200_001 + b"</w:t></w:r>"
FILE_READER = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'.encode("utf-16")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04 and no more", "is damaged"),
        (packed(**{"readme.txt": b"Hello"}), "This isn’t a Word file"),
        (packed(**{"mimetype": b"x", "content.xml": b"<x/>"}), "Save it as Word"),
        (packed(**{"[Content_Types].xml": b"<x/>"}), "is damaged"),
        (packed(**{"[Content_Types].xml": b"", "a": b"\0" * 10_000_001}), "when it is unpacked"),
        (packed(**{"[Content_Types].xml": b"", **{f"{i}": b"" for i in range(1000)}}), "unpacked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old Word file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04" + bytes(2_000_000), r"2.0 MB, more than 1.5 MB"),
        (lambda text: text.replace(b"<w:document", BOMB + b"<w:document", 1), "definitions"),
        (lambda _: FILE_READER, "definitions that no Word file needs"),
        (lambda text: text.replace(b"<w:body>", b"<w:body>" + b"<w:p/>" * 60_000), "too long"),
        (lambda text: text.replace(b"<w:p>", b"<w:p>" + WORDS, 1), "too long"),
        (lambda text: text.decode().encode("utf-16"), "unusual"),
        (lambda text: text.replace(b"w:p>", b"w:tc>"), "is damaged"),
        (lambda text: text[:-20], "is damaged"),
        (lambda _: b"<a>" * 9999, "is damaged"),
        (lambda text: text.replace(b"w:body", b"w:nobody"), "is damaged"),
    ],
    # Bytes would be a name of two million letters.
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_what_is_no_good_word_file_is_refused_with_a_way_on(data: Any, sentence: str):
    given_file = with_document(data) if callable(data) else data

    with pytest.raises(NotADocument, match=sentence):
        file_text(given_file)
