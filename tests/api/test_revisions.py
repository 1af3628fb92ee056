"""Revisions over the API: frozen, read, compared, signed off by somebody else."""

from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.factories import Team, make_release, make_revision
from wbtest.writing.models import Release


@pytest.fixture
def release(team: Team) -> Release:
    return make_release(team.editor)


@pytest.fixture
def editor(app: Flask, team: Team) -> Program:
    return program_of(app, team.editor)


def freeze(program: Program, release: Release) -> Any:
    answer = program.post(f"/releases/{release.id}/revisions")
    assert answer.status_code == 201, answer.text
    return answer.json


def test_a_draft_is_frozen_with_its_digest(editor: Program, release: Release) -> None:
    frozen = freeze(editor, release)

    assert (frozen["number"], frozen["author"], frozen["is_approved"]) == (1, "Editor", False)
    assert len(frozen["digest"]) == 64
    assert editor.get(f"/releases/{release.id}/revisions/1").json == frozen


def test_the_same_text_is_the_same_revision(editor: Program, release: Release) -> None:
    assert freeze(editor, release) == freeze(editor, release)


def test_two_revisions_are_compared_word_by_word(editor: Program, release: Release) -> None:
    freeze(editor, release)
    editor.patch(f"/releases/{release.id}", {"subheading": "Six dinners"})
    freeze(editor, release)

    diff = editor.get(f"/releases/{release.id}/revisions/1/diff/2").json

    [changed] = [part for part in diff["parts"] if part["is_changed"]]
    runs = changed["fields"][0]["runs"]
    assert (changed["name"], diff["old"], diff["new"]) == ("subheading", 1, 2)
    assert "Six dinners" in "".join(run["text"] for run in runs if run["kind"] != "delete")


def test_somebody_else_signs_it_off(app: Flask, team: Team, program: Program) -> None:
    revision = make_revision(team.editor)
    address = f"/releases/{revision.release_id}/revisions/1"

    signed = program.post(f"{address}/approvals", {})

    assert signed.status_code == 201, signed.text
    assert signed.json["is_approved"]
    assert [each["by"] for each in signed.json["approvals"]] == ["Owner"]


def test_who_wrote_a_text_does_not_sign_it(program: Program, team: Team) -> None:
    revision = make_revision(team.owner)

    answer = program.post(f"/releases/{revision.release_id}/revisions/1/approvals", {})

    assert answer.status_code == 403
    assert "You wrote part of this revision" in answer.json["detail"]


def test_an_older_revision_is_not_signed(program: Program, team: Team) -> None:
    old = make_revision(team.editor)
    make_revision(team.editor, release=old.release, headline="Another one")

    answer = program.post(f"/releases/{old.release_id}/revisions/1/approvals", {})

    assert answer.status_code == 409


def test_another_draft_is_asked_for_with_a_reason(program: Program, team: Team) -> None:
    revision = make_revision(team.editor)
    address = f"/releases/{revision.release_id}/revisions/1/verdicts"

    without = program.post(address, {"verdict": "another", "reason": ""})
    answer = program.post(address, {"verdict": "another", "reason": "Say who pays."})

    assert (without.status_code, list(without.json["errors"])) == (422, ["reason"])
    assert (answer.status_code, answer.json["reason"]) == (201, "Say who pays.")


def test_a_guess_of_weeks_that_cannot_be_is_named(program: Program, team: Team) -> None:
    address = f"/releases/{make_revision(team.editor).release_id}/revisions/1/verdicts"
    stop = {"verdict": "stop", "reason": "Grocers do it already."}

    answer = program.post(address, stop | {"weeks_saved": -1})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["weeks_saved"])


def test_a_stopped_release_can_no_longer_be_signed(program: Program, team: Team) -> None:
    revision = make_revision(team.editor)
    address = f"/releases/{revision.release_id}/revisions/1"

    program.post(f"{address}/verdicts", {"verdict": "stop", "reason": "Grocers do it already."})

    assert program.post(f"{address}/approvals", {}).status_code == 409


def test_a_finding_of_a_revision_stays_for_a_reason(program: Program, team: Team) -> None:
    revision = make_revision(team.editor, headline="The seamless larder that cooks")
    address = f"/releases/{revision.release_id}/revisions/1"
    found = program.get(f"{address}/findings").json["findings"]
    [seamless] = [each for each in found if each["words"] == "seamless"]

    let = program.post(f"{address}/waivers", seamless["key"] | {"reason": "It is sewn so."})

    assert let.status_code == 201, let.text
    again = program.get(f"{address}/findings").json["findings"]
    [still] = [each for each in again if each["words"] == "seamless"]
    assert still["stays_because"] == "It is sewn so."


@pytest.mark.parametrize("path", ["revisions/9", "revisions/1/diff/9", "revisions/0"])
def test_a_revision_that_was_never_frozen_is_not_there(
    program: Program, team: Team, path: str
) -> None:
    revision = make_revision(team.editor)

    assert program.get(f"/releases/{revision.release_id}/{path}").status_code == 404
