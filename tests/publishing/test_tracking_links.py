"""Links that say where they were put, and their QR codes."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import Team, log_in, make_experiment
from wbtest.publishing import tracking_links
from wbtest.publishing.models import Experiment
from wbtest.publishing.sources import source_name, source_of
from wbtest.publishing.tracking_links import (
    MOST_LINKS,
    Link,
    parse_links,
    together,
    usual_links,
)
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision

PAGE = "https://larder.example/p/larder"
NAMES = ["نشرة بريدية", "📣 podcast", "a&utm_source=b", "x#top", 'me"><script>', "50% off + more"]


def links(typed: str, medium: str = "", campaign: str = "") -> list[Link]:
    return parse_links(typed, medium, campaign)


@pytest.mark.parametrize("name", NAMES)
def test_a_link_is_recorded_under_the_name_it_was_made_for(name: str):
    [link] = links(name, medium="social & more", campaign="spring=1")
    query = urlsplit(link.address(PAGE)).query

    assert source_of(query, "") == link.source == source_name(name)
    assert parse_qs(query)["utm_medium"] == ["social & more"]
    assert parse_qs(query)["utm_campaign"] == ["spring=1"]


@given(st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_an_address_is_plain_ascii_whatever_was_typed(typed: str):
    try:
        found = links(typed, medium=typed)
    except Invalid:
        return

    for link in found:
        assert re.fullmatch(r"[\w%=&?.~/:-]+", link.address(PAGE), re.ASCII)
        assert source_of(urlsplit(link.address(PAGE)).query, "") == link.source


def test_several_names_are_several_links_and_known_ones_have_a_medium():
    assert links("Newsletter, www.twitter.com\nmeetup") == [
        Link("newsletter", "email"),
        Link("x", "social"),
        Link("meetup"),
    ]


def test_a_medium_that_is_typed_wins_over_the_usual_one():
    assert links("newsletter, linkedin", medium="paid") == [
        Link("newsletter", "paid"),
        Link("linkedin", "paid"),
    ]


@pytest.mark.parametrize("name", ["whatsapp", "instagram", "facebook", "tiktok", "producthunt"])
def test_what_people_share_with_others_is_social(name: str):
    assert links(name) == usual_links([name]) == [Link(name, "social")]


@pytest.mark.parametrize(
    ("typed", "medium", "field"),
    [
        (" , ", "", "source"),
        ("direct", "", "source"),
        ("x" * 65, "", "source"),
        ("a", "m" * 41, "medium"),
    ],
)
def test_a_name_of_no_use_is_refused_at_its_field(typed: str, medium: str, field: str):
    with pytest.raises(Invalid) as refused:
        links(typed, medium)

    assert refused.value.field == field


def test_a_link_stands_once_and_a_page_holds_so_many():
    assert together([Link("a")], [Link("a"), Link("b")]) == [Link("a"), Link("b")]
    with pytest.raises(Invalid):
        together([], [Link(str(number)) for number in range(MOST_LINKS + 1)])


def test_visits_without_a_source_get_no_link():
    assert usual_links(["newsletter", "direct"]) == [Link("newsletter", "email")]


def test_the_longest_link_there_may_be_has_a_code():
    longest = Link("📣" * 64, "📣" * 40, "📣" * 40).address(f"https://{'h' * 60}.example/p/larder")

    assert tracking_links.draw_png(longest).startswith(b"\x89PNG\r\n\x1a\n")


@pytest.fixture
def experiment(revision: Revision, team: Team) -> Experiment:
    return make_experiment(revision, team.editor, sources=("newsletter", "x"))


def test_the_page_begins_with_the_sources_of_the_rule(owner: FlaskClient, experiment: Experiment):
    page = owner.get(f"/experiments/{experiment.id}").text

    for source, medium in (("newsletter", "email"), ("x", "social")):
        assert f"/p/larder?utm_source={source}&amp;utm_medium={medium}<" in page
    assert page.count('<img class="qr"') == 2
    assert "doesn’t count visitors from this source" not in page


def test_what_is_added_stands_in_the_address_and_is_warned_of(
    owner: FlaskClient, experiment: Experiment
):
    path = f"/experiments/{experiment.id}"
    answer = owner.get(path, query_string={"source": "x", "add": "Meetup", "add_campaign": "May"})
    page = owner.get(answer.location).text

    assert parse_qs(urlsplit(answer.location).query)["source"] == ["x", "meetup"]
    assert "utm_source=meetup&amp;utm_campaign=May" in page
    assert page.count("doesn’t count visitors from this source") == 1


def test_a_refused_link_keeps_what_was_typed(owner: FlaskClient, experiment: Experiment):
    asked = {"source": "x", "add": "direct", "add_medium": "<b>"}
    answer = owner.get(f"/experiments/{experiment.id}", query_string=asked)

    assert answer.status_code == 422
    assert 'value="direct"' in answer.text
    assert 'value="&lt;b&gt;"' in answer.text
    assert "Choose another name." in answer.text


def test_codes_are_files_to_print(owner: FlaskClient, experiment: Experiment):
    path = f"/experiments/{experiment.id}/links/qr"
    drawing, picture = (
        owner.get(f"{path}.{kind}", query_string={"source": 'Ä "><script>'})
        for kind in ("svg", "png")
    )

    assert (drawing.mimetype, picture.mimetype) == ("image/svg+xml", "image/png")
    assert b"<script" not in drawing.data
    assert picture.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert "filename=larder-a-script.png" in picture.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "query", ["", "source=", "source=a&source=b", f"source={'a' * 65}", "source=%00%ff", "medium=b"]
)
def test_a_code_of_nothing_is_a_clear_error(query: str, owner: FlaskClient, experiment: Experiment):
    answer = owner.get(f"/experiments/{experiment.id}/links/qr.svg?{query}")

    assert answer.status_code == (400 if "%00" in query else 422)
    assert "Please check what you typed" in answer.text or "That request" in answer.text


def test_every_member_makes_links_and_nobody_else(
    client: FlaskClient, experiment: Experiment, team: Team, stranger: Person
):
    path = f"/experiments/{experiment.id}"
    statuses = [client.get(path).status_code]
    for person in (team.viewer, stranger):
        log_in(client, person)
        statuses += [
            client.get(path, query_string={"one": "x"}).status_code,
            client.get(f"{path}/links/qr.png?source=x").status_code,
        ]

    assert statuses == [303, 303, 200, 404, 404]
