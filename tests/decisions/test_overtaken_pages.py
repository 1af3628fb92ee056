"""Who decides from a page that is not of now reads first what happened, and nothing is made up."""

import pytest

from tests.conftest import HandClock
from tests.decisions.conftest import AGAINST, REASON
from tests.decisions.test_second import mark
from tests.factories import Team, make_decision
from tests.results.crowd import count_days
from wbtest.decisions.decide import decide, turn_down, withdraw
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid


def test_of_two_who_decide_at_once_the_second_reads_what_the_first_said(
    met: Experiment, team: Team
):
    read = mark(met)
    decide(met, team.owner, "go", REASON, read)

    with pytest.raises(Invalid, match="Owner decided “go” after you opened this page"):
        decide(met, team.approver, "go", "Parents sign up for it.", read)


def test_who_decides_beside_a_new_proposal_reads_it_first(met: Experiment, team: Team):
    read = mark(met)
    decide(met, team.owner, "stop", AGAINST, read)

    with pytest.raises(Invalid, match="Owner proposed “stop” after you opened this page"):
        decide(met, team.approver, "go", REASON, read)
    with pytest.raises(Invalid, match="You proposed “stop” after you opened this page"):
        decide(met, team.owner, "go", REASON, read)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda paper, team: withdraw(paper, team.owner),
            "after you opened this page, then cancelled it",
        ),
        (
            lambda paper, team: turn_down(paper, team.approver),
            "after you opened this page, and you rejected it",
        ),
    ],
)
def test_what_waits_no_more_is_not_called_a_decision(met: Experiment, team: Team, answer, said):
    make_decision(met, team.approver, team.owner, "stop", AGAINST)
    read = mark(met)
    answer(decide(met, team.owner, "iterate", AGAINST), team)

    with pytest.raises(Invalid, match=f"Owner proposed “iterate” {said}"):
        decide(met, team.approver, "go", REASON, read)


@pytest.mark.parametrize("read", ["nonsense", "9.9.go", "1.1.go"])
def test_of_a_mark_that_was_never_ours_nothing_is_made_up(met: Experiment, team: Team, read: str):
    with pytest.raises(Invalid, match="This page was out of date"):
        decide(met, team.approver, "go", REASON, read)


def test_a_verdict_that_changed_under_the_page_is_told_first(begin, team: Team, now: HandClock):
    young = begin()
    read = mark(young)
    count_days(young, range(9), seen=100, converted=14)
    now.turn(days=10)

    with pytest.raises(Invalid, match="the rule now says go"):
        decide(young, team.approver, "stop", AGAINST, read)
