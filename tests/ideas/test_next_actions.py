"""The list of all experiments: what needs whom, what two pages do to each other, how fast."""

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.factories import (
    Team,
    log_in,
    make_decision,
    make_experiment,
    make_revision,
    make_running,
)
from tests.results.crowd import count_day
from tests.statements import counted
from wbtest.extensions import db
from wbtest.ideas.next_actions import NextActionInput, group_of, next_action, shared_sources
from wbtest.publishing.models import Experiment
from wbtest.publishing.running import life
from wbtest.publishing.running.sealing import draft_digest
from wbtest.writing.models import Revision

VIEWER = {"may_edit": False, "may_approve": False, "may_own": False}
EDITOR = VIEWER | {"may_edit": True}
APPROVER = EDITOR | {"may_approve": True}
OWNER = APPROVER | {"may_own": True}


@pytest.fixture
def owner(team: Team, client: FlaskClient) -> FlaskClient:
    """The owner's browser."""
    log_in(client, team.owner)
    return client


@pytest.mark.parametrize(
    ("facts", "group"),
    [
        (NextActionInput("draft", **EDITOR, is_approved=True), "needs"),
        (NextActionInput("draft", **VIEWER, is_approved=True), "drafts"),
        (NextActionInput("draft", **APPROVER), "drafts"),
        (NextActionInput("draft", **APPROVER, is_approved=True, newer=2), "drafts"),
        (NextActionInput("checked", **APPROVER, is_approved=True), "needs"),
        (NextActionInput("checked", **EDITOR, is_approved=True), "drafts"),
        (NextActionInput("checked", **APPROVER, is_approved=True, wrote=True), "drafts"),
        (NextActionInput("running", **APPROVER), "running"),
        (NextActionInput("running", **APPROVER, is_reached=True), "needs"),
        (NextActionInput("running", **APPROVER, is_reached=True, is_decided=True), "running"),
        (NextActionInput("running", **APPROVER, is_reached=True, proposed="stop"), "running"),
        (NextActionInput("running", **APPROVER, proposed="stop", may_answer=True), "needs"),
        (NextActionInput("running", **APPROVER, is_decided=True, is_given_up=True), "needs"),
        (NextActionInput("paused", **EDITOR, is_withheld=True, is_given_up=True), "running"),
        (NextActionInput("paused", **EDITOR, is_withheld=True), "needs"),
        (NextActionInput("paused", **VIEWER, is_withheld=True), "running"),
        (NextActionInput("ended", **APPROVER, has_choice=True), "needs"),
        (NextActionInput("decided", **OWNER, is_decided=True), "needs"),
        (NextActionInput("decided", **APPROVER, is_decided=True), "over"),
        (NextActionInput("decided", **OWNER, is_decided=True, has_choice=True), "over"),
        (NextActionInput("ended", **EDITOR), "over"),
    ],
)
def test_what_needs_a_person_stands_first(facts: NextActionInput, group: str):
    assert group_of(facts.stage, next_action(facts)) == group


@pytest.mark.parametrize(
    ("live", "warned"),
    [
        (
            [("a", ["newsletter", "x"]), ("b", ["newsletter"])],
            ["“newsletter” sends people to both /p/a and /p/b"],
        ),
        ([("c", ["x"]), ("a", ["x"]), ("b", ["x"])], ["“x” sends people to /p/a, /p/b and /p/c"]),
        ([("a", ["x"]), ("b", []), ("c", ["reddit"])], []),
    ],
)
def test_two_open_pages_with_one_source_are_warned_of(
    live: Sequence[tuple[str, Sequence[str]]], warned: list[str]
):
    assert [sentence.partition(":")[0] for sentence in shared_sources(live)] == warned


def test_each_experiment_stands_in_its_group_with_its_figures(
    owner: FlaskClient, revision: Revision, team: Team, now: HandClock
):
    make_experiment(revision, team.editor, slug="draft")
    running = make_running(revision, team.editor, team.approver, slug="runs", sources=("x",))
    count_day(running, 0, seen=40, converted=3, source="x")
    over = make_running(revision, team.editor, team.approver, slug="over")
    life.end(over, team.owner)
    now.turn(hours=1)
    page = owner.get("/experiments").text
    groups = [page.index(f"<h2>{name}<") for name in ("Needs you", "Running")]

    assert groups[0] < page.index("/p/draft") < groups[1] < page.index("/p/runs")
    assert groups[0] < page.index("/p/over") < groups[1]
    for fact in ("28 days left", "40 visitors", "3 sign-ups", "from x", "Decide: go,"):
        assert fact in page


def test_a_decided_experiment_says_so(owner: FlaskClient, revision: Revision, team: Team):
    over = make_running(revision, team.editor, team.approver)
    life.end(over, team.owner)
    make_decision(over, team.owner, team.approver, "stop", "Nobody came to see it.")
    page = owner.get("/experiments").text

    assert "Decided: stop</span>" in page
    assert "Choose what stands at its address now." in page


def test_who_wrote_the_words_is_not_asked_to_start(
    client: FlaskClient, revision: Revision, team: Team
):
    draft = make_experiment(revision, team.approver, variants=("Half the waste",))
    draft.checked_digest = draft_digest(draft)
    db.session.commit()
    said = []
    for person in (team.approver, team.owner):
        log_in(client, person)
        said.append("read it and start it" in client.get("/experiments").text)

    assert said == [False, True]


def test_a_draft_whose_text_nobody_approved_waits(owner: FlaskClient, team: Team):
    make_experiment(make_revision(team.editor), team.editor)
    page = owner.get("/experiments").text

    assert "Its text waits for approval." in page
    assert "<h2>Needs you<" not in page


def test_a_newer_revision_that_says_the_same_sends_nobody_away(
    owner: FlaskClient, revision: Revision, team: Team
):
    make_experiment(revision, team.editor)
    make_revision(team.editor, release=revision.release, headline="Better")
    said = ["is newer" in owner.get("/experiments").text]
    release = db.session.merge(revision).release
    make_revision(team.editor, release=release, headline=revision.document["headline"])
    said.append("is newer" in owner.get("/experiments").text)

    assert said == [True, False]


def test_ten_drafts_are_listed_with_as_many_questions_as_one(
    owner: FlaskClient, revision: Revision, team: Team
):
    def statements() -> int:
        with counted() as found:
            assert owner.get("/experiments").status_code == 200
        return len(found)

    make_experiment(revision, team.editor, slug="first")
    one = statements()
    for number in range(9):
        make_experiment(revision, team.editor, slug=f"draft-{number}")

    assert statements() == one


def test_one_started_experiment_more_costs_the_list_no_query(
    owner: FlaskClient, revision: Revision, team: Team
):
    def statements() -> int:
        with counted() as found:
            owner.get("/experiments")
        return len(found)

    def run(slug: str) -> Experiment:
        return make_running(revision, team.editor, team.approver, slug=slug)

    run("first")
    one = statements()
    for slug in ("second", "third"):
        run(slug)

    assert statements() == one
