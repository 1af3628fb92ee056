"""What was typed is saved, grown and frozen, or comes back with the reason."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import LARDER, log_in, make_release, make_revision
from tests.writing.desk import typed
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.writing import releases
from wbtest.writing.document import Document, Question, from_json
from wbtest.writing.models import Release

JSON = {"Accept": "application/json"}


def draft(release: Release) -> Document:
    db.session.rollback()
    return from_json(release.document)


def test_a_form_is_saved_and_the_sheet_comes_back(client: FlaskClient, owner: Person):
    release = make_release(owner)

    answer = client.post(
        f"/releases/{release.id}/save",
        data=typed(release, headline="Better", dateline__city="York"),
    )

    assert (answer.status_code, answer.location) == (303, f"/releases/{release.id}")
    saved = draft(release)
    assert (saved.headline, saved.dateline.city) == ("Better", "York")
    assert replace(saved, headline=LARDER.headline, dateline=LARDER.dateline) == LARDER


def test_a_script_hears_how_the_draft_stands(client: FlaskClient, owner: Person):
    release = make_release(owner)

    answer = client.post(
        f"/releases/{release.id}/save", data=typed(release, why_now=""), headers=JSON
    )

    said = answer.json
    beside = said.pop("findings")
    assert said == {
        "version": 2,
        "saved_at": "2027-03-01T09:00:00+00:00",
        "words": 91,
        "pages": 0.2,
        "open": {},
        "progress": "9 of 10 parts",
        "freeze": "Create revision 1",
    }
    assert "Rule N1" in beside["why_now"]


def test_a_sentence_typed_on_two_lines_becomes_one(client: FlaskClient, owner: Person):
    release = make_release(owner)

    client.post(f"/releases/{release.id}/save", data=typed(release, headline="Half\r\nas much"))

    assert draft(release).headline == "Half as much"


def test_the_short_sheet_leaves_the_parts_alone_that_it_does_not_show(
    client: FlaskClient, owner: Person
):
    release = make_release(owner, form="short")

    client.post(f"/releases/{release.id}/save", data=typed(release, problem="Other"))

    assert draft(release) == replace(LARDER, problem="Other")


def test_a_short_sheet_from_before_the_release_grew_wipes_nothing(
    client: FlaskClient, owner: Person
):
    release = make_release(owner, form="short")
    old_sheet = typed(release, problem="Typed before")
    releases.grow_release(release, release.author)

    answer = client.post(f"/releases/{release.id}/save", data=old_sheet)

    assert answer.status_code == 303
    assert draft(release) == replace(LARDER, problem="Typed before")


def test_two_texts_are_shown_side_by_side(client: FlaskClient, owner: Person):
    release = make_release(owner)
    mine = typed(release, headline="Mine", external__0__answer="My answer")
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)

    answer = client.post(f"/releases/{release.id}/save", data=mine)

    assert answer.status_code == 409
    assert answer.text.count("Mine") >= 2
    assert answer.text.count("Theirs") >= 2
    assert draft(release).headline == "Theirs"
    assert draft(release).faq[0].answer == "My answer"


def test_another_part_than_mine_does_not_collide(client: FlaskClient, owner: Person):
    release = make_release(owner)
    mine = typed(release, headline="Mine")
    releases.save_release(release, replace(LARDER, problem="Theirs"), 1, release.author)

    answer = client.post(f"/releases/{release.id}/save", data=mine)

    assert answer.status_code == 303
    assert draft(release) == replace(LARDER, headline="Mine", problem="Theirs")


def test_a_script_hears_what_others_wrote_meanwhile(
    client: FlaskClient, owner: Person, release_mate: Person
):
    release = make_release(owner)
    mine = typed(release, headline="Mine")
    releases.save_release(release, replace(LARDER, problem="Theirs"), 1, release_mate)

    said = client.post(f"/releases/{release.id}/save", data=mine, headers=JSON).json

    assert said is not None
    assert (said["version"], said["others"]) == (3, [release_mate.name])
    assert (said["fields"]["headline"], said["fields"]["problem"]) == ("Mine", "Theirs")


def test_saving_the_compared_sheet_again_keeps_it(client: FlaskClient, owner: Person):
    release = make_release(owner)
    mine = typed(release, headline="Mine")
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)

    refused = client.post(f"/releases/{release.id}/save", data=mine)
    assert 'name="version" type="hidden" value="2"' in refused.text
    client.post(f"/releases/{release.id}/save", data=mine | {"version": "2"})

    assert draft(release).headline == "Mine"


def test_a_script_gets_both_texts_too(client: FlaskClient, owner: Person):
    release = make_release(owner)
    mine = typed(release, headline="Mine <b>")
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)

    answer = client.post(f"/releases/{release.id}/save", data=mine, headers=JSON)

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["version"] == 2
    assert "Mine &lt;b&gt;" in answer.json["panel"]
    assert "Theirs" in answer.json["panel"]


@pytest.mark.parametrize("command", ["up:external:1", "down:external:0"])
def test_a_question_moves_without_a_script(client: FlaskClient, owner: Person, command: str):
    release = make_release(owner)

    answer = client.post(f"/releases/{release.id}/save", data=typed(release) | {"do": command})

    assert answer.location == f"/releases/{release.id}#external"
    first, second, *rest = draft(release).faq
    assert (second, first, *rest) == LARDER.faq


def test_a_question_is_added_and_removed_without_a_script(client: FlaskClient, owner: Person):
    release = make_release(owner)
    url = f"/releases/{release.id}/save"

    client.post(url, data=typed(release) | {"do": "add:external:"})
    assert draft(release).questions("external")[-1] == Question("external", "")
    client.post(url, data=typed(release) | {"do": "remove:external:6"})

    assert draft(release) == LARDER


def test_a_button_keeps_what_was_typed_beside_it(client: FlaskClient, owner: Person):
    release = make_release(owner)

    client.post(
        f"/releases/{release.id}/save",
        data=typed(release, headline="Typed") | {"do": "add:internal:dependencies"},
    )

    assert draft(release).headline == "Typed"
    assert draft(release).faq[-1].topic == "dependencies"


def test_growing_keeps_what_was_typed(client: FlaskClient, owner: Person):
    release = make_release(owner, form="short", faq=LARDER.faq[:3])

    answer = client.post(f"/releases/{release.id}/grow", data=typed(release, problem="Typed"))

    assert answer.status_code == 303
    assert release.form == "full"
    assert draft(release).problem == "Typed"
    assert draft(release).alternative == LARDER.alternative


def test_what_cannot_be_kept_does_not_grow(client: FlaskClient, owner: Person):
    release = make_release(owner, form="short")

    answer = client.post(f"/releases/{release.id}/grow", data=typed(release, headline="\x01"))

    assert answer.status_code == 422
    assert release.form == "short"


def test_freezing_keeps_what_was_typed_and_leads_to_the_revision(
    client: FlaskClient, owner: Person
):
    release = make_release(owner)

    answer = client.post(f"/releases/{release.id}/freeze", data=typed(release, headline="Typed"))

    assert (answer.status_code, answer.location) == (303, f"/releases/{release.id}/revisions/1")
    revision = releases.find_newest_revision(release)
    assert revision is not None
    assert revision.document["headline"] == "Typed"
    assert revision.author_id == owner.id


def test_a_bare_button_freezes_the_draft_as_it_is(client: FlaskClient, owner: Person):
    release = make_release(owner)

    client.post(f"/releases/{release.id}/freeze")
    client.post(f"/releases/{release.id}/freeze")

    assert [revision.number for revision in release.revisions] == [1]


def test_a_frozen_text_offers_its_revision_instead(client: FlaskClient, owner: Person):
    revision = make_revision(owner)

    assert "View revision 1" in client.get(f"/releases/{revision.release_id}").text


def test_what_cannot_be_kept_is_not_frozen(client: FlaskClient, owner: Person):
    release = make_release(owner)

    answer = client.post(f"/releases/{release.id}/freeze", data=typed(release, headline="\x01"))

    assert answer.status_code == 422
    assert releases.find_newest_revision(release) is None


def test_a_form_without_its_token_is_refused(app: Flask, owner: Person):
    client = app.test_client()
    log_in(client, owner)
    release = make_release(owner)

    answer = client.post(f"/releases/{release.id}/save", data=typed(release), headers=JSON)

    assert answer.status_code == 400
    assert draft(release) == LARDER
