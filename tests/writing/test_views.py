"""The pages of a release, as a browser without scripts and as one with them."""

from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import LARDER, log_in, make_release, make_revision
from tests.writing.desk import typed
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.writing import releases
from wbtest.writing.document import Document, Question, from_json
from wbtest.writing.limits import MOST_QUESTIONS
from wbtest.writing.models import Release

JSON = {"Accept": "application/json"}


def draft(release: Release) -> Document:
    db.session.rollback()
    return from_json(release.document)


def test_an_empty_list_offers_the_first_step(client: FlaskClient):
    page = client.get("/releases").text

    assert "No release yet" in page
    assert "/releases/new" in page


def test_the_list_says_how_each_release_stands(client: FlaskClient, owner: Person):
    make_revision(owner)

    page = client.get("/releases").text

    assert LARDER.headline in page
    assert "full form" in page
    assert "98 words, 0.2 pages" in page
    assert "revision 1" in page
    assert "Not approved yet" in page


def test_a_release_is_begun_with_a_name_a_form_and_a_language(client: FlaskClient, owner: Person):
    answer = client.post(
        "/releases/new", data={"product": "Kiln", "form": "short", "language": "ar"}
    )

    begun = db.session.scalars(db.select(Release)).one()
    assert (answer.status_code, answer.location) == (303, f"/releases/{begun.id}")
    assert (draft(begun).product, draft(begun).language, begun.form) == ("Kiln", "ar", "short")
    assert begun.author_id == owner.id


def test_the_language_of_the_browser_is_proposed(client: FlaskClient):
    page = client.get("/releases/new", headers={"Accept-Language": "de-CH, de;q=0.9"}).text

    assert '<option selected value="de">' in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"product": "", "form": "short"}, "Name the product."),
        ({"product": "a\x01", "form": "short"}, "a character that cannot be shown"),
        ({"product": "Kiln", "form": "long"}, "Choose one of the two."),
        ({"product": "Kiln", "language": "tlh"}, "Not a valid choice"),
    ],
)
def test_a_beginning_that_does_not_work_says_why(
    client: FlaskClient, typed: dict[str, str], sentence: str
):
    answer = client.post("/releases/new", data=typed)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.scalars(db.select(Release)).all() == []


@pytest.mark.parametrize("form", ["short", "full"])
def test_the_sheet_holds_the_text_and_what_each_part_must_do(
    client: FlaskClient, owner: Person, form: str
):
    release = make_release(owner, form=form)

    page = unescape(client.get(f"/releases/{release.id}").text)

    assert LARDER.headline in page
    assert "One sentence with the customer’s benefit." in page
    assert ("Ready for more?" in page) is (form == "short")
    assert (LARDER.solution in page) is (form == "full")
    assert ("Eleven of fourteen named it." in page) is (form == "full")


def test_fields_follow_the_language_of_the_release(client: FlaskClient, owner: Person):
    release = make_release(owner, language="ar")

    page = client.get(f"/releases/{release.id}").text

    headline = page[page.index('id="headline"') - 200 : page.index('id="headline"') + 200]
    assert 'dir="rtl"' in headline
    assert 'lang="ar"' in headline


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

    assert answer.json == {
        "version": 2,
        "saved_at": "2027-03-01T09:00:00+00:00",
        "words": 90,
        "pages": 0.2,
        "gaps": {"why_now": 1},
        "freeze": "Freeze as revision 1",
    }


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
    releases.grow_release(release)

    answer = client.post(f"/releases/{release.id}/save", data=old_sheet)
    again = client.post(
        f"/releases/{release.id}/save", data=old_sheet | {"version": str(release.version)}
    )

    assert (answer.status_code, again.status_code) == (409, 303)
    assert draft(release) == replace(LARDER, problem="Typed before")


def test_two_texts_are_shown_side_by_side(client: FlaskClient, owner: Person):
    release = make_release(owner)
    mine = typed(release, headline="Mine", external__0__answer="My answer")
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1)

    answer = client.post(f"/releases/{release.id}/save", data=mine)

    assert answer.status_code == 409
    assert answer.text.count("Mine") >= 2
    assert answer.text.count("Theirs") >= 2
    assert answer.text.count("My answer") >= 2
    assert draft(release).headline == "Theirs"


def test_saving_the_compared_sheet_again_keeps_it(client: FlaskClient, owner: Person):
    release = make_release(owner)
    mine = typed(release, headline="Mine")
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1)

    refused = client.post(f"/releases/{release.id}/save", data=mine)
    assert 'name="version" type="hidden" value="2"' in refused.text
    client.post(f"/releases/{release.id}/save", data=mine | {"version": "2"})

    assert draft(release).headline == "Mine"


def test_a_script_gets_both_texts_too(client: FlaskClient, owner: Person):
    release = make_release(owner)
    mine = typed(release, headline="Mine <b>")
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1)

    answer = client.post(f"/releases/{release.id}/save", data=mine, headers=JSON)

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["version"] == 2
    assert "Mine &lt;b&gt;" in answer.json["panel"]
    assert "Theirs" in answer.json["panel"]


BAD = [
    ({"headline": "a\x01b"}, "headline", "a character that cannot be shown"),
    ({"headline": "x" * 301}, "headline", "301 characters long"),
    ({"problem": "x" * 20_001}, "problem", "20,001 characters long"),
    ({"dateline__date": "soon"}, "dateline-date", "a date like 2027-03-01"),
    ({"external__0__answer": "\x01"}, "external-0-answer", "a character that cannot be shown"),
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
            "A release has 200 questions at most.",
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

    assert "Open revision 1" in client.get(f"/releases/{revision.release_id}").text


def test_what_cannot_be_kept_is_not_frozen(client: FlaskClient, owner: Person):
    release = make_release(owner)

    answer = client.post(f"/releases/{release.id}/freeze", data=typed(release, headline="\x01"))

    assert answer.status_code == 422
    assert releases.find_newest_revision(release) is None


def test_the_preview_reads_like_a_printed_release(client: FlaskClient, owner: Person):
    release = make_release(owner)

    page = unescape(client.get(f"/releases/{release.id}/preview").text)

    assert "A reader would miss" not in page
    for text in (LARDER.headline, LARDER.why_now, "3 March 2027", "(imagined)", "###"):
        assert text in page
    assert "On Sunday the cabbage" in page
    assert "Priya</bdi> finds out by 15 April 2027" in page


def test_the_preview_says_what_is_missing(client: FlaskClient, owner: Person):
    release = make_release(owner, headline="", faq=())

    page = client.get(f"/releases/{release.id}/preview").text

    assert "A reader would miss" in page
    assert "The headline is missing." in page
    assert "Not answered yet: key risks." in page


@pytest.mark.parametrize("path", ["", "/preview"])
def test_what_somebody_typed_is_never_markup(client: FlaskClient, owner: Person, path: str):
    nasty = '"><script>alert(1)</script>{{ 7 * 7 }}'
    release = make_release(
        owner, product=nasty, headline=nasty, problem=nasty, faq=(Question("external", nasty),)
    )

    page = client.get(f"/releases/{release.id}{path}").text

    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page


def test_a_form_without_its_token_is_refused(app: Flask, owner: Person):
    client = app.test_client()
    log_in(client, owner)
    release = make_release(owner)

    answer = client.post(f"/releases/{release.id}/save", data=typed(release), headers=JSON)

    assert answer.status_code == 400
    assert draft(release) == LARDER
