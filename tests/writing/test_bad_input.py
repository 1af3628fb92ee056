"""What cannot be kept is said in words, at its field, and stays typed."""

from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.factories import LARDER, make_release
from tests.writing.desk import typed
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.writing.document import Document, from_json
from wbtest.writing.models import Release
from wbtest.writing.text_rules import MOST_QUESTIONS

JSON = {"Accept": "application/json"}


def draft(release: Release) -> Document:
    db.session.rollback()
    return from_json(release.document)


BAD = [
    ({"headline": "a\x01b"}, "headline", "a character that can’t be shown"),
    ({"problem": "a\0b"}, "problem", "such as \ufffd. Remove it."),
    ({"headline": "x" * 301}, "headline", "301 characters long"),
    ({"problem": "x" * 20_001}, "problem", "20,001 characters long"),
    ({"dateline__date": "soon"}, "dateline-date", "a date like 2027-03-01"),
    ({"external__0__answer": "\x01"}, "external-0-answer", "a character that can’t be shown"),
    ({"internal__3__until": "soon"}, "internal-3-until", "a date like 2027-03-01"),
    ({"language": "the king's"}, "language", "the code of a language"),
]


@pytest.mark.parametrize(("changes", "name", "sentence"), BAD)
def test_what_cannot_be_kept_is_said_at_its_field_and_stays_typed(
    client: FlaskClient, owner: Person, changes: dict[str, str], name: str, sentence: str
):
    release = make_release(owner)

    answer = client.post(
        f"/releases/{release.id}/save", data=typed(release, solution="Kept typing", **changes)
    )

    assert answer.status_code == 422
    at_field = answer.text[answer.text.index(f'id="{name}-error"') :][:300]
    assert sentence in at_field
    assert "Kept typing" in answer.text
    assert f'href="#{name}"' in answer.text
    assert draft(release) == LARDER


@pytest.mark.parametrize(("changes", "name", "sentence"), BAD)
def test_a_script_hears_of_each_field_that_cannot_be_kept(
    client: FlaskClient, owner: Person, changes: dict[str, str], name: str, sentence: str
):
    release = make_release(owner)

    answer = client.post(
        f"/releases/{release.id}/save", data=typed(release, **changes), headers=JSON
    )

    assert answer.status_code == 422
    assert answer.json is not None
    (fault,) = answer.json["faults"]
    assert fault["name"] == name
    assert sentence in fault["sentence"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"colour": "blue"}, "A release has no part called 'colour'."),
        ({"external-0-colour": "blue"}, "A release has no part called 'external-0-colour'."),
        ({"version": "x"}, "This page is out of date"),
        ({"version": ""}, "This page is out of date"),
        (
            {f"external-{row}-answer": "a" for row in range(MOST_QUESTIONS + 1)},
            "A release can have at most 200 questions.",
        ),
    ],
)
def test_what_no_sheet_sends_is_refused_in_words(
    client: FlaskClient, owner: Person, sent: dict[str, str], sentence: str
):
    release = make_release(owner)

    answer = client.post(f"/releases/{release.id}/save", data=typed(release) | sent)

    assert answer.status_code == 422
    assert sentence in unescape(answer.text)
    assert draft(release) == LARDER


@pytest.mark.parametrize("field", ["product", "language"])
def test_a_release_begun_with_a_nul_is_answered_at_the_field(
    client: FlaskClient, owner: Person, field: str
):
    given = {"product": "Larder", "language": "en"}

    answer = client.post("/releases/new", data=given | {field: "a\0b"})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


@pytest.mark.parametrize("number", ["²", "9" * 5_000])
@pytest.mark.parametrize("name", ["external", "evidence"])
def test_a_row_under_no_number_is_refused(
    client: FlaskClient, owner: Person, name: str, number: str
):
    release = make_release(owner)

    answer = client.post(
        f"/releases/{release.id}/save", data=typed(release) | {f"{name}-{number}-question": "x"}
    )

    assert (answer.status_code, release.version) == (422, 1)


def test_a_beginning_without_any_field_is_refused(client: FlaskClient):
    assert client.post("/releases/new", data={"other": "1"}).status_code == 422
