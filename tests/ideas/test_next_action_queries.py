"""Whom a test waits for: a step comes up for those who may take it, and goes when it is taken."""

from datetime import UTC, datetime

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_checked, make_decision, make_experiment
from tests.ideas.notifying.told import reach_target
from tests.results.conftest import Start
from tests.results.crowd import count_days
from tests.statements import counted
from wbtest.decisions.decide import decide
from wbtest.extensions import db
from wbtest.ideas.notifications import send_notifications
from wbtest.ideas.todo import TodoItem
from wbtest.ideas.todo_list import waits_in
from wbtest.publishing import lifecycle
from wbtest.publishing.experiments import add_variant
from wbtest.publishing.lifecycle import end, start
from wbtest.publishing.models import Experiment
from wbtest.publishing.whole_drafts import clone_experiment
from wbtest.review.approvals import stop_release
from wbtest.team.mail_preferences import choose_test_mails
from wbtest.writing.models import Revision


def waits(team: Team) -> list[TodoItem]:
    db.session.rollback()
    return [wait for wait in waits_in() if wait.what.startswith(("Larder: ", "Larder, "))]


def steps(team: Team) -> dict[str, list[str]]:
    """Who is to do what with the test, as the first word of the thing and names."""
    found: dict[str, list[str]] = {}
    for wait in waits(team):
        found.setdefault(wait.kind, []).append(wait.who.name)
    return found


@pytest.fixture
def draft(revision: Revision, team: Team) -> Experiment:
    """A draft whose second variant the approver wrote."""
    return make_experiment(revision, team.approver, variants=("Kitchen",))


def test_a_draft_needs_its_check_and_then_a_start_by_who_did_not_write_it(
    draft: Experiment, team: Team
):
    assert steps(team) == {"check": ["Editor", "Approver", "Owner"]}

    make_checked(draft, team.editor)
    assert steps(team) == {"start": ["Owner"]}
    start(draft, team.owner)

    assert steps(team) == {}


def test_a_draft_that_changed_after_its_check_needs_another_one(
    draft: Experiment, team: Team, now: HandClock
):
    make_checked(draft, team.editor)
    now.turn(days=1)
    add_variant(draft, team.editor, name="Garden", weight=1, overrides={"headline": "Green"})

    wait = waits(team)[0]

    assert wait.what.startswith("Larder: It changed since the launch check.")
    assert wait.how_long(now()) == "waiting since yesterday"


def test_a_draft_needs_nobody_while_an_earlier_test_of_the_idea_is_open(
    draft: Experiment, team: Team
):
    make_checked(draft, team.editor)
    start(draft, team.owner)

    clone_experiment(draft, team.editor)

    assert steps(team) == {}


def test_a_line_names_its_test_where_the_idea_has_several(draft: Experiment, team: Team):
    make_checked(draft, team.editor)
    start(draft, team.owner)
    end(draft, team.owner)

    clone_experiment(draft, team.editor)

    assert {wait.what for wait in waits(team)} == {
        "Larder, test 1: Decide: go, iterate or stop.",
        "Larder, draft test: Run the launch check, then start it.",
    }


def test_a_draft_of_a_release_that_was_stopped_needs_nobody(draft: Experiment, team: Team):
    stop_release(draft.revision, team.owner, "Nobody wants it.", 8)

    assert steps(team) == {}


def test_a_verdict_needs_those_who_decide_from_when_it_was_reached(
    begin: Start, team: Team, now: HandClock
):
    experiment = begin()
    reach_target(experiment, now)

    [first, second] = waits(team)

    assert [first.who.name, second.who.name] == ["Approver", "Owner"]
    assert first.what == "Larder: The result is in. Decide."
    # When the least days were over, though nobody had come since the evening before.
    assert first.since == datetime(2027, 3, 8, tzinfo=UTC)
    decide(experiment, team.owner, "go", "It reaches the target.")
    assert "decide" not in steps(team)


def test_a_verdict_that_was_told_by_mail_is_no_news_but_for_who_wants_no_such_mail(
    begin: Start, team: Team, now: HandClock
):
    reach_target(begin(), now)
    choose_test_mails(team.approver.id, is_wanted=False)
    send_notifications(now())

    news = [wait.who.name for wait in waits(team) if wait.is_news(None, now())]

    assert news == ["Approver"]


def test_an_end_needs_a_decision_and_then_what_stands_at_the_address(
    begin: Start, team: Team, now: HandClock
):
    experiment = begin()
    now.turn(days=9)
    end(experiment, team.owner)
    assert steps(team) == {"decide": ["Approver", "Owner"]}

    make_decision(experiment, team.approver, team.owner, "stop", "Nobody came to see it.")
    assert steps(team) == {"close": ["Owner"]}
    lifecycle.choose_afterwards(experiment, team.owner, "closed")

    assert steps(team) == {}


def test_an_end_needs_no_decision_while_late_answers_may_bring_a_verdict(
    begin: Start, team: Team, now: HandClock
):
    experiment = begin()
    count_days(experiment, range(9), seen=10, converted=1)
    now.turn(days=9)
    end(experiment, team.owner)
    assert steps(team) == {}

    now.turn(hours=25)

    assert steps(team) == {"decide": ["Approver", "Owner"]}


def test_a_line_about_the_page_of_a_test_that_ended_opens_the_form_that_changes_it(
    begin: Start, team: Team, now: HandClock, client: Browser
):
    experiment = begin()
    now.turn(days=9)
    end(experiment, team.owner)
    make_decision(experiment, team.approver, team.owner, "stop", "Nobody came to see it.")
    [wait] = waits(team)
    log_in(client, team.owner)

    answer = client.get(wait.path)

    assert answer.status_code == 200
    assert '<details class="fold" id="after" open>' in answer.text


def test_ten_tests_take_no_more_queries_than_two(begin: Start, team: Team):
    for number in range(2):
        begin(slug=f"one-{number}")
    with counted() as of_two:
        waits(team)
    for number in range(8):
        begin(slug=f"more-{number}")

    with counted() as of_ten:
        waits(team)

    assert len(of_ten) <= len(of_two) <= 40
