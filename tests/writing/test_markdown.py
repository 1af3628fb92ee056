"""A release as a Markdown file: nothing is lost on the way there and back."""

import re
from typing import Any

import pytest
from hypothesis import given, settings

from tests.factories import LARDER
from tests.writing.generated import forms, releases
from wbtest.writing.document import Document, NotADocument
from wbtest.writing.markdown_format import to_markdown
from wbtest.writing.markdown_lines import Unreadable
from wbtest.writing.markdown_reader import from_markdown


@settings(deadline=None, max_examples=60)
@given(releases, forms)
def test_a_release_comes_back_from_its_file_as_it_was(document: Document, form: Any):
    read = from_markdown(to_markdown(document, form))

    assert (read.document, read.form, read.unplaced) == (document, form, ())


@settings(deadline=None, max_examples=60)
@given(releases, forms)
def test_the_place_of_every_character_is_where_it_stands_in_the_file(document: Document, form: Any):
    file = to_markdown(document, form)
    rows = file.split("\n")

    places = from_markdown(file)

    for path, text in (("problem", document.problem), ("headline", document.headline)):
        for offset, character in enumerate(text):
            line, column = places.place_of(path, offset)
            assert character in ("\n", rows[line - 1][column - 1 :][:1])


def test_an_empty_release_is_a_file_that_invites_to_fill_it():
    assert to_markdown(Document(language="de"), "short").split("\n\n") == [
        "---\nform: short\nproduct:\nlanguage: de\nsegment:\n---",
        "## Headline",
        "## Subheading",
        "## Problem",
        "## Today’s alternative",
        "## Call to action",
        "- Button:\n- Price:",
        "## Customer questions\n",
    ]


def test_an_ordinary_release_has_no_backslash_and_no_quotation_mark():
    file = to_markdown(LARDER, "full")

    assert not re.search(r'[\\"]', file)
    assert "# Five weeknight dinners from what is already in your kitchen\n\n*Parents who" in file
    assert "> We counted what we threw away.\n\n— Tom Okafor, founder\n" in file
    assert "### What could fail?\n\n- Topic: key risks\n- Owner: Priya\n- Until: 2027-04-15" in file


def test_a_summary_that_begins_like_a_date_line_is_not_taken_apart():
    document = Document(summary="LEEDS, 3 March 2027. It plans.\n\nIt cooks.")

    assert from_markdown(to_markdown(document, "full")).document == document


def test_lists_quotations_and_marks_inside_a_text_stay_as_they_are():
    text = "- one\n> two\n1. three\n*four* C:\\five #six\n\n    seven"

    assert f"## Problem\n\n{text}\n\n" in to_markdown(Document(problem=text), "short")


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("# Plans", r"\# Plans"),
        ("---", r"\---"),
        ("**Solution**", r"\**Solution**"),
        (r"a\*b", r"a\\*b"),
        ("\none", "\\\none"),
    ],
)
def test_what_would_be_read_as_structure_has_a_backslash(text: str, spelled: str):
    assert f"## Problem\n\n{spelled}\n\n" in to_markdown(Document(problem=text), "short")


def test_a_file_of_another_system_is_read_like_ours():
    file = "\ufeff\n" + to_markdown(LARDER, "full").replace("\n", "\r\n")

    assert from_markdown(file).document == LARDER


def test_what_finds_no_place_is_listed_with_its_line():
    found = from_markdown(
        "---\nauthor: Tom\n---\nFor the press\n\n## Problem\nIt rots.\n\n### Legal\nNone.\n\n---\n"
        "## FAQ\nAsk us.\n### Q?\nTopic: one\nTopic: two\n# Quote\nOne.\n# Quote\nTwo.\n# Quote\n"
        "# Press release\nFor all."
    )

    assert found.unplaced == (
        (2, "author: Tom"),
        (4, "For the press"),
        (9, "Legal\nNone."),
        (14, "Ask us."),
        (17, "Topic: two"),
        (20, "Quote\nTwo."),
        (24, "For all."),
    )


def test_an_offset_in_a_text_is_a_line_and_a_column_of_the_file():
    found = from_markdown("## Problem\n\nOne.\n\n\\# two \\* three\n\n## Quote\n> Four\n> five")

    assert found.document.problem == "One.\n\n# two * three"
    assert [found.place_of("problem", offset)[0] for offset in (0, 4, 5, 6)] == [3, 3, 4, 5]
    assert found.place_of("problem", found.document.problem.index("three")) == (5, 11)
    assert found.place_of("company_quote.text", 5) == (9, 3)


def test_a_text_that_is_empty_has_the_line_of_its_heading():
    found = from_markdown("\n## Problem\n")

    assert (found.place_of("problem")[0], found.place_of("solution")[0]) == (2, 1)


@pytest.mark.parametrize("value", ["no", "a: b", " a", "7", "#a", "a #b", "a:", "- a", "\u200fa"])
def test_a_value_that_yaml_takes_for_another_stands_between_quotation_marks(value: str):
    assert f'product: "{value}"\n' in to_markdown(Document(product=value), "short")


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        ("", 1, "This isn’t a press release"),
        ("Dear diary,\n\n## Monday\n\n# Rain", 1, "This isn’t a press release"),
        ("---\nform: short\n## Problem", 1, "only --- is missing"),
        ("---\nform: short\nLarder\n---", 3, "like “product: Larder”"),
        ("---\nform: short\nname: A\nproduct: B\n---", 4, "given twice"),
        ("---\nform: long\n---", 2, "short or full"),
        ('---\nproduct: "Larder\n---', 2, "before and after the text"),
        ("---\ndate: soon\n---", 2, "a date like 2027-03-01"),
        ("## Problem\n\nIt\x00rots", 3, "can’t be shown"),
        ("## Problem\n\n" + "x" * 20_001, 3, "Use at most 20,000"),
        ("## FAQ\n### q?\nUntil: soon", 3, "a date like 2027-03-01"),
        ("## FAQ\n" + "### q?\n" * 201, 202, "At most 200 fit"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(file: str, line: int, sentence: str):
    with pytest.raises(NotADocument, match=sentence) as refused:
        from_markdown(file)

    assert isinstance(refused.value, Unreadable)
    assert refused.value.line == line
    assert str(refused.value).startswith(f"line {line}: ")
