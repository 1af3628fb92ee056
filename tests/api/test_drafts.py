"""A release over the API beyond its words: grown, copied, restored, asked about, let go on."""

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.factories import Team, make_release, make_revision
from wbtest.writing.suggested_questions import propose_question


@pytest.fixture
def editor(app: Flask, team: Team) -> Program:
    return program_of(app, team.editor)


def test_a_short_release_grows_and_is_copied(editor: Program, team: Team) -> None:
    address = f"/releases/{make_release(team.editor, form='short').id}"

    grown = editor.post(f"{address}/grow").json
    copied = editor.post(f"{address}/copies")

    assert (grown["form"], copied.status_code) == ("full", 201)
    assert copied.json["id"] != grown["id"]
    assert copied.json["headline"] == grown["headline"]


def test_an_older_text_or_a_part_of_it_is_the_draft_again(editor: Program, team: Team) -> None:
    before = make_revision(team.editor)
    address = f"/releases/{before.release_id}"
    editor.patch(address, {"headline": "Six dinners", "subheading": "And no shop"})

    part = editor.post(f"{address}/restore", {"text": "r1", "part": "headline"}).json
    whole = editor.post(f"{address}/restore", {"text": "r1"}).json

    assert part["headline"] == whole["headline"] == before.document["headline"]
    assert part["subheading"] == "And no shop" != whole["subheading"]
    texts = editor.get(f"{address}/history").json["texts"]
    assert ("r1", "Editor") in [(each["text"], each["by"]) for each in texts]
    wrong = ({"text": "r9"}, {"text": "r1", "part": "title"})
    faults = [list(editor.post(f"{address}/restore", each).json["errors"]) for each in wrong]
    assert faults == [["text"], ["part"]]


def test_a_stopped_release_goes_on(program: Program, team: Team) -> None:
    revision = make_revision(team.editor)
    address = f"/releases/{revision.release_id}"
    stop = {"verdict": "stop", "reason": "Grocers do it already."}
    program.post(f"{address}/revisions/1/verdicts", stop)

    answer = program.post(f"{address}/take-up")

    assert answer.status_code == 200
    assert program.post(f"{address}/revisions/1/approvals", {}).status_code == 201


def test_a_finding_of_the_draft_stays_until_that_is_taken_back(editor: Program, team: Team) -> None:
    release = make_release(team.editor, solution="A seamless larder.")
    address = f"/releases/{release.id}"
    found = editor.get(f"{address}/findings").json["findings"]
    [seamless] = [each for each in found if each["words"] == "seamless"]

    let = editor.post(f"{address}/waivers", seamless["key"] | {"reason": "It is sewn so."})

    assert let.status_code == 201, let.text
    assert editor.get(f"{address}/waivers").json["waivers"] == [let.json]
    assert editor.ask("DELETE", f"/waivers/{let.json['id']}").status_code == 204
    assert editor.get(f"{address}/waivers").json["waivers"] == []


def test_what_readers_ask_is_settled(editor: Program, team: Team) -> None:
    release = make_release(team.editor)
    address = f"/releases/{release.id}"
    asked = ("Does it work offline?", "What of my freezer?", "Who are you?")
    first, second, third = (propose_question(release, "external", each, "Mei").id for each in asked)
    editor.post(f"/candidates/{first}/accept")

    merged = editor.post(f"/candidates/{second}/merge", {"question": asked[0]})
    strange = editor.post(f"/candidates/{third}/merge", {"question": "Nobody asks this."})
    editor.post(f"/candidates/{third}/dismiss")

    assert (merged.json["outcome"], merged.json["merged_into"]) == ("merged", asked[0])
    assert (strange.status_code, list(strange.json["errors"])) == (422, ["question"])
    settled = editor.get(f"{address}/questions").json
    outcomes = {each["id"]: each["outcome"] for each in settled["settled"]}
    assert outcomes == {first: "accepted", second: "merged", third: "dismissed"}
    assert asked[0] in [each["question"] for each in editor.get(address).json["faq"]]
