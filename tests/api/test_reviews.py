"""The review over the API: answers before the reading, comments with it, a guess after it."""

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.factories import Team, make_revision
from wbtest.writing.models import Revision

ANSWERS = {
    "function": "product",
    "customer": "Mei, who cooks for three.",
    "problem": "Half of the shelf rots.",
    "why_this": "It knows what is there.",
}
GUESS = {"rate": 0.08, "low": 0.04, "high": 0.12}


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


@pytest.fixture
def address(revision: Revision) -> str:
    return f"/releases/{revision.release_id}/revisions/1"


@pytest.fixture
def viewer(app: Flask, team: Team) -> Program:
    return program_of(app, team.workspace, team.viewer)


def read(program: Program, address: str) -> None:
    """Answer, and read to the end."""
    assert program.post(f"{address}/answers", ANSWERS).status_code == 201
    assert program.post(f"{address}/reading/finish").status_code == 200


def test_each_step_leads_to_the_next(viewer: Program, address: str) -> None:
    steps = [viewer.get(f"{address}/reading").json["next"]]

    steps.append(viewer.post(f"{address}/answers", ANSWERS).json["next"])
    steps.append(viewer.post(f"{address}/reading/finish").json["next"])
    steps.append(viewer.post(f"{address}/reading/close", {"verdict": "approve"}).json["next"])

    assert steps == ["answer", "read", "close", "thanks"]


def test_blind_answers_are_given_once(viewer: Program, address: str) -> None:
    viewer.post(f"{address}/answers", ANSWERS)

    again = viewer.post(f"{address}/answers", ANSWERS | {"customer": "Somebody else."})

    assert again.status_code == 409


def test_a_guess_comes_after_the_reading(viewer: Program, address: str) -> None:
    early = viewer.post(f"{address}/forecasts", GUESS)
    read(viewer, address)

    made = viewer.post(f"{address}/forecasts", GUESS)

    assert (early.status_code, made.status_code) == (409, 201)
    assert {name: made.json[name] for name in GUESS} == GUESS


def test_a_guess_outside_its_range_is_refused_at_its_field(viewer: Program, address: str) -> None:
    read(viewer, address)

    answer = viewer.post(f"{address}/forecasts", GUESS | {"low": 0.09})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["low"])


def test_a_comment_on_words_is_written_and_answered(
    app: Flask, team: Team, viewer: Program, address: str
) -> None:
    editor = program_of(app, team.workspace, team.editor)
    read(viewer, address)
    text = viewer.get(address).json["headline"]

    written = viewer.post(
        f"{address}/comments", {"path": "headline", "words": text, "text": "Whose?"}
    )
    editor.post(f"{address}/comments/{written.json['id']}/replies", {"text": "Yours."})

    assert (written.status_code, written.json["start"]) == (201, 0)
    [thread] = viewer.get(f"{address}/comments").json["threads"]
    assert thread["comment"]["by"] == "Viewer"
    assert [each["text"] for each in thread["replies"]] == ["Yours."]


def test_a_comment_before_the_reading_is_turned_away(viewer: Program, address: str) -> None:
    answer = viewer.post(f"{address}/comments", {"text": "Whose?"})

    assert answer.status_code == 409


def test_a_comment_of_another_release_is_not_answered_here(
    viewer: Program, address: str, team: Team
) -> None:
    other = make_revision(team.viewer)
    elsewhere = f"/releases/{other.release_id}/revisions/1/comments"
    written = viewer.post(elsewhere, {"text": "Whose?"})
    assert written.status_code == 201

    answer = viewer.post(f"{address}/comments/{written.json['id']}/replies", {"text": "Mine."})

    assert answer.status_code == 404
