"""What a decision ends: an open page is spoken of, and who gave up a release waits for nobody."""

import pytest

from tests.conftest import Browser, HandClock
from tests.decisions.conftest import AGAINST
from tests.factories import Team, log_in, make_approval, make_decision, make_revision, make_running
from wbtest.decisions.decide import should_end
from wbtest.ideas.todo_list import waits_in
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.review.review_requests import ask_for_review

ENDS = "End the test, so nobody signs up for what you stopped."


def readers_of() -> list[str]:
    """Who is asked to read one of its texts."""
    return [wait.who.name for wait in waits_in() if wait.kind == "read"]


def test_while_the_page_is_open_a_decision_suggests_to_end_it_and_does_not_itself(
    met: Experiment, team: Team, client: Browser
):
    make_decision(met, team.approver, team.owner, "stop", AGAINST)
    log_in(client, team.approver)
    page = f"/experiments/{met.id}/decision"

    assert met.state == "running"
    assert "advice" not in client.get(f"/experiments/{met.id}/results").text
    assert ENDS in client.get(page).text
    client.send(f"/experiments/{met.id}/end", {"why": "Decided: stop."})
    assert met.state == "ended"
    assert ENDS not in client.get(page).text


def test_who_may_not_end_a_test_is_not_asked_to(met: Experiment, team: Team, client: Browser):
    make_decision(met, team.approver, team.owner, "stop", AGAINST)
    log_in(client, team.editor)

    assert ENDS not in client.get(f"/experiments/{met.id}/decision").text


@pytest.mark.parametrize(
    ("state", "choice", "is_asked"),
    [
        ("running", "stop", True),
        ("paused", "go", True),
        ("running", "iterate", False),
        ("ended", "stop", False),
    ],
)
def test_a_page_is_to_be_closed_when_nothing_more_is_asked_of_it(state, choice, is_asked):
    assert should_end(Experiment(state=state), choice) is is_asked


def test_what_was_given_up_waits_for_nobody_until_somebody_takes_it_up(team: Team, now: HandClock):
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    experiment = make_running(revision, team.editor, team.approver)
    now.turn(days=1)
    second = make_revision(team.editor, release=revision.release, headline="Six dinners")
    ask_for_review(second, team.editor, members=[team.viewer.id])
    assert readers_of() == ["Viewer"]

    lifecycle.end(experiment, team.owner)
    make_decision(experiment, team.approver, team.owner, "stop", AGAINST)
    assert readers_of() == []
    now.turn(days=1)
    make_revision(team.editor, release=revision.release, headline="Seven dinners")

    assert readers_of() == ["Viewer"]


def test_a_release_with_another_open_test_is_not_given_up(team: Team, now: HandClock):
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    first = lifecycle.end(make_running(revision, team.editor, team.approver), team.approver)
    make_running(revision, team.editor, team.approver)
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    make_decision(first, team.approver, team.owner, "stop", AGAINST)

    assert readers_of() == ["Viewer"]
