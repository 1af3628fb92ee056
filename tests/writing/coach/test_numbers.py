"""Numbers in any script, and what only names something."""

from decimal import Decimal

import pytest

from wbtest.writing.coach.numbers import numbers_in, offers_in


def words(text, language="en"):
    return [text[number.start : number.end] for number in numbers_in(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "1,200 parents", 1200),
        ("en", "1.5 hours", "1.5"),
        ("de", "1.500 Mieter", 1500),
        ("de", "384,50 €", "384.5"),
        ("fr", "9 000 foyers", 9000),
        ("es", "2.150 recetas", 2150),
        ("ar", "١٬٤٠٠ جنيه", 1400),
        ("ar", "١٫٥ ساعة", "1.5"),
        ("ja", "3万人", 30000),
        ("en", "$50K", 50000),
        ("en", "$2m", 2_000_000),
        ("en", "30 m", 30),
        ("de", "zwei Millionen", 2_000_000),
    ],
)
def test_a_number_has_the_value_its_language_gives_it(language, text, value):
    assert [number.value for number in numbers_in(text, language)] == [Decimal(value)]


@pytest.mark.parametrize(
    ("text", "kind", "currency"),
    [
        ("ten percent", "percent", ""),
        ("47 %", "percent", ""),
        ("two euros", "money", "eur"),
        ("CHF 30", "money", "chf"),
        ("30円", "money", "jpy"),
        ("30 cups", "count", ""),
    ],
)
def test_a_number_is_money_a_share_or_a_count(text, kind, currency):
    assert [(n.kind, n.currency) for n in numbers_in(text, "en")] == [(kind, currency)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "since 2026, at 7:45, 5 p.m., on the 3rd, in B2B, COVID-19, 5G, #7 and 24/7"),
        ("en", "call 503-555-0119, version 2.0.1, code 0071, card 12345678901234567890"),
        ("en", "https://a.example/30 and a30@b.example, on 2027-03-03 and 03/04/2027"),
        ("en", "1,23,456 and the 3D film"),
        ("fr", "le 04 65 71 00 00, à 18 h, 3e étage, le 1er mai 2027"),
        ("de", "im 2. Lehrjahr, um 8 Uhr, am 3. November, am 3.11.2027"),
        ("ja", "第3回は2027年4月1日の17時30分です"),
    ],
)
def test_what_names_something_is_no_number(language, text):
    assert words(text, language) == []


def test_a_number_of_its_own_may_stand_between_names():
    assert words("In 2026 she paid £24 to 3 of 14.") == ["£24", "3", "14"]


@pytest.mark.parametrize(
    ("language", "text", "period"),
    [
        ("en", "£4 a month", "month"),
        ("en", "$49 once", "once"),
        ("fr", "6 € l’heure", "hour"),
        ("ja", "月額500円", "month"),
        ("en", "£4 for two", ""),
    ],
)
def test_a_price_is_for_something(language, text, period):
    assert [offer.period for offer in offers_in(text, language)] == [period]
