"""A release as a Word file: ours comes back whole, others as far as they say what they are."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings

from tests.factories import LARDER
from tests.writing.generated import forms, releases
from wbtest.writing.document import (
    Dateline,
    Document,
    NotADocument,
    Question,
    from_json,
    to_json,
)
from wbtest.writing.markdown import from_markdown
from wbtest.writing.word import docx_to_markdown, to_docx

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
    return from_markdown(docx_to_markdown(data_of(word(*paragraphs)))).document


def without_blanks(value: Any) -> Any:
    """The release without texts that are nothing but spaces: a paragraph of those is none."""
    if isinstance(value, dict):
        return {name: without_blanks(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_blanks(inner) for inner in value]
    return value if str(value).strip() else ""


@settings(max_examples=10, deadline=None)
@given(releases, forms)
def test_every_letter_comes_back_from_our_own_file(document: Document, form: Any):
    document = from_json(without_blanks(to_json(document)))

    found = from_markdown(docx_to_markdown(to_docx(document, form, AT)))

    assert (found.document, found.form, found.unplaced) == (document, form, ())


def test_our_file_is_one_that_word_shows_well():
    file = docx.Document(io.BytesIO(to_docx(LARDER, "full", AT)))

    shown = [(paragraph.style.name, paragraph.text) for paragraph in file.paragraphs]
    assert (file.core_properties.title, file.core_properties.language) == (LARDER.headline, "en")
    assert ("Title", LARDER.headline) in shown
    assert ("Release date line", "Leeds, 3 March 2027") in shown
    assert ("Release attribution", "— Amira, a mother of two (imagined)") in shown
    assert ("Release fact", "Settled by: ten diaries") in shown
    assert ("Release end", "###") in shown


def test_arabic_runs_from_right_to_left():
    file = docx.Document(io.BytesIO(to_docx(Document(language="ar", problem="مرحبا"), "short", AT)))

    assert all(paragraph._p.pPr.xpath("w:bidi") for paragraph in file.paragraphs)
    (run,) = [p.runs[0] for p in file.paragraphs if p.text == "مرحبا"]
    assert run.font.rtl


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


def test_facts_at_the_top_and_lists_are_read():
    found = read(
        "Product: Hearth",
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

    assert from_markdown(docx_to_markdown(data_of(file))).document.problem == "It is cold"


def test_boxes_within_boxes_are_read_once():
    box = "<w:p><w:r><w:t>deep</w:t></w:r></w:p>"
    for _ in range(30):
        box = f"<w:p><w:r><w:pict><w:txbxContent>{box}</w:txbxContent></w:pict></w:r></w:p>"
    file = word(("Heading 1", "Problem"))
    file.element.body.insert(1, parse_xml(box.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1)))

    assert from_markdown(docx_to_markdown(data_of(file))).document.problem == "deep"


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
FILE_READER = '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]>'.encode("utf-16")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04 and no more", "is damaged"),
        (packed(**{"readme.txt": b"Hello"}), "This is no Word file"),
        (packed(**{"mimetype": b"x", "content.xml": b"<x/>"}), "Save it as Word"),
        (packed(**{"[Content_Types].xml": b"<x/>"}), "is damaged"),
        (packed(**{"[Content_Types].xml": b"", "a": b"\0" * 10_000_001}), "when it is unpacked"),
        (packed(**{"[Content_Types].xml": b"", **{f"{i}": b"" for i in range(1000)}}), "unpacked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"PK\x03\x04" + bytes(2_000_000), r"2.0 MB; 1.5 MB are the most"),
        (lambda text: text.replace(b"<w:document", BOMB + b"<w:document", 1), "definitions"),
        (lambda _: FILE_READER, "definitions that no Word file needs"),
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
        docx_to_markdown(given_file)
