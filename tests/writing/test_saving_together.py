"""Two people on one sheet: nothing is lost, and what cannot be decided is asked."""

from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.factories import LARDER, make_release
from tests.writing.desk import typed
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.writing import releases
from wbtest.writing.document import Document, Question, from_json
from wbtest.writing.models import Release
from wbtest.writing.text_rules import MOST_QUESTIONS

JSON = {"Accept": "application/json"}


def draft(release: Release) -> Document:
    db.session.rollback()
    return from_json(release.document)


def test_a_save_that_changes_nothing_still_hears_what_others_wrote(
    client: FlaskClient, owner: Person, release_mate: Person
):
    release = make_release(owner)
    mine = typed(release)
    releases.save_release(release, replace(LARDER, problem="Theirs"), 1, release_mate)

    said = client.post(f"/releases/{release.id}/save", data=mine, headers=JSON).json

    assert said is not None
    assert (said["version"], said["fields"]["problem"]) == (2, "Theirs")
    assert said["others"] == [release_mate.name]


def test_what_does_not_fit_beside_what_others_added_is_said(
    client: FlaskClient, owner: Person, release_mate: Person
):
    many = tuple(Question("external", f"Is it {number}?") for number in range(MOST_QUESTIONS - 1))
    release = make_release(owner, faq=many)
    mine = typed(release) | {"do": "add:external:"}
    more = replace(LARDER, faq=(*many, Question("external", "Theirs?")))
    releases.save_release(release, more, 1, release_mate)

    answer = client.post(f"/releases/{release.id}/save", data=mine)

    assert answer.status_code == 422
    assert "Together with yours it has 201 questions. At most 200 fit." in answer.text
    assert draft(release) == more


def test_a_short_sheet_that_cannot_be_kept_comes_back_after_the_release_grew(
    client: FlaskClient, owner: Person
):
    release = make_release(owner, form="short")
    mine = typed(release) | {"shape": "short", "headline": "x" * 9_999}
    releases.save_and_grow(release, draft(release), 1, owner)

    answer = client.post(f"/releases/{release.id}/save", data=mine)

    assert answer.status_code == 422
    assert 'name="shape" value="short"' in answer.text


def test_words_that_do_not_collide_are_kept_when_nothing_is_frozen(
    client: FlaskClient, owner: Person
):
    release = make_release(owner)
    mine = typed(release, headline="Mine", problem="Also mine")
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)

    answer = client.post(f"/releases/{release.id}/freeze", data=mine)

    assert answer.status_code == 409
    assert draft(release) == replace(LARDER, headline="Theirs", problem="Also mine")
    assert f'name="version" type="hidden" value="{release.version}"' in answer.text
    assert releases.find_newest_revision(release) is None


def test_questions_that_both_rearranged_are_chosen_as_a_whole(
    client: FlaskClient, owner: Person, release_mate: Person
):
    release = make_release(owner)
    first, second, *others = LARDER.faq
    mine = typed(release, headline="Mine") | {"do": "remove:external:0"}
    moved = (second, replace(first, answer="Theirs"), *others)
    releases.save_release(release, replace(LARDER, faq=moved), 1, release_mate)

    answer = client.post(f"/releases/{release.id}/save", data=mine)

    assert answer.status_code == 409
    assert answer.text.count("<h3>Customer question") == 1
    assert "2. What does it cost?\nTheirs" in unescape(answer.text)
    assert answer.text.count("data-rows=") == 2


@pytest.mark.parametrize("headers", [{}, JSON])
def test_while_two_texts_stand_side_by_side_the_coach_speaks_of_what_the_sheet_holds(
    client: FlaskClient, owner: Person, release_mate: Person, headers: dict[str, str]
):
    release = make_release(owner)
    mine = typed(release, headline="Dinners that parents plan on a Sunday")
    releases.save_release(release, replace(LARDER, headline=""), 1, release_mate)
    missing = "The headline is missing."
    assert missing in client.get(f"/releases/{release.id}").text

    answer = client.post(f"/releases/{release.id}/save", data=mine, headers=headers)

    assert answer.status_code == 409
    assert missing not in answer.text
