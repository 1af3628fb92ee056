"""What a visitor and a sign-up cost, and the sentence that says where it was cheapest."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtest.audience.counts import Totals
from wbtest.results.spending.costs import Costs, costs_of, paid, price, together
from wbtest.results.spending.in_words import conclusion
from wbtest.results.spending.money import CURRENCIES
from wbtest.results.statistics import Counts, wilson

GBP = CURRENCIES["GBP"]
COUNT = st.integers(min_value=0, max_value=10_000)
CHEAP = Costs("newsletter", 10_080, 400, 48, 20)


@given(spent=st.integers(min_value=1), visitors=COUNT, number=COUNT)
def test_a_price_lies_within_its_interval(spent: int, visitors: int, number: int):
    found = price(spent, visitors, number)

    if not visitors and not number:
        assert found is None
    elif number:
        assert found.low <= found.each * (1 + 1e-9)
        assert found.each <= found.high * (1 + 1e-9)
    else:
        assert (found.each, found.high) == (None, inf)


def test_the_interval_is_the_money_over_visitors_times_wilsons_bounds():
    found = price(10_080, 400, 48)
    rate = wilson(Counts(400, 48))

    assert (found.low, found.high) == pytest.approx((25.2 / rate.high, 25.2 / rate.low))


def test_a_visitor_costs_exactly_what_was_spent_over_who_came():
    assert CHEAP.per_visitor == 25.2
    assert Costs("flyer", 500).per_visitor is None
    assert Costs("direct", 0, 30, 4).per_visitor is None


def test_no_source_is_hidden_with_money_or_with_visitors():
    found = costs_of({"flyer": 500}, {"direct": Totals(served=3), "x": Totals(served=9)})

    assert [costs.source for costs in found] == ["flyer", "x", "direct"]
    assert together(paid(found)) == Costs("", 500)
    assert together(found) == Costs("", 500, 12)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], "“newsletter”: £2.10 a sign-up, between £1.62 and £2.75."),
        (
            [Costs("x", 90_000, 400, 30)],
            "“newsletter” is the cheapest: £2.10 a sign-up, between £1.62 and £2.75.",
        ),
        (
            [Costs("x", 10_080, 400, 40), Costs("ad", 500, 10)],
            "“newsletter” is the cheapest so far: £2.10 a sign-up, between £1.62 and £2.75. "
            "“x” and “ad” may still turn out cheaper.",
        ),
        (
            [Costs("flyer", 5_000)],
            "“newsletter”: £2.10 a sign-up, between £1.62 and £2.75. "
            "£50.00 went to “flyer”, and nobody came from there.",
        ),
        ([Costs("direct", 0, 90, 40)], "“newsletter”: £2.10 a sign-up, between £1.62 and £2.75."),
    ],
)
def test_the_sentence_says_where_it_is_cheapest_and_how_certain_that_is(others, said):
    assert conclusion([CHEAP, *others], GBP) == said


def test_before_any_sign_up_the_sentence_says_what_one_costs_at_least():
    assert conclusion([Costs("x", 5_000, 61)], GBP) == (
        "No sign-up yet from what was paid for: one costs more than £13.84."
    )


def test_many_others_are_counted_and_not_listed():
    others = [Costs(f"ad{n}", 10_080, 400, 40) for n in range(5)]

    assert conclusion([CHEAP, *others], GBP).endswith(" 5 others may still turn out cheaper.")


def test_without_money_there_is_nothing_to_say():
    assert conclusion([Costs("direct", 0, 90, 40)], GBP) == ""
