"""What a review link opens, and all that it does not."""

import logging
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from tests.conftest import Browser, HandClock
from tests.factories import Team, make_experiment, make_release, make_revision
from wbtest.extensions import db
from wbtest.review.models import Reading
from wbtest.review.review_requests import ask_for_review, make_link, revoke_link
from wbtest.team import access
from wbtest.writing.models import Revision


@pytest.fixture
def revision(team: Team) -> Revision:
    """Revision 1, up for review; with a link, revision 2 is not."""
    return make_revision(team.editor)


@pytest.fixture
def token(team: Team, revision: Revision) -> str:
    """A link that put revision 1 up for review, before there was another."""
    token = make_link(revision.release, team.editor, "Mei")[1]
    make_revision(team.editor, release=revision.release, headline="Six dinners")
    return token


def is_for_guests(endpoint: str) -> bool:
    return endpoint == "review.link" or endpoint.startswith("guests.")


def guess(converter: BaseConverter, token: str) -> Any:
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else token


def address(app: Flask, rule: Rule, token: str) -> str:
    """An address of this rule with what one would guess put in: first rows, and the own token."""
    values = {name: guess(converter, token) for name, converter in rule._converters.items()}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def test_a_guest_finds_the_guests_pages_and_what_is_public_anyway(
    app: Flask, client: Browser, team: Team, revision: Revision, token: str
):
    make_experiment(revision, team.editor)
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        answer = client.get(address(app, rule, token))
        if is_for_guests(rule.endpoint):
            assert answer.status_code in (200, 303, 404), rule
            assert "/login" not in answer.headers.get("Location", ""), rule
        elif getattr(app.view_functions[rule.endpoint], "permission", "") == "public":
            assert "token" not in rule.arguments or answer.status_code == 404, rule
        elif rule.endpoint.startswith("api."):
            assert answer.status_code == 401, rule
        else:
            assert answer.status_code == 303, rule
            assert answer.location.startswith("/login?"), rule


def test_a_link_leads_to_the_newest_revision_in_review_and_no_other(
    client: Browser, team: Team, revision: Revision, token: str
):
    assert client.get(f"/review/{token}").location == f"/review/{token}/1"
    assert client.get(f"/review/{token}/1").status_code == 200
    # One is not up for review, one is not there.
    assert client.get(f"/review/{token}/2").status_code == 404
    assert client.get(f"/review/{token}/3").status_code == 404

    ask_for_review(revision.release.revisions[-1], team.editor)

    assert client.get(f"/review/{token}").location == f"/review/{token}/2"


def test_a_link_opens_nothing_of_another_release(client: Browser, team: Team, token: str):
    for number in range(3):
        other = make_revision(team.editor, headline=f"Soup {number}")
    make_revision(team.editor, release=other.release, headline="Broth")
    mine = make_link(other.release, team.editor, "Tom")[1]

    assert client.get(f"/review/{mine}").location == f"/review/{mine}/2"
    assert client.get(f"/review/{mine}/1").status_code == 404
    assert client.get(f"/review/{token}/2").status_code == 404


def test_before_the_first_revision_the_link_says_so(client: Browser, team: Team):
    token = make_link(make_release(team.editor), team.editor, "Mei")[1]

    answer = client.get(f"/review/{token}")

    assert answer.status_code == 200
    assert "Not ready yet" in answer.text
    assert client.get(f"/review/{token}/1").status_code == 404


def test_a_link_that_is_over_says_so_and_one_that_never_was_finds_nothing(
    client: Browser, team: Team, revision: Revision, token: str, now: HandClock
):
    closed, other = make_link(revision.release, team.editor, "Tom", days=60)
    revoke_link(closed)
    now.turn(days=14)

    for over in (token, other):
        for path in (f"/review/{over}", f"/review/{over}/1"):
            answer = client.get(path)
            assert answer.status_code == 410
            assert "Ask the person who shared it for a new one." in answer.text
    for path in ("/review/nobody", "/review/nobody/1", f"/review/{token[:-1]}/1"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "This link doesn’t work. Ask the person who shared it for a new one." in answer.text
        assert 'href="/"' not in answer.text.partition("<main")[2]


def test_no_page_of_a_guest_tells_anybody_its_address(client: Browser, team: Team, token: str):
    paths = (f"/review/{token}", f"/review/{token}/1", f"/review/{token}/9", f"/review/{token}/x/y")
    for path in (*paths, "/review/nobody"):
        headers = client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Robots-Tag"] == "noindex"
    assert "Disallow: /\n" in client.get("/robots.txt").text


def test_an_error_behind_a_link_does_not_put_the_token_into_the_log(
    app: Flask, client: Browser, caplog: pytest.LogCaptureFixture
):
    def fail(token: str) -> str:
        raise ZeroDivisionError

    app.add_url_rule("/review/<token>/broken/it", "fails", access.public(fail))

    with caplog.at_level(logging.INFO):
        assert client.get("/review/sesame/broken/it").status_code == 500

    assert "/review/…/broken/it" in caplog.text
    assert "sesame" not in caplog.text


def test_looking_makes_no_row_and_a_form_without_its_token_neither(
    app: Flask, client: Browser, token: str
):
    client.get(f"/review/{token}/1")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("guests.") and "POST" in (rule.methods or ()):
            assert client.post(address(app, rule, token)).status_code == 400, rule

    assert db.session.scalar(db.select(db.func.count(Reading.id))) == 0


def test_a_refusal_leads_a_guest_back_to_the_room_and_not_to_the_log_in(
    client: Browser, revision: Revision, token: str
):
    url = f"/review/{token}/1"

    for path, status in (("finish", 409), ("mark", 403)):
        answer = client.send(f"{url}/{path}", {"reading": "1", "says": "same"})
        assert answer.status_code == status
        assert f'href="{url}"' in answer.text
        assert 'href="/"' not in answer.text.partition("<main")[2]
        assert "role" not in answer.text.partition("<h1>")[2].partition("</h1>")[0]
