"""A release in other forms: what stands there, what does not fit, and what never gets out."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import LARDER, log_in, make_person, make_release, make_stranger
from wbtest.team.models import Person
from wbtest.writing.document import CallToAction, Document, Evidence, OpenQuestion, Question, Quote
from wbtest.writing.format_blocks import ButtonBlock, HeadingBlock, ListBlock, as_markdown, as_text
from wbtest.writing.format_blocks import QuoteBlock as Quoted
from wbtest.writing.release_formats import FORMATS, adapt

# A word for each place that only the team may read.
SECRETS = (
    *("Zanzibar", "Quokka", "Wombat", "Numbat"),
    *("Potoroo", "Bilby", "Dunnart", "Bettong", "Kowari"),
)
TALKATIVE = replace(
    LARDER,
    segment="Bilby",
    evidence=(Evidence("£4 a month", "assumed", "Dunnart"),),
    vision="Bettong",
    faq=(
        *LARDER.faq,
        Question("internal", "Zanzibar?", "Quokka.", "pricing"),
        Question("external", "Safe?", "Yes.", "Kowari", OpenQuestion("Wombat", "", "Numbat")),
        Question("external", "Potoroo?", "", "help"),
    ),
)
LONG = replace(LARDER, headline="x" * 81, subheading="y" * 171, product="z" * 31)


@pytest.mark.parametrize("name", FORMATS)
def test_what_only_the_team_may_read_is_in_no_form(name: str):
    found = adapt(TALKATIVE, name)

    assert not [secret for secret in SECRETS if secret in as_text(found) + repr(found)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_form_says_what_it_is_in_both_files(name: str):
    found = adapt(LARDER, name)

    for written in (as_text(found), as_markdown(found)):
        assert LARDER.headline in written
        assert "\n\n\n" not in written


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("press-release", "The headline has 81 characters; a reader takes in 80."),
        ("blog-post", "The title has 81 characters; search results show about 60."),
        ("app-store", "The subtitle has 81 characters; the App Store shows 30."),
        ("app-store", "The promotional text has 171 characters; the App Store shows 170."),
        ("app-store", "The title has 31 characters; Google Play shows 30."),
        ("app-store", "The short description has 81 characters; Google Play shows 80."),
        ("landing-page", "The meta description has 171 characters; search results show about 155."),
    ],
)
def test_what_does_not_fit_is_said_and_not_cut(name: str, sentence: str):
    found = adapt(LONG, name)

    assert sentence in found.sentences
    assert LONG.headline in as_text(found)


def test_the_description_is_counted_as_it_is_pasted():
    found = adapt(LARDER, "app-store")

    (section,) = [section for section in found.sections if section.name == "description"]
    pasted = "\n\n".join(piece.text for piece in section.pieces[1:])
    assert found.limits[-1].used == len(pasted)


def test_a_store_shows_no_quote_and_says_so():
    found = adapt(LARDER, "app-store")

    assert LARDER.customer_quote.text not in as_text(found)
    assert any("Quotes are left out" in sentence for sentence in found.sentences)


@pytest.mark.parametrize("name", ["press-release", "blog-post", "landing-page"])
def test_a_quote_of_a_customer_is_labelled_as_imagined(name: str):
    quotes = [piece for piece in adapt(LARDER, name).pieces if isinstance(piece, Quoted)]

    assert (quotes[-1].by, quotes[-1].imagined) == ("Amira, a mother of two", "imagined")
    assert "— Amira, a mother of two (imagined)" in as_text(adapt(LARDER, name))


def test_a_blog_post_has_headings_in_the_language_of_the_release():
    found = adapt(replace(LARDER, language="de"), "blog-post")

    titles = [piece.text for piece in found.pieces if isinstance(piece, HeadingBlock)]
    assert titles[1:3] == ["So ist es heute", "Was man bisher tut, und warum das hier besser ist"]
    assert adapt(replace(LARDER, language="pl"), "blog-post").notes[0].endswith("“pl” yet.")


def test_a_landing_page_shows_its_button_twice():
    pieces = adapt(LARDER, "landing-page").pieces

    assert pieces.count(ButtonBlock("Start now")) == 2


def test_the_last_call_of_a_landing_page_is_a_heading_like_those_of_its_parts():
    pieces = adapt(LARDER, "landing-page").pieces
    levels = [piece.level for piece in pieces if isinstance(piece, HeadingBlock)]

    assert (levels[0], levels[-1]) == (1, 2)


def test_an_empty_release_has_every_form_and_says_what_is_missing():
    found = {name: adapt(Document(), name) for name in FORMATS}

    assert "The headline is still empty." in found["blog-post"].sentences
    assert "The button has no text yet." in found["landing-page"].sentences
    assert "The product is still empty." in found["app-store"].sentences


def test_words_of_the_release_are_no_marks_in_markdown():
    document = Document(
        headline="*Five* [dinners](x)",
        problem="# One\n1. two <b> &lt;",
        solution="- soup\n- stew",
        company_quote=Quote("We > they"),
        call_to_action=CallToAction("Take_it"),
    )

    found = adapt(document, "press-release")

    assert ListBlock(("soup", "stew")) in found.pieces
    assert as_markdown(found) == (
        "# \\*Five\\* \\[dinners\\](x)\n\n\\# One\n1\\. two \\<b\\> \\&lt;\n\n- soup\n- stew\n\n"
        "> We \\> they\n\nTake\\_it\n\n\\###\n"
    )


def test_the_page_shows_the_form_and_what_does_not_fit(client: FlaskClient, owner: Person):
    release = make_release(owner, headline="Six <b>dinners</b> out of what is in the kitchen")

    page = client.get(f"/releases/{release.id}/preview?format=app-store").text

    assert "The subtitle has 48 characters; the App Store shows 30." in page
    assert "Six &lt;b&gt;dinners&lt;/b&gt; out of wha" in page
    assert f"/releases/{release.id}/preview?format=landing-page" in page
    assert f"/releases/{release.id}/formats/app-store.txt" in page


@pytest.mark.parametrize("kind", ["md", "html", "txt"])
def test_a_form_is_taken_as_a_file(client: FlaskClient, owner: Person, kind: str):
    release = make_release(owner, faq=TALKATIVE.faq, headline="Six <b>dinners</b>")

    answer = client.get(f"/releases/{release.id}/formats/blog-post.{kind}")

    assert f'filename="Larder-blog-post.{kind}"' in answer.headers["Content-Disposition"]
    assert LARDER.problem.split("\n")[0] in answer.text
    assert ("<b>dinners" in answer.text) == (kind == "txt")
    assert not [secret for secret in SECRETS if secret in answer.text]


def test_forms_are_for_members_only(app: Flask, owner: Person):
    release = make_release(owner)
    viewer, eve = app.test_client(), app.test_client()
    log_in(viewer, make_person("vic@example.com", "viewer"))
    log_in(eve, make_stranger("eve@example.com"))

    for path in ("preview?format=blog-post", "formats/blog-post.txt"):
        assert viewer.get(f"/releases/{release.id}/{path}").status_code == 200
        assert eve.get(f"/releases/{release.id}/{path}").status_code == 404
    for path in ("preview?format=poem", "formats/poem.txt"):
        assert viewer.get(f"/releases/{release.id}/{path}").status_code == 404


def test_a_headline_that_begins_with_a_dash_is_no_list_in_a_store(
    client: FlaskClient, owner: Person
):
    release = make_release(owner, headline="- Five dinners")

    assert "- Five dinners" in client.get(f"/releases/{release.id}/preview?format=app-store").text
