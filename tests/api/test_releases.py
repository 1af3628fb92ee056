"""Releases over the API: begun, read, listed, changed, coached."""

from typing import Any

import pytest

from tests.api.conftest import Program
from tests.factories import Team, make_release
from tests.writing.edited import REFUSED
from wbtest.extensions import db
from wbtest.writing.document import from_json
from wbtest.writing.models import Release
from wbtest.writing.release_files import format_release

LARDER = {"product": "Larder", "headline": "Dinner from what you have", "faq": []}


def begin(program: Program, **parts: Any) -> dict[str, Any]:
    """A release begun over the API."""
    response = program.post("/releases", LARDER | parts)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json
    return found


def test_a_release_is_begun_with_its_parts_and_questions(program: Program, team: Team) -> None:
    question = {"audience": "external", "question": "What does it cost?", "answer": "£4."}
    quote = {"text": "We cook again.", "speaker": "Mei", "role": "parent"}

    made = begin(program, faq=[question], customer_quote=quote, form="short")

    stored = db.session.get_one(Release, made["id"])
    assert (stored.form, stored.author_id) == ("short", team.owner.id)
    assert stored.document["customer_quote"] == quote
    assert stored.document["faq"][0]["question"] == "What does it cost?"


def test_what_was_begun_is_read_back_whole(program: Program) -> None:
    made = begin(program, solution="It sees your shelf.")

    read = program.get(f"/releases/{made['id']}")

    assert read.json == made
    assert read.headers["ETag"] == '"v1"'
    assert (read.json["solution"], read.json["version"]) == ("It sees your shelf.", 1)


def test_releases_are_listed_newest_first_in_pages(program: Program) -> None:
    numbers = [begin(program)["id"] for _ in range(3)]

    first = program.get("/releases?limit=2").json
    second = program.get(f"/releases?limit=2&cursor={first['next']}").json

    listed = [each["id"] for page in (first, second) for each in page["items"]]
    assert listed == numbers[::-1]
    assert second["next"] is None


def test_a_change_replaces_the_parts_it_names(program: Program) -> None:
    made = begin(program, problem="Half of it rots.")

    changed = program.patch(f"/releases/{made['id']}", {"headline": "Six dinners"}, If_Match='"v1"')

    assert changed.status_code == 200
    assert (changed.json["headline"], changed.json["problem"]) == (
        "Six dinners",
        "Half of it rots.",
    )
    assert changed.headers["ETag"] == '"v2"'


def test_a_change_of_an_old_version_is_refused(program: Program) -> None:
    address = f"/releases/{begin(program)['id']}"
    program.patch(address, {"headline": "Six dinners"})

    late = program.patch(address, {"headline": "Seven"}, If_Match='"v1"')

    assert late.status_code == 412
    assert program.get(address).json["headline"] == "Six dinners"


@pytest.mark.parametrize("tag", ['W/"v1"', f'"{"0" * 64}"', "v1", '""'])
def test_a_tag_that_is_none_of_a_release_changes_nothing(program: Program, tag: str) -> None:
    address = f"/releases/{begin(program)['id']}"

    answer = program.patch(address, {"headline": "Seven"}, If_Match=tag)

    assert (answer.status_code, program.get(address).json["version"]) == (400, 1)


def test_a_part_that_cannot_be_kept_is_named(program: Program) -> None:
    response = program.post("/releases", LARDER | {"dateline": {"city": "", "date": "soon"}})

    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    assert response.json["errors"] == {"dateline.date": ["This must be a date like 2027-03-01."]}
    assert db.session.scalar(db.select(db.func.count(Release.id))) == 0


def test_the_coach_says_what_it_finds(program: Program) -> None:
    made = begin(program, headline="The revolutionary, best-in-class larder")

    found = program.get(f"/releases/{made['id']}/findings").json["findings"]

    assert {"rule", "severity", "part", "words", "message", "fix"} <= found[0].keys()
    assert "headline" in {each["part"] for each in found}


def test_a_release_is_begun_from_markdown_without_a_loss(program: Program, team: Team) -> None:
    written = make_release(team.editor)
    text = format_release(from_json(written.document), written.form, "md")

    made = program.post("/releases/import", {"text": text})

    assert made.status_code == 201, made.text
    assert db.session.get_one(Release, made.json["id"]).document == written.document


@pytest.mark.parametrize(
    ("text", "field"),
    [("{", "text"), ('{"headline": 7}', "text"), ("", "text"), ("# Dinner\n", "text")],
)
def test_a_file_that_is_no_release_is_refused(program: Program, text: str, field: str) -> None:
    answer = program.post("/releases/import", {"text": text})

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


@pytest.mark.parametrize("case", REFUSED)
def test_json_that_somebody_edited_is_refused_whole_with_the_part_or_the_line(
    program: Program, case: str
) -> None:
    text, said = REFUSED[case]

    answer = program.post("/releases/import", {"text": text})

    assert answer.status_code == 422
    assert said in str(answer.json["errors"]["text"])
    assert program.get("/releases").json["items"] == []
