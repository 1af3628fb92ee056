"""The founder's own link at the end of a sign-up: as a button, or in the place of the last page."""

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.audience.larder import Visitor, draft_page, mails, signups, start_page, words_in
from tests.audience.test_signup_steps import fields_in, next_url
from tests.conftest import HandClock
from tests.factories import log_in
from wbtest.audience.models import HourlyCount
from wbtest.extensions import db
from wbtest.publishing.display import preview_token
from wbtest.publishing.page_options import Options

LINK = "https://chat.example.com/join?id=7&from=%5Bpage%5D"
BUTTON = Options(confirms=False, link_label="Join our <b>Discord</b>", link_url=LINK)
REDIRECT = replace(BUTTON, link_redirects=True)
ORIGIN = "https://chat.example.com"


def links_in(page: TestResponse) -> list[tuple[str, str]]:
    """Where the page's links to elsewhere lead, and what keeps them from saying who sent them."""
    found = re.findall(r'<a class="button"\s+href="(https://[^"]*)"\s+rel="([^"]*)"', page.text)
    return [(unescape(link), rel) for link, rel in found]


def targets_of(page: TestResponse) -> str:
    """Where the policy of the page lets its forms lead."""
    return page.headers["Content-Security-Policy"].split("form-action ")[1].split(";")[0]


def confirm_url(app: Flask) -> str:
    [mail] = mails(app, "mia@x.io")
    return re.findall(r"/confirm/\S+", mail.body)[0]


def test_the_thank_you_page_shows_the_button(app: Flask):
    start_page(options=BUTTON)
    mia = Visitor(app)
    landing = mia.get()
    page = mia.get(next_url(mia.sign_up(landing, "mia@x.io")))

    assert links_in(page) == [(LINK, "noopener noreferrer")]
    assert "Join our <b>Discord</b>" in words_in(page)
    assert page.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert targets_of(landing) == targets_of(page) == "'self'"


def test_after_the_steps_the_last_page_shows_it(app: Flask):
    start_page(options=replace(BUTTON, asks_for=("price", "call")))
    mia = Visitor(app)
    page = mia.get(next_url(mia.sign_up(mia.get(), "mia@x.io")))
    seen = [links_in(page)]
    for _ in range(2):
        page = mia.get(next_url(mia.post("/p/larder/agree", fields_in(page) | {"agree": "yes"})))
        seen.append(links_in(page))

    assert seen == [[], [], [(LINK, "noopener noreferrer")]]


def test_who_is_asked_to_confirm_finds_it_once_they_did(app: Flask):
    start_page(options=replace(BUTTON, confirms=True))
    mia = Visitor(app)
    thanks = mia.get(next_url(mia.sign_up(mia.get(), "mia@x.io")))
    url = confirm_url(app)
    asking = mia.get(url)
    confirmed = mia.get(next_url(mia.post(url, {})))

    assert [links_in(page) for page in (thanks, asking)] == [[], []]
    assert links_in(confirmed) == [(LINK, "noopener noreferrer")]
    assert targets_of(asking) == "'self'"


def test_a_redirect_takes_the_place_of_the_thank_you_page(app: Flask):
    start_page(options=REDIRECT)
    mia = Visitor(app)
    landing = mia.get()
    refused = mia.sign_up(landing, "mia")
    answer = mia.sign_up(landing, "mia@x.io")

    assert (answer.status_code, next_url(answer)) == (303, LINK)
    assert targets_of(landing) == targets_of(refused) == f"'self' {ORIGIN}"
    assert [row.email for row in signups(app)] == ["mia@x.io"]


def test_a_redirect_comes_after_the_last_step_and_when_it_is_skipped(app: Flask):
    start_page(options=replace(REDIRECT, asks_for=("price", "call")))
    mia = Visitor(app)
    price = mia.get(next_url(mia.sign_up(mia.get(), "mia@x.io")))
    call = mia.get(next_url(mia.post("/p/larder/agree", fields_in(price) | {"agree": "yes"})))
    answer = mia.post("/p/larder/agree", fields_in(call) | {"agree": "no"})

    assert (answer.status_code, next_url(answer)) == (303, LINK)
    assert f'<a href="{LINK.replace("&", "&amp;")}">' in call.text
    assert call.headers["Referrer-Policy"] == "no-referrer"
    assert targets_of(call) == f"'self' {ORIGIN}"


def test_who_is_asked_to_confirm_is_told_so_before_they_are_sent_on(app: Flask):
    start_page(options=replace(REDIRECT, confirms=True))
    mia = Visitor(app)
    thanks = mia.get(next_url(mia.sign_up(mia.get(), "mia@x.io")))
    url = confirm_url(app)
    asking = mia.get(url)
    answer = mia.post(url, {})

    assert "open the email" in words_in(thanks)
    assert (answer.status_code, next_url(answer)) == (303, LINK)
    assert targets_of(asking) == f"'self' {ORIGIN}"
    assert [row.confirmed_us is not None for row in signups(app)] == [True]


@pytest.mark.parametrize("name", ["privacy", "object"])
def test_the_other_pages_let_no_form_leave(app: Flask, name: str):
    start_page(options=REDIRECT)
    page = Visitor(app).get(f"/p/larder/{name}")

    assert targets_of(page) == "'self'"
    assert ("we take you to chat.example.com" in words_in(page)) == (name == "privacy")


def test_nothing_that_is_sent_along_leads_elsewhere(app: Flask):
    start_page(options=REDIRECT)
    mia = Visitor(app)
    evil = {"link_url": "https://evil.example", "next": "https://evil.example"}

    assert next_url(mia.sign_up(mia.get(), "mia@x.io", **evil)) == LINK
    assert next_url(mia.post("/p/larder/answers?next=https://evil.example", evil)) == LINK


@pytest.mark.parametrize("options", [Options(confirms=False), BUTTON, REDIRECT])
def test_the_link_changes_nothing_that_is_measured(app: Flask, now: HandClock, options: Options):
    start_page(options=options)
    mia = Visitor(app)
    page = mia.get()
    mia.see(page)
    now.turn(seconds=10)
    mia.sign_up(page, "mia@x.io")
    [row] = signups(app)
    names = ("served", "seen", "signups", "converted")
    counted = db.session.execute(
        db.select(*(db.func.sum(getattr(HourlyCount, name)) for name in names))
    ).one()

    assert row.is_converted
    assert tuple(counted) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("options", "said", "is_shown"),
    [
        (BUTTON, "The button opens chat.example.com.", True),
        (REDIRECT, "Visitors go to chat.example.com instead of this page.", True),
        (
            replace(BUTTON, confirms=True),
            "Once they confirm, visitors see the link to chat.example.com.",
            False,
        ),
        (
            replace(REDIRECT, confirms=True),
            "Once they confirm, visitors go to chat.example.com.",
            False,
        ),
    ],
    ids=["button", "redirect", "button, confirmed", "redirect, confirmed"],
)
def test_a_preview_leads_nowhere_and_says_where_it_would(
    app: Flask, options: Options, said: str, is_shown: bool
):
    draft = draft_page(options=options)
    member = Visitor(app)
    log_in(member.browser, draft.editor)
    url = f"/p/larder/signup?preview={preview_token(draft.experiment, 'control')}"
    answer = member.post(url, {"email": draft.editor.email})
    page = member.get(next_url(answer))

    assert page.status_code == 200
    assert said in words_in(page)
    assert bool(links_in(page)) == is_shown
    assert targets_of(member.get(url.replace("/signup", ""))) == "'self'"
