"""What a visitor and a sign-up cost."""

from wbtest.audience.counts import Totals
from wbtest.results.spending.costs import Costs, costs_of, total

CHEAP = Costs("newsletter", 10_080, 400, 48)


def test_a_visitor_and_a_sign_up_cost_what_was_spent_over_their_number():
    assert (CHEAP.per_visitor, CHEAP.per_signup) == (25.2, 210.0)


def test_without_money_visitors_or_sign_ups_there_is_no_cost():
    assert (Costs("flyer", 500).per_visitor, Costs("flyer", 500, 9).per_signup) == (None, None)
    assert (Costs("direct", 0, 9, 1).per_visitor, Costs("direct", 0, 9, 1).per_signup) == (
        None,
        None,
    )


def test_a_source_with_money_or_with_visitors_has_a_row():
    found = costs_of({"flyer": 500}, {"direct": Totals(served=3), "x": Totals(served=9, signups=2)})

    assert found == [Costs("flyer", 500), Costs("x", 0, 9, 2), Costs("direct", 0, 3)]


def test_the_total_adds_up_every_column():
    assert total([CHEAP, Costs("flyer", 500, 5, 1)]) == Costs("", 10_580, 405, 49)
    assert total([]) == Costs("", 0)
