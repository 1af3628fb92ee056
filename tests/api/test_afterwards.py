"""What is done about a test over the API beside deciding: money, notes, learning, its visitors."""

from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.audience.addresses import leave_addresses
from tests.factories import Team, make_approval, make_decision, make_revision, make_running
from tests.results.visiting import Group, come
from wbtest.extensions import clock
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment

REASON = "Too few came to tell."


@pytest.fixture
def running(team: Team) -> Experiment:
    """A test that runs."""
    revision = make_revision(team.editor)
    make_approval(revision, team.owner)
    return make_running(revision, team.editor, team.owner)


@pytest.fixture
def decided(running: Experiment, team: Team) -> Experiment:
    """The same, ended and decided on."""
    lifecycle.end(running, team.owner)
    make_decision(running, team.owner, team.approver, "iterate", REASON)
    return running


@pytest.fixture
def editor(app: Flask, team: Team) -> Program:
    return program_of(app, team.editor)


def test_a_line_of_what_was_spent_is_deleted_once(editor: Program, running: Experiment) -> None:
    address = f"/experiments/{running.id}/spend"
    for source in ("x", "newsletter"):
        body = {"source": source, "first": "2027-03-01", "amount": "3", "currency": "EUR"}
        added = editor.post(address, body).json["lines"]
    [newsletter] = [each for each in added if each["source"] == "newsletter"]

    gone = [editor.ask("DELETE", f"{address}/{newsletter['key']}") for _ in range(2)]

    assert [each.status_code for each in gone] == [204, 404]
    assert [each["source"] for each in editor.get(address).json["lines"]] == ["x"]


def test_a_note_is_deleted_by_its_writer_or_an_owner(
    app: Flask, editor: Program, program: Program, team: Team, running: Experiment
) -> None:
    address = f"/experiments/{running.id}/notes"
    approver = program_of(app, team.approver)
    for text in ("A post went up", "Another one"):
        editor.post(address, {"day": clock.now().date().isoformat(), "text": text})
    first, second = (each["key"] for each in editor.get(address).json["notes"] if each["key"])

    answers = [
        approver.ask("DELETE", f"{address}/{first}"),
        editor.ask("DELETE", f"{address}/{first}"),
        program.ask("DELETE", f"{address}/{second}"),
        program.ask("DELETE", f"{address}/{second}"),
    ]

    assert [each.status_code for each in answers] == [403, 204, 204, 404]


def test_what_was_learned_is_written_down(editor: Program, decided: Experiment) -> None:
    address = f"/experiments/{decided.id}/learning"
    card = {"version": 0, "surprise": "Nobody read on.", "next_step": "We ask ten shops."}

    saved = editor.post(address, card).json
    stale = editor.post(address, card | {"surprise": "All read on."})

    assert (saved["version"], saved["next_step"]) == (1, "We ask ten shops.")
    assert (stale.status_code, list(stale.json["errors"])) == (422, ["surprise"])
    assert editor.get(address).json == saved


def test_an_assumption_is_marked_and_the_next_draft_begun(
    editor: Program, decided: Experiment
) -> None:
    address = f"/experiments/{decided.id}/learning"
    assumed = editor.get(address).json["assumptions"][0]
    word = {"state": "refuted", "why": "Ten of twelve said no.", "number": 0}

    marked = editor.post(f"{address}/{assumed['key']}", word).json["assumptions"][0]
    strange = editor.post(f"{address}/nothing", word)
    draft = editor.post(f"/experiments/{decided.id}/next-draft").json

    assert (marked["state"], marked["number"], strange.status_code) == ("refuted", 1, 404)
    assert draft["id"] == decided.revision.release_id


def test_nothing_was_learned_while_a_test_runs(editor: Program, running: Experiment) -> None:
    answer = editor.post(
        f"/experiments/{running.id}/learning", {"version": 0, "surprise": "Nobody read on."}
    )

    assert answer.status_code == 409


