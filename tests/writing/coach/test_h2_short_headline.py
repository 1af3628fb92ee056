"""H2: what goes beyond twelve words or about 80 letters."""

import pytest

TWELVE = "one two three four five six seven eight nine ten eleven twelve"


def test_words_beyond_the_twelfth_are_marked(find):
    assert find("H2", headline=f"{TWELVE} and more.") == [("note", "and more.")]


@pytest.mark.parametrize(
    "headline",
    [
        TWELVE,
        f"{TWELVE} —",
        "Five weeknight dinners for £4.50, not £1,200.00, from a well-stocked kitchen",
        "« Qu’est-ce qu’on mange ? » n’est plus une question du soir",
    ],
)
def test_twelve_words_are_not_too_many(find, headline):
    assert find("H2", headline=headline) == []


def test_letters_beyond_the_eightieth_are_marked_from_their_word(find):
    fits = "Nebenkostenabrechnungen für Wohnungseigentümergemeinschaften endlich"

    assert len(fits) < 80
    assert find("H2", language="de", headline=f"{fits} verständlichgeworden heute") == [
        ("note", "verständlichgeworden heute")
    ]


def test_a_word_that_ends_at_the_eightieth_letter_fits(find):
    fits = f"{'abcdefghi ' * 7}abcdefghij"

    assert len(fits) == 80
    assert find("H2", headline=f"{fits} abcdefghi") == [("note", "abcdefghi")]


def test_about_eighty_letters_are_let_pass(find):
    assert find("H2", headline=f"{'abcdefg ' * 10}abcdefg") == []


def test_one_endless_word_is_marked_where_it_goes_beyond(find):
    assert find("H2", headline="x" * 100) == [("note", "x" * 20)]


def test_a_japanese_headline_has_about_forty_characters(find):
    assert find("H2", language="ja", headline="夕" * 44) == []
    assert find("H2", language="ja", headline="夕" * 50) == [("note", "夕" * 10)]


def test_without_a_headline_nothing_is_said(find):
    assert find("H2") == []
