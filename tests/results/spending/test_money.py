"""Amounts as people type them, in the currency of the test."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtest.results.spending.money import CURRENCIES, Currency, NotAnAmount, amount_of

EUR, JPY = CURRENCIES["EUR"], CURRENCIES["JPY"]


@given(
    amount=st.integers(min_value=1, max_value=10**9 - 1),
    currency=st.sampled_from([*CURRENCIES.values()]),
)
def test_what_is_written_for_programs_is_read_as_the_same(amount: int, currency: Currency):
    plain = currency.plain(amount)

    assert amount_of(plain, currency) == amount_of(plain.replace(".", ","), currency) == amount


@given(typed=st.text(max_size=30))
def test_no_text_is_read_as_an_amount_that_cannot_be(typed: str):
    with suppress(NotAnAmount):
        assert 0 < amount_of(typed, EUR) < 10**12


@pytest.mark.parametrize(
    ("typed", "currency", "said"),
    [
        ("", EUR, "Enter an amount like 1234.50"),
        ("about 20", EUR, "Enter an amount like"),
        ("1,234.50", EUR, "Enter an amount like"),
        ("-5", EUR, "Enter an amount like"),
        ("9" * 5_000, EUR, "Enter an amount like"),
        # It could be thousands.
        ("1.234", EUR, "too many decimals"),
        ("1,234", JPY, "JPY amounts look like 1234"),
        ("0,00", EUR, "above 0"),
    ],
)
def test_a_wrong_amount_says_what_to_enter(typed: str, currency: Currency, said: str):
    with pytest.raises(NotAnAmount, match=said):
        amount_of(typed, currency)
