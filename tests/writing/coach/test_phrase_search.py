"""Where entries of a list stand, in every kind of script."""

import pytest

from wbtest.writing.coach.document_reader import Text, find_listed, has_listed, without_prefix


def found_in(text: str, language: str, name: str) -> list[str]:
    """The words at the places that are found."""
    places = find_listed(Text("solution", "solution", "release", text, language), name)
    return [text[place.start : place.end] for place in places]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "A rest, rather than a list.", ["rather than"]),
        ("ja", "リストではなく写真です。", ["ではなく"]),
        ("ar", "وبدلاً من القائمة صورة", ["وبدلاً من"]),
        ("ar", "اليوم", ["اليوم"]),
        ("nl", "In plaats van een lijst.", []),
        ("th", "วันนี้", []),
    ],
)
def test_entries_are_found_in_order(language, text, words):
    assert found_in(text, language, "comparing") == words


def test_wide_letters_are_read_like_narrow_ones():
    assert found_in("ａｐｉとAPI", "ja", "architecture") == ["ａｐｉ", "API"]


def test_what_only_looks_like_an_entry_is_left_out():
    said = "A pipeline, your sales pipeline, another pipeline."

    assert found_in(said, "en", "architecture") == ["pipeline", "pipeline"]


def test_a_text_has_an_entry_or_not():
    text = Text("solution", "solution", "release", "No longer.", "en")

    assert has_listed(text, "comparing")
    assert not has_listed(text, "architecture")


def test_a_short_arabic_word_keeps_its_first_letter():
    assert without_prefix("ولد") == "ولد"
    assert without_prefix("له") == "له"
