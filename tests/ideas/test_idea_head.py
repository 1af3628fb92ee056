"""The head of every page of an idea: its name, its status, and a tab for each stage."""

from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import (
    Team,
    log_in,
    make_decision,
    make_experiment,
    make_release,
    make_revision,
)
from tests.ideas.conftest import Ideas
from tests.results.states import States, crowd, make_states
from wbtest.ideas.views import IdeaHead, head_of
from wbtest.publishing import lifecycle
from wbtest.results.figures import results_of
from wbtest.results.summary import summary
from wbtest.results.verdict_text import life_line


def look(app: Flask, release_id: int, experiment_id: int | None = None) -> IdeaHead:
    with app.test_request_context():
        return head_of(release_id, experiment_id)


def tabs(head: IdeaHead) -> dict[str, str]:
    return {tab.key: tab.url for tab in head.tabs}


def test_a_draft_has_its_text_and_no_other_place(app: Flask, team: Team):
    release = make_release(team.editor, product="Nightbus", headline="A bus when you need it")

    head = look(app, release.id)

    assert (head.name, head.headline) == ("Nightbus", "A bus when you need it")
    assert (head.status, head.page_url, head.tests) == ("Draft", "", [])
    assert [key for key, url in tabs(head).items() if url] == ["release"]


def test_a_revision_opens_the_review(app: Flask, team: Team):
    revision = make_revision(team.editor, product="Kiln")

    found = tabs(look(app, revision.release_id))

    assert found["review"] == f"/releases/{revision.release_id}/revisions/1"
    assert found["test"] == found["results"] == ""


def test_a_running_test_has_every_tab_and_its_public_page(app: Flask, ideas: Ideas):
    test = ideas.running

    head = look(app, test.release_id)

    assert head.page_url == f"/p/{test.slug}"
    assert head.status.startswith("Running, day ")
    assert all(tabs(head).values())
    assert tabs(head)["results"] == f"/experiments/{test.id}/results"


def test_what_was_decided_is_the_status(app: Flask, ideas: Ideas):
    assert look(app, ideas.stopped.release_id).status == "Stopped"


def test_the_head_has_the_words_of_the_results_in_every_state(
    app: Flask, states: States, now: HandClock
):
    found = make_states(states, now)
    for name in ("waiting", "paused"):
        found[name] = states.begin(name)
        crowd(found[name], (5, 1), days=range(1))
    now.turn(hours=2)
    lifecycle.end(found["waiting"], states.approver)
    lifecycle.pause(found["paused"], states.approver)
    del found["decided"]

    heads = {name: look(app, test.release_id, test.id) for name, test in found.items()}

    assert {heads[name].status for name in ("paused", "running")} == {"Paused", "Running, day 12"}
    for name, head in heads.items():
        if head.stage == "decide":
            assert head.status == summary(found[name], now()).badge.text
        else:
            assert head.status in life_line(found[name], results_of(found[name], now()))[0].replace(
                " since 1 March", ""
            )
    assert heads["waiting"].status == "Waiting for late answers"
    assert heads["inconclusive"].status == "Undecided"


def test_a_day_is_a_day_of_the_calendar_in_the_head_as_in_the_results(
    app: Flask, states: States, now: HandClock
):
    test = states.begin("late")
    now.turn(hours=15, minutes=30)

    assert look(app, test.release_id).status == "Running, day 2"
    assert "day 2 of" in life_line(test, results_of(test, now()))[0]


def test_of_several_tests_the_head_says_how_the_one_in_view_stands(
    app: Flask, team: Team, ideas: Ideas
):
    running, stopped = ideas.running, ideas.stopped
    drafts = [make_experiment(test.revision, team.editor) for test in (running, stopped)]

    for test, said in ((running, "Running, day 11"), (stopped, "Stopped")):
        assert look(app, test.release_id, test.id).status == f"Test 1: {said}"
        assert look(app, test.release_id).status == said
    for draft in drafts:
        assert look(app, draft.release_id, draft.id).status == "Test being set up"


def test_an_idea_goes_on_after_an_iterate_and_its_test_does_not(
    app: Flask, team: Team, ideas: Ideas
):
    test = ideas.stopped
    make_decision(test, team.approver, team.owner, "iterate", "Ask for less.")
    alone = look(app, test.release_id, test.id).status
    make_experiment(test.revision, team.editor)

    assert alone == "Iterate"
    assert look(app, test.release_id, test.id).status == "Test 1: Iterate"
    assert look(app, test.release_id).status == "Test being set up"


def test_of_several_tests_the_one_in_view_is_marked(app: Flask, team: Team, ideas: Ideas):
    first = ideas.stopped
    second = make_experiment(first.revision, team.editor)

    old, new = look(app, first.release_id, first.id), look(app, first.release_id, second.id)

    assert [(test.label, test.is_current) for test in old.tests] == [
        ("Test 1", True),
        ("Draft test", False),
    ]
    assert [test.is_current for test in new.tests] == [False, True]
    assert (tabs(new)["test"], tabs(new)["results"]) == (f"/experiments/{second.id}", "")


def test_every_draft_of_a_test_is_in_the_switch(app: Flask, team: Team, ideas: Ideas):
    revision = ideas.stopped.revision
    drafts = [make_experiment(revision, team.editor, target=rate) for rate in (0.1, 0.2)]

    head = look(app, revision.release_id, drafts[0].id)

    assert [(test.label, test.is_current) for test in head.tests] == [
        ("Test 1", False),
        ("Draft test 1", True),
        ("Draft test 2", False),
    ]
    assert tabs(head)["test"] == f"/experiments/{drafts[0].id}"


def test_a_page_of_an_idea_names_it_once_as_its_heading(client: Browser, team: Team, ideas: Ideas):
    log_in(client, team.editor)

    page = client.get(f"/experiments/{ideas.running.id}").text

    assert page.count("<h1>") == 1
    assert '<li><a href="/experiments/' not in page.partition('<nav class="tabs"')[0]
    assert 'aria-current="page">Test</a>' in page
