"""Amounts as people type them, in the currency of the test."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtest.results.spending.money import (
    CURRENCIES,
    LARGEST_AMOUNT,
    Currency,
    NotAnAmount,
    amount_of,
    points_in,
)

EUR, GBP, JPY = CURRENCIES["EUR"], CURRENCIES["GBP"], CURRENCIES["JPY"]
# Thousands and cents as they are set apart in different countries.
MANNERS = [(",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), ("’", "."), ("", ".")]


@given(
    amount=st.integers(min_value=1, max_value=LARGEST_AMOUNT),
    manner=st.sampled_from(MANNERS),
    currency=st.sampled_from([*CURRENCIES.values()]),
)
def test_an_amount_is_read_in_every_manner_of_writing_it(amount, manner, currency):
    apart, point = manner
    whole, cents = divmod(amount, 10**currency.digits)
    end = f"{point}{cents:0{currency.digits}d}" if currency.digits else ""
    typed = f"{whole:,}".replace(",", apart) + end

    assert amount_of(typed, currency) == amount
    assert amount_of(f"{currency.code} {typed}", currency) == amount


@given(
    amount=st.integers(min_value=1, max_value=LARGEST_AMOUNT),
    currency=st.sampled_from([*CURRENCIES.values()]),
)
def test_what_is_written_is_read_as_the_same(amount: int, currency: Currency):
    assert amount_of(currency.write(amount), currency) == amount
    assert amount_of(currency.plain(amount), currency) == amount


@given(typed=st.text(max_size=30))
def test_no_text_is_read_as_an_amount_that_cannot_be(typed: str):
    with suppress(NotAnAmount):
        assert 0 < amount_of(typed, EUR) <= LARGEST_AMOUNT


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Say how much"),
        ("about 20", "is no amount"),
        ("1,234,56", "is no amount"),
        ("12.345.6", "is no amount"),
        ("0.125", "2 digits at most"),
        ("0,00", "above 0"),
        ("-5", "above 0"),
        ("$5", "not in EUR"),
        ("5 usd", "not in EUR"),
        ("99999999999999", "more money than"),
        ("9" * 5_000, "more money than"),
    ],
)
def test_a_wrong_amount_is_told_why(typed, said):
    with pytest.raises(NotAnAmount, match=said):
        amount_of(typed, EUR)


def test_a_currency_without_cents_takes_none():
    assert amount_of("1200.00", JPY) == 1200
    with pytest.raises(NotAnAmount, match="no digits after the point"):
        amount_of("12,50", JPY)


def test_a_sign_that_many_share_is_that_of_the_test():
    assert amount_of("$5", CURRENCIES["CAD"]) == 500


@pytest.mark.parametrize(
    ("typed", "currency", "said"),
    [
        ("12.345", GBP, "“12.345” could be £12,345.00 or £12.35. Write 12345.00 or 12.35."),
        ("€1,000", EUR, "“€1,000” could be €1,000.00 or €1.00. Write 1000.00 or 1.00."),
    ],
)
def test_an_amount_that_can_be_read_in_two_ways_is_refused_with_both(typed, currency, said):
    with pytest.raises(NotAnAmount) as caught:
        amount_of(typed, currency)

    assert str(caught.value) == said


def test_the_rest_of_a_list_says_how_its_amounts_are_to_be_read():
    assert amount_of("1.234", EUR, points_in(["12,50", "1.234"])) == 123_400
    assert amount_of("1.234", EUR, points_in(["1.234.567", "1.234"])) == 123_400
    with pytest.raises(NotAnAmount, match="could be €1,234"):
        amount_of("1.234", EUR, points_in(["12.50", "1.234"]))
