"""What was spent, and what a visitor and a sign-up cost; amounts as people type them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import HandClock
from tests.factories import Team, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_hour
from wbtest.audience.result_counts import Totals
from wbtest.publishing.models import Experiment
from wbtest.results import costs
from wbtest.results.costs import (
    CURRENCIES,
    Costs,
    Currency,
    NotAnAmount,
    add_spend,
    amount_of,
    costs_of,
    delete_spend,
    spending_of,
    spends_of,
    total,
)
from wbtest.results.figures import NotStarted
from wbtest.results.models import Spend
from wbtest.store import Gone, Invalid
from wbtest.team.audit import AuditFilter, list_lines

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


DAY = date(2027, 3, 3)


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    return begin()


def spend(experiment: Experiment, team: Team, **parts: object) -> Spend:
    usual = {
        "source": "newsletter",
        "first_day": DAY,
        "last_day": None,
        "amount": "120",
        "currency": "GBP",
    }
    return add_spend(experiment, team.editor, **(usual | parts))


def test_a_line_is_stored_with_who_entered_it(experiment, team: Team, now: HandClock):
    spend(experiment, team, source="X.com", amount="12,50")

    [line] = spends_of(experiment)
    assert (line.source, line.first_day, line.last_day) == ("x", DAY, DAY)
    assert (line.amount, line.currency, line.person, line.at) == (1250, "GBP", team.editor, now())


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"source": " "}, "source"),
        ({"last_day": date(2027, 3, 2)}, "last"),
        ({"amount": "much"}, "amount"),
        ({"currency": "DEM"}, "currency"),
    ],
)
def test_a_wrong_line_is_refused_at_its_field(experiment, team: Team, parts, field):
    with pytest.raises(Invalid) as caught:
        spend(experiment, team, **parts)

    assert caught.value.field == field
    assert spends_of(experiment) == []


def test_a_test_has_one_currency(experiment, team: Team):
    spend(experiment, team)

    with pytest.raises(Invalid, match="amounts are in GBP"):
        spend(experiment, team, currency="EUR")
    assert len(spends_of(experiment)) == 1


def test_a_test_holds_so_many_lines(experiment, team: Team, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(costs, "MOST_SPENDS", 1)
    spend(experiment, team)

    with pytest.raises(Invalid, match="holds 1 lines"):
        spend(experiment, team)
    assert len(spends_of(experiment)) == 1


def test_a_draft_takes_no_money(revision, team: Team):
    with pytest.raises(NotStarted):
        spend(make_experiment(revision, team.editor), team)


def test_a_deleted_line_stays_in_the_audit_log(experiment, team: Team):
    key = spend(experiment, team, source="flyer", amount="50").key

    delete_spend(experiment, team.owner, key)

    line, *_ = list_lines(AuditFilter())
    assert (line.action, line.about) == (
        "spend.deleted",
        "£50.00 on “Larder”, test 1 (flyer, 2027-03-03 to 2027-03-03)",
    )
    with pytest.raises(Gone):
        delete_spend(experiment, team.owner, key)


def test_money_is_over_everyone_of_all_variants(begin: Start, team: Team):
    experiment = begin(variants=("Six dinners",))
    count_day(experiment, 0, "control", seen=40, converted=4, served=50)
    count_day(experiment, 0, "six-dinners", seen=30, converted=1, served=30)
    count_day(experiment, 0, "control", seen=20, converted=2, source="direct")
    count_hour(experiment, 1_804_000_000, seen=9, converted=9, excluded_because="team")
    spend(experiment, team)
    spend(experiment, team, source="flyer", amount="50")

    found = spending_of(experiment)

    assert found.costs == [
        Costs("newsletter", 12_000, 80, 5),
        Costs("flyer", 5_000),
        Costs("direct", 0, 20, 2),
    ]
    assert (found.paid, found.everyone) == (
        Costs("", 17_000, 80, 5),
        Costs("", 17_000, 100, 7),
    )
