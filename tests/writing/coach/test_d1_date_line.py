"""D1: city and day of the imagined launch. Today is 25 November 2026."""

import pytest

LEEDS = {"city": "Leeds", "date": "2027-03-03"}


def test_a_city_and_a_day_to_come_are_fine(find):
    assert find("D1", dateline=LEEDS) == []


def test_what_is_missing_is_named(find):
    assert find("D1") == [("warn", ""), ("warn", "")]
    assert find("D1", dateline=LEEDS | {"date": ""}) == [("warn", "")]
    assert find("D1", dateline=LEEDS | {"city": " "}) == [("warn", "")]


@pytest.mark.parametrize("day", ["2019-03-01", "2026-11-25"])
def test_a_day_that_is_not_to_come_is_marked(find, day):
    assert find("D1", dateline=LEEDS | {"date": day}) == [("warn", day)]


@pytest.mark.parametrize(
    ("language", "city"),
    [
        ("en", "online"),
        ("en", "Worldwide"),
        ("en", "leeds"),
        ("en", "Leeds, March 2027"),
        ("en", "hello@example.com"),
        ("en", "—"),
        ("de", "Stadt"),
        ("ja", "都市名"),
        ("ar", "مدينة"),
    ],
)
def test_what_cannot_be_a_city_is_marked(find, language, city):
    assert find("D1", language=language, dateline=LEEDS | {"city": city}) == [("warn", city)]


@pytest.mark.parametrize(
    ("language", "city"),
    [
        ("en", "Washington, D.C."),
        ("nl", "’s-Hertogenbosch"),
        ("en", "6th of October City"),
        ("no", "Å"),
        ("fr", "L’Haÿ-les-Roses"),
        ("ja", "松本市"),
        ("ja", "津"),
        ("ar", "طنطا"),
        ("ka", "თბილისი"),
        ("en", "[city]"),
    ],
)
def test_a_city_may_have_any_name(find, language, city):
    assert find("D1", language=language, dateline=LEEDS | {"city": city}) == []


def test_the_short_form_has_no_date_line(find):
    assert find("D1", form="short") == []
