"""What was spent is stored once, deleted for good, and told in the audit log."""

from datetime import date

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_hour
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import end
from wbtest.results.figures import NotStarted
from wbtest.results.spending.lines import Line
from wbtest.results.spending.showing import spending_of
from wbtest.results.spending.spends import (
    MOST_SPENDS,
    add_spends,
    delete_spends,
    line_in,
    span_of,
    spends_of,
)
from wbtest.store import Invalid
from wbtest.team.audit.log import Wanted, lines_of

DAY = date(2027, 3, 3)
LINE = Line("newsletter", DAY, DAY, 12_000)
FLYER = Line("flyer", DAY, DAY, 5_000, "two hundred of them")


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    return begin()


def told(team: Team) -> list[tuple[str, str]]:
    lines = [(line.action, line.about) for line in lines_of(team.workspace.id, Wanted())]
    return [line for line in lines if line[0].startswith("spend.")][::-1]


def test_lines_are_stored_with_who_entered_them(experiment, team: Team, now: HandClock):
    added = add_spends(experiment, team.editor, "GBP", [LINE, FLYER])

    assert (added.new, added.known) == ((LINE, FLYER), 0)
    assert [line_in(spend) for spend in spends_of(experiment)] == [LINE, FLYER]
    assert {(s.person, s.at, s.currency) for s in spends_of(experiment)} == {
        (team.editor, now(), "GBP")
    }


def test_the_same_lines_again_are_not_stored_and_counted(experiment, team: Team):
    add_spends(experiment, team.editor, "GBP", [LINE, FLYER])

    added = add_spends(experiment, team.editor, "GBP", [FLYER, LINE, FLYER])

    assert (added.new, added.known) == ((FLYER,), 2)
    assert len(spends_of(experiment)) == 3


def test_two_equal_payments_that_come_together_are_two(experiment, team: Team):
    added = add_spends(experiment, team.editor, "GBP", [LINE, LINE])

    assert (len(added.new), len(spends_of(experiment))) == (2, 2)


def test_a_test_has_one_currency(experiment, team: Team):
    add_spends(experiment, team.editor, "GBP", [LINE])

    with pytest.raises(Invalid, match="Amounts here are in GBP"):
        add_spends(experiment, team.editor, "EUR", [FLYER])
    assert len(spends_of(experiment)) == 1


def test_too_many_lines_are_refused_as_a_whole(experiment, team: Team):
    add_spends(experiment, team.editor, "GBP", [LINE])

    with pytest.raises(Invalid, match="1,000 lines fit"):
        add_spends(experiment, team.editor, "GBP", MOST_SPENDS * [FLYER])
    assert len(spends_of(experiment)) == 1


def test_an_unknown_currency_is_refused(experiment, team: Team):
    with pytest.raises(Invalid, match="Choose the currency"):
        add_spends(experiment, team.editor, "DEM", [LINE])


def test_a_draft_takes_no_money(revision, team: Team):
    with pytest.raises(NotStarted):
        add_spends(make_experiment(revision, team.editor), team.editor, "GBP", [LINE])


def test_a_deleted_line_stays_in_the_audit_log(experiment, team: Team):
    add_spends(experiment, team.editor, "GBP", [LINE, FLYER])
    sending = spends_of(experiment)[0].sending

    number = delete_spends(experiment, team.owner, [(sending, 1)])

    assert (number, [line_in(spend) for spend in spends_of(experiment)]) == (1, [LINE])
    assert told(team)[-1] == (
        "spend.deleted",
        "£50.00 on /p/larder (flyer £50.00, 2027-03-03 to 2027-03-03)",
    )


def test_lines_that_came_together_go_together(experiment, team: Team):
    add_spends(experiment, team.editor, "GBP", [LINE])
    add_spends(experiment, team.editor, "GBP", [FLYER, FLYER])
    sending = next(s.sending for s in spends_of(experiment) if s.source == "flyer")

    assert delete_spends(experiment, team.editor, sending=sending) == 2
    assert delete_spends(experiment, team.editor, sending=sending) == 0
    assert [line_in(spend) for spend in spends_of(experiment)] == [LINE]
    assert [action for action, _ in told(team)] == ["spend.added", "spend.added", "spend.deleted"]


def test_the_days_of_a_test_end_with_it(experiment, team: Team, now: HandClock):
    assert (span_of(experiment).first, span_of(experiment).last) == (
        date(2027, 3, 1),
        date(2027, 3, 29),
    )

    now.turn(days=4)
    end(experiment, team.owner)

    assert span_of(experiment).last == date(2027, 3, 5)


def test_money_is_over_everybody_of_all_variants(begin: Start, team: Team):
    experiment = begin(variants=("Six dinners",))
    count_day(experiment, 0, "control", seen=40, converted=4, served=50, confirmed=2)
    count_day(experiment, 0, "six-dinners", seen=30, converted=1, served=30)
    count_hour(experiment, 1_804_000_000, seen=9, converted=9, excluded_because="team")
    count_hour(experiment, 1_804_200_000, seen=20, converted=1, served=20)
    add_spends(experiment, team.editor, "GBP", [LINE, FLYER])

    found = {costs.source: costs for costs in spending_of(experiment).costs}

    costs = found["newsletter"]
    assert (costs.visitors, costs.signups, costs.confirmed) == (100, 6, 2)
    assert (found["flyer"].spent, found["flyer"].visitors) == (5_000, 0)
