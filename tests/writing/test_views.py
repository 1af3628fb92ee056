"""The pages of a release: the list, the beginning, the sheet, the preview."""

from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.factories import LARDER, make_release
from wbtest.extensions import db
from wbtest.team.models import Person
from wbtest.writing.document import Document, Question, from_json
from wbtest.writing.models import Release

JSON = {"Accept": "application/json"}


def draft(release: Release) -> Document:
    db.session.rollback()
    return from_json(release.document)


def test_a_release_is_begun_with_a_name_a_headline_and_a_language(
    client: FlaskClient, owner: Person
):
    answer = client.post(
        "/releases/new", data={"product": "Kiln", "headline": "Warm", "language": "ar"}
    )

    begun = db.session.scalars(db.select(Release)).one()
    assert (answer.status_code, answer.location) == (303, f"/releases/{begun.id}")
    assert (begun.form, draft(begun).language) == ("short", "ar")
    assert (draft(begun).product, draft(begun).headline) == ("Kiln", "Warm")
    assert draft(begun).questions("external")
    assert begun.author_id == owner.id


def test_the_language_of_the_browser_is_proposed(client: FlaskClient):
    page = client.get("/releases/new", headers={"Accept-Language": "de-CH, de;q=0.9"}).text

    assert '<option selected value="de">' in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"product": ""}, "Name the product."),
        ({"product": "a\x01"}, "a character that can’t be shown"),
        ({"product": "Kiln", "headline": "x" * 301}, "Use at most 300"),
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
    assert "One sentence saying what the customer gains." in page
    assert ("Add all parts" in page) is (form == "short")
    assert (LARDER.solution in page) is (form == "full")
    assert ("Eleven of fourteen named it." in page) is (form == "full")


@pytest.mark.parametrize(("form", "parts"), [("short", 5), ("full", 10)])
def test_as_many_parts_are_counted_as_are_listed_beside_the_text(
    client: FlaskClient, owner: Person, form: str, parts: int
):
    page = client.get(f"/releases/{make_release(owner, form=form).id}").text
    listed = page.partition('aria-label="Parts"')[2].partition("</nav>")[0]

    assert f"{parts} of {parts} parts" in page
    assert listed.count('<li data-panel="text">') == parts


def test_a_new_idea_asks_for_its_headline_and_is_not_judged_yet(client: FlaskClient):
    made = client.post("/releases/new", data={"product": "Kiln"})
    new = client.get(made.location).text
    client.post(
        f"{made.location}/save", data={"version": "1", "headline": "Five", "language": "en"}
    )
    saved = client.get(made.location).text

    assert 'placeholder="One sentence: what the customer gets"' in new
    assert ("autofocus" in new, "autofocus" in saved) == (True, False)
    assert ("0 of 5 parts" in new, "1 of 5 parts" in saved) == (True, True)
    assert ('class="findings"' in new, 'class="findings"' in saved) == (False, True)


def test_fields_follow_the_language_of_the_release(client: FlaskClient, owner: Person):
    release = make_release(owner, language="ar")

    page = client.get(f"/releases/{release.id}").text

    headline = page[page.index('id="headline"') - 200 : page.index('id="headline"') + 200]
    assert 'dir="rtl"' in headline
    assert 'lang="ar"' in headline


def test_the_preview_reads_like_a_printed_release(client: FlaskClient, owner: Person):
    release = make_release(owner)

    page = unescape(client.get(f"/releases/{release.id}/preview").text)

    assert "A reader would miss" not in page
    for text in (LARDER.headline, LARDER.why_now, "3 March 2027", "(imagined)", "###"):
        assert text in page
    assert "On Sunday the cabbage" in page
    assert "Priya</bdi> will find out by 15 April 2027" in page


def test_the_preview_says_what_is_missing(client: FlaskClient, owner: Person):
    release = make_release(owner, headline="", faq=())

    page = client.get(f"/releases/{release.id}/preview").text

    assert "The headline is missing." in page
    assert "Rule F1" in page


@pytest.mark.parametrize("path", ["", "/preview"])
def test_what_somebody_typed_is_never_markup(client: FlaskClient, owner: Person, path: str):
    nasty = '"><script>alert(1)</script>{{ 7 * 7 }}'
    release = make_release(
        owner, product=nasty, headline=nasty, problem=nasty, faq=(Question("external", nasty),)
    )

    page = client.get(f"/releases/{release.id}{path}").text

    assert "<script>alert" not in page
    assert "{{ 7 * 7 }}" in page
