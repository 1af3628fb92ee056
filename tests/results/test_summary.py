"""The other tests of a release stand beside its figures, so that nobody tries until it works."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import (
    Team,
    log_in,
    make_approval,
    make_experiment,
    make_revision,
    make_running,
)
from tests.results.conftest import Start
from tests.results.crowd import count_days
from tests.statements import counted
from wbtest.decisions.decide import decide
from wbtest.extensions import db
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.results.summary import other_attempts

LATER = datetime(2027, 3, 11, 20, tzinfo=UTC)
REASON = "Nobody wanted it as we told it."


@pytest.fixture
def third(begin: Start, team: Team, now: HandClock) -> Experiment:
    """The third test of a release; the first was decided, of the second nothing came."""
    first = begin()
    count_days(first, range(9), seen=100, converted=1)
    now.turn(days=10)
    decide(end(first, team.approver), team.approver, "stop", REASON)
    end(begin(target=0.06), team.approver)
    return begin()


def test_every_other_test_of_the_release_is_listed_with_rule_outcome_and_decision(third, now):
    first, second = other_attempts(third, now() + timedelta(days=2))

    assert (first.number, second.number) == (1, 2)
    assert first.outcome.startswith("Your page didn’t reach your 8% target.")
    assert (first.badge.text, first.decision.choice) == ("Target not met", "stop")
    assert "At least 6%" in second.claim
    assert (second.badge.text, second.decision) == ("Undecided", None)


def test_drafts_and_tests_of_other_releases_are_no_attempts(begin: Start, revision, team: Team):
    mine = begin()
    make_experiment(revision, team.editor)
    other = make_revision(team.editor)
    make_approval(other, team.approver)
    make_running(other, team.editor, team.approver, slug="other")

    assert other_attempts(mine, LATER) == []


def test_the_results_show_them(client: Browser, team: Team, third):
    log_in(client, team.viewer)
    text = client.get(f"/experiments/{third.id}/results").text

    assert "This is test 3 of the release." in text
    others = text[text.index("Other tests of this idea") :]
    assert others.index("Test 1</a>") < others.index("Decided: stop") < others.index("Test 2</a>")


def test_the_first_test_names_no_others(client: Browser, team: Team, begin: Start):
    experiment = begin()
    log_in(client, team.viewer)
    text = client.get(f"/experiments/{experiment.id}/results").text

    assert "attempt" not in text
    assert "Other tests" not in text


def test_one_attempt_more_costs_no_query(third, begin: Start, team: Team, now):
    def queries() -> int:
        db.session.rollback()
        with counted() as statements:
            other_attempts(third, now())
        return len(statements)

    # The hours of the days are read once.
    queries()
    before = queries()
    end(third, team.approver)
    begin()

    assert queries() == before
