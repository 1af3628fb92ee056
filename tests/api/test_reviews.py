"""The review over the API: answers before the reading, comments with it, a guess after it."""

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.factories import Team, make_person, make_revision
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
    return program_of(app, team.viewer)


@pytest.fixture
def editor(app: Flask, team: Team) -> Program:
    return program_of(app, team.editor)


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
    editor = program_of(app, team.editor)
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


def comment(program: Program, address: str, **parts: str) -> str:
    """Read, comment on the headline, and return the address of the comment."""
    read(program, address)
    words = program.get(address).json["headline"]
    about = {"path": "headline", "words": words, "text": "Whose?"} | parts
    written = program.post(f"{address}/comments", about)
    assert written.status_code == 201, written.text
    return f"{address}/comments/{written.json['id']}"


def test_a_comment_is_settled_and_opened_again_by_its_writer(viewer: Program, address: str) -> None:
    own = comment(viewer, address)

    outcomes = [
        viewer.post(f"{own}/settle", {"outcome": outcome}).json["outcome"]
        for outcome in ("resolved", "reopened", "declined")
    ]

    assert outcomes == ["resolved", "", "declined"]


def test_another_reader_does_not_settle_it_and_an_editor_does(
    app: Flask, team: Team, viewer: Program, address: str
) -> None:
    with_no_say = program_of(app, make_person("vi@x.io", "viewer"))
    editor = program_of(app, team.editor)
    read(with_no_say, address)
    theirs = comment(viewer, address)

    codes = [
        each.post(f"{theirs}/settle", {"outcome": "resolved"}).status_code
        for each in (with_no_say, editor)
    ]

    assert codes == [403, 200]


def test_a_suggestion_is_written_into_the_draft(
    app: Flask, team: Team, viewer: Program, address: str, revision: Revision
) -> None:
    suggested = comment(viewer, address, suggestion="Dinner, already there")
    editor = program_of(app, team.editor)

    refused, applied = (each.post(f"{suggested}/apply") for each in (viewer, editor))

    assert (refused.status_code, applied.json["outcome"]) == (403, "applied")
    draft = editor.get(f"/releases/{revision.release_id}").json
    assert draft["headline"] == "Dinner, already there"


def test_a_comment_that_nobody_has_seen_is_deleted(
    app: Flask, team: Team, viewer: Program, address: str
) -> None:
    viewer.post(f"{address}/answers", ANSWERS)
    written = viewer.post(f"{address}/comments", {"text": "Whose?"}).json

    assert viewer.ask("DELETE", f"{address}/comments/{written['id']}").status_code == 204

    assert viewer.get(f"{address}/comments").json["threads"] == []


def test_a_review_is_asked_for(editor: Program, address: str, team: Team) -> None:
    asked = editor.post(f"{address}/ask", {"minutes": 15, "members": [team.viewer.id]})

    assert (asked.status_code, asked.json["minutes"]) == (201, 15)
    found = editor.get(f"{address}/ask").json
    assert found["review"] == asked.json
    assert [each["id"] for each in found["members"] if each["is_asked"]] == [team.viewer.id]
    assert editor.post(f"{address}/ask", {"minutes": 0}).status_code == 422
    assert editor.post(f"{address}/ask", {"members": [4711]}).status_code == 422


def test_a_link_opens_the_review_until_it_is_closed(
    editor: Program, address: str, revision: Revision
) -> None:
    links = f"/releases/{revision.release_id}/links"
    editor.post(f"{address}/ask", {})
    made = editor.post(links, {"name": "Ann"}).json
    renewed = editor.post(f"{links}/{made['id']}/renew").json

    def opens(url: str) -> bool:
        return editor.client.get(url.removeprefix("http://localhost")).status_code < 400

    assert (opens(made["url"]), opens(renewed["url"])) == (False, True)
    assert editor.ask("DELETE", f"{links}/{made['id']}").status_code == 204
    assert not opens(renewed["url"])
    assert [each["is_over"] for each in editor.get(links).json["links"]] == [True]


def test_answers_are_compared_with_the_authors(
    editor: Program, viewer: Program, address: str
) -> None:
    editor.post(f"{address}/answers", ANSWERS)
    hidden = viewer.get(f"{address}/alignment").json
    viewer.post(f"{address}/answers", ANSWERS | {"customer": "Everybody who cooks."})
    [other] = viewer.get(f"{address}/alignment").json["questions"][0]["others"]

    word = {"reading": other["reading"], "question": "customer", "is_same": False}
    marked = viewer.post(f"{address}/alignment", word).json

    assert (hidden["answered"], hidden["questions"]) == (1, [])
    assert marked["questions"][0]["others"][0]["standing"] == "different"
