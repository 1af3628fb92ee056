"""Lines of what was spent: entered, deleted, kept in the audit log, and what they bought."""

from datetime import date

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_hour
from wbtest.publishing.models import Experiment
from wbtest.results.figures import NotStarted
from wbtest.results.spending import spends
from wbtest.results.spending.costs import Costs
from wbtest.results.spending.models import Spend
from wbtest.results.spending.spends import add_spend, delete_spend, spending_of, spends_of
from wbtest.store import Gone, Invalid
from wbtest.team.audit.log import Wanted, lines_of

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
    monkeypatch.setattr(spends, "MOST_SPENDS", 1)
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

    line, *_ = lines_of(Wanted())
    assert (line.action, line.about) == (
        "spend.deleted",
        "£50.00 on /p/larder (flyer, 2027-03-03 to 2027-03-03)",
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
