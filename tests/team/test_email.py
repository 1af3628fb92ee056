"""Another email for a log-in: password, word to the old address, a yes from the new one."""

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, log_in, make_person
from tests.team.mailbox import mails_to, path_in
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.team import people
from wbtest.team.accounts import ask_for_reset
from wbtest.team.models import Person

MAIL_URL = "smtp://127.0.0.1:1"

NEW = "ada@new.example"
FIELDS = {"new_email": NEW, "password": PASSWORD}


@pytest.fixture
def link(client: Browser, ada: Person) -> str:
    """The path of the link that went to the new address; Ada's browser asked for it."""
    log_in(client, ada)
    client.send("/account/email", FIELDS)
    return path_in(mails_to(NEW)[-1])


def email_of(person: Person) -> str:
    return db.session.get_one(Person, person.id).email


def test_the_new_address_confirms_and_logs_in_from_then_on(
    app: Flask, client: Browser, ada: Person, link: str
) -> None:
    stranger = app.test_client()
    assert isinstance(stranger, Browser)

    answer = stranger.send(link)

    assert answer.location == "/login"
    assert email_of(ada) == NEW
    old, new = (
        stranger.send("/login", {"email": email, "password": PASSWORD}).status_code
        for email in ("ada@example.com", NEW)
    )
    assert (old, new) == (422, 303)


def test_nothing_changes_before_the_yes(client: Browser, ada: Person, link: str) -> None:
    for _ in range(5):
        assert NEW in client.get(link).text
        client.head(link)

    assert email_of(ada) == "ada@example.com"


def test_the_old_address_is_told_before_and_after(client: Browser, ada: Person, link: str) -> None:
    [asked] = mails_to("ada@example.com")
    assert f"asked to log in with {NEW}" in asked.body
    assert "http://localhost/reset" in asked.body

    client.send(link)

    assert f"You now log in with {NEW}" in mails_to("ada@example.com")[-1].body


def test_a_new_password_stops_the_change(client: Browser, ada: Person, link: str) -> None:
    people.set_password(ada, "another quiet word")

    assert client.send(link).status_code == 404
    assert email_of(ada) == "ada@example.com"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("password", "not the password", "This is not your password."),
        ("password", "", "Enter the password you log in with."),
        ("new_email", "ada", "@-sign"),
        ("new_email", " ADA@example.com ", "You already log in with this email."),
        ("new_email", "", "Enter the new email."),
    ],
)
def test_a_fault_is_told_at_its_field_and_no_mail_leaves(
    client: Browser, ada: Person, field: str, typed: str, sentence: str
) -> None:
    log_in(client, ada)

    answer = client.send("/account/email", FIELDS | {field: typed})

    ids = {"password": "email-password"}
    assert answer.status_code == 422
    assert sentence in answer.text.partition(f'id="{ids.get(field, field)}-error"')[2]
    assert mails_to(NEW) + mails_to(ada.email) == []


def test_whether_an_address_has_a_log_in_only_its_owner_learns(
    client: Browser,
    ada: Person,
) -> None:
    make_person("grace@example.com", "viewer")
    log_in(client, ada)
    told = []
    for email in ("grace@example.com", "eve@example.com"):
        answer = client.send("/account/email", FIELDS | {"new_email": email})
        page = client.get(answer.location).text.partition("<main")[2].partition("<form")[0]
        page = page.replace(email, "…")
        told.append((answer.status_code, page))

    assert told[0] == told[1]
    assert "already has an account" in mails_to("grace@example.com")[0].body
    assert "/email/" not in mails_to("grace@example.com")[0].body
    assert "/email/" in mails_to("eve@example.com")[0].body


def test_an_address_that_got_a_log_in_meanwhile_is_not_taken(
    client: Browser,
    ada: Person,
    link: str,
) -> None:
    make_person(NEW, "viewer")

    assert client.send(link).status_code == 404
    assert email_of(ada) == "ada@example.com"


def test_the_browser_that_confirms_stays_and_all_others_are_logged_out(
    client: Browser, elsewhere: Browser, ada: Person, link: str
) -> None:
    answer = client.send(link)

    assert answer.location == "/account"
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303


def test_somebody_else_who_confirms_is_not_told_that_it_is_their_e_mail(
    app: Flask,
    ada: Person,
    link: str,
) -> None:
    theirs = app.test_client()
    assert isinstance(theirs, Browser)
    log_in(theirs, make_person("bob@example.com", "editor"))

    theirs.send(link)

    page = theirs.get("/account").text
    assert f"Ada can now log in with {NEW}." in page
    assert "bob@example.com" in page


def test_the_change_ends_the_links_of_lost_passwords(
    client: Browser, ada: Person, link: str
) -> None:
    ask_for_reset(ada.email)
    reset = path_in(mails_to("ada@example.com")[-1])

    client.send(link)

    assert client.get(reset).status_code == 404


def test_a_link_works_once_and_for_an_hour(
    client: Browser, ada: Person, link: str, now: HandClock
) -> None:
    client.send(link)
    used = client.get(link)
    now.turn(minutes=30)
    client.send("/account/email", FIELDS | {"new_email": "ada@third.example"})
    now.turn(hours=1)
    old = client.get(path_in(mails_to("ada@third.example")[0]))

    assert (used.status_code, old.status_code) == (404, 404)
    assert used.text == old.text == client.get("/email/never-was-one").text
    assert used.headers["Referrer-Policy"] == "no-referrer"


def test_an_address_gets_one_mail_in_ten_minutes(client: Browser, ada: Person, link: str) -> None:
    client.send("/account/email", FIELDS)

    assert len(mails_to(NEW)) == 1
    assert client.get(link).status_code == 200


def test_guesses_of_the_password_are_limited(client: Browser, ada: Person) -> None:
    log_in(client, ada)
    wrong = FIELDS | {"password": "wrong"}

    codes = [client.send("/account/email", wrong).status_code for _ in range(11)]

    assert codes == [422] * 10 + [429]


def test_a_form_from_elsewhere_confirms_nothing(client: Browser, ada: Person, link: str) -> None:
    assert client.post(link).status_code == 400
    assert email_of(ada) == "ada@example.com"


def test_without_a_mail_server_the_page_says_so(
    client: Browser, ada: Person, settings: Settings
) -> None:
    log_in(client, ada)
    object.__setattr__(settings, "mail_url", "")

    pages = [client.get("/account").text, client.send("/account/email", FIELDS).text]

    assert all("Email isn’t set up" in page for page in pages)
    assert mails_to(NEW) == []