def test_a_shared_link_shows_the_figures_until_it_is_closed(
    app: Flask, team: Team, running: Experiment
) -> None:
    approver = program_of(app, team.approver)
    address = f"/experiments/{running.id}/shared"
    first = approver.post(address, {"label": "our bank"}).json
    second = approver.post(f"{address}/1/renew").json

    def opens(made: Any) -> bool:
        path = made["url"].removeprefix("http://localhost")
        return app.test_client().get(path).status_code < 400

    assert (opens(first), opens(second)) == (False, True)
    assert approver.ask("DELETE", f"{address}/1").status_code == 204
    assert not opens(second)
    assert approver.get(address).json["shared"][0]["is_over"]


def test_those_who_signed_up_are_told_before_they_are_erased(
    program: Program, decided: Experiment
) -> None:
    address = f"/experiments/{decided.id}"
    text = "We build something else first. Thank you."

    early = program.post(f"{address}/purge", {"slug": decided.slug})
    told = program.post(f"{address}/closing", {"text": text})
    another = program.post(f"{address}/purge", {"slug": "other"})

    assert (early.status_code, told.json["text"]) == (409, text)
    assert (another.status_code, list(another.json["errors"])) == (422, ["slug"])
    assert program.get(f"{address}/closing").json == told.json


def test_an_address_is_erased_on_request(program: Program, running: Experiment) -> None:
    address = f"/experiments/{running.id}"
    leave_addresses(running, 1, email="mia")

    unknown = program.post(f"{address}/signups/erase", {"email": "bo@x.io"})
    erased = program.post(f"{address}/signups/erase", {"email": "Mia0@x.io"})

    assert (unknown.status_code, list(unknown.json["errors"])) == (422, ["email"])
    assert erased.status_code == 204
    assert "mia0@x.io" not in program.get(f"{address}/signups").text


def test_a_group_is_set_aside_beside_the_figures_and_taken_back(
    program: Program, running: Experiment
) -> None:
    come(running, Group(30, signups=2), Group(10, signups=5, source="forum"))
    address = f"/experiments/{running.id}/set-aside"
    group = {"direction": "out", "kind": "source", "value": "forum"}

    made = program.post(address, group | {"why": "They are all from one office."})
    back = program.post(f"{address}/1/withdraw")

    assert made.status_code == 201, made.text
    assert made.json["beside"]["variants"][0]["seen"] == 30
    assert [each["withdrawn_by"] for each in back.json["set_aside"]] == ["Owner"]
    assert program.get(address).json == back.json | {"beside": None}


def test_a_thousand_networks_are_set_aside_as_one_group(
    program: Program, running: Experiment
) -> None:
    come(running, Group(30, signups=2), Group(10, signups=5, mark=7))
    marks = ",".join(map(str, range(1_000)))
    group = {"direction": "out", "kind": "mark", "value": marks, "why": "They are all one office."}

    made = program.post(f"/experiments/{running.id}/set-aside", group)

    assert made.status_code == 201, made.text
    assert made.json["set_aside"][0]["value"] == marks
    assert made.json["beside"]["variants"][0]["seen"] == 30


def test_the_groups_that_can_be_set_aside_are_listed(program: Program, running: Experiment) -> None:
    come(running, Group(8, signups=6))
    groups = program.get(f"/experiments/{running.id}/set-aside/groups").json["groups"]

    assert {(each["kind"], each["value"]) for each in groups} >= {
        ("source", "newsletter"),
        ("domain", "example.com"),
    }


def test_a_group_of_nobody_is_refused_at_its_field(program: Program, running: Experiment) -> None:
    group = {"direction": "out", "kind": "mark", "value": "9", "why": "They are all one office."}
    refused = program.post(f"/experiments/{running.id}/set-aside", group)

    assert (refused.status_code, list(refused.json["errors"])) == (422, ["group"])


def test_a_link_comes_with_its_address_and_a_text_and_is_taken_away(
    program: Program, running: Experiment
) -> None:
    address = f"/experiments/{running.id}/links"
    [added] = program.post(address, {"source": "Newsletter", "campaign": "May"}).json["links"]

    assert added["address"].endswith("?utm_source=newsletter&utm_medium=email&utm_campaign=May")
    assert added["post"]["text"].endswith(added["address"])
    assert program.get(address).json["links"] == [added]
    statuses = [program.ask("DELETE", f"{address}/{added['key']}").status_code for _ in range(2)]
    assert statuses == [204, 404]
    assert program.get(address).json["links"] == []
