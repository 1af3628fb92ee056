"""A lost password: who asks learns nothing, and who has the mail chooses a new one, once."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team, audit_lines, log_in, make_person
from tests.statements import counted
from tests.team.mailbox import address_in, mails_to, path_in
from wbtest.config import Settings
from wbtest.delivery.mail_sender import claim_mail
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team import passwords, people
from wbtest.team.accounts import ask_for_reset, ask_to_change_email, change_email, forget_old_links
from wbtest.team.models import AccountLink, LoginSession, Membership, Person

MAIL_URL = "smtp://127.0.0.1:1"

NEW = "another quiet word"
FIELDS = {"new_password": NEW, "repeated": NEW}


@pytest.fixture
def link(ada: Person) -> str:
    """The path of the link that Ada was mailed."""
    ask_for_reset(ada.email)
    return path_in(mails_to(ada.email)[-1])


def test_the_log_in_leads_to_a_link_by_mail(client: Browser, ada: Person) -> None:
    assert 'href="/reset"' in client.get("/login").text

    answer = client.send("/reset", {"email": " ADA@example.com "})

    assert "Check your email" in answer.text
    [mail] = mails_to(ada.email)
    assert address_in(mail).startswith("http://localhost/reset/")


@pytest.mark.parametrize(("minutes", "arrives"), [(59, True), (60, False)])
def test_a_mail_that_waited_leaves_only_while_its_link_works(
    ada: Person, link: str, now: HandClock, minutes: int, arrives: bool
) -> None:
    now.turn(minutes=minutes)

    assert (claim_mail() is not None) == arrives
    assert len(mails_to(ada.email)) == arrives


def test_a_mail_whose_link_a_newer_one_replaced_does_not_leave(
    ada: Person, link: str, now: HandClock
) -> None:
    now.turn(minutes=11)
    ask_for_reset(ada.email)

    claim = claim_mail()

    assert claim is not None
    assert link not in claim.mail.body
    assert len(mails_to(ada.email)) == 1


def test_known_and_unknown_e_mails_are_told_the_same(client: Browser, ada: Person) -> None:
    told = []
    for email in (ada.email, "eve@example.com"):
        answer = client.send("/reset", {"email": email})
        told.append((answer.status_code, re.sub(r'csrf_token" value="[^"]+"', "", answer.text)))

    assert told[0] == told[1]
    assert told[0][0] == 200
    assert mails_to("eve@example.com") == []
    assert len(mails_to(ada.email)) == 1


def test_an_unknown_e_mail_asks_the_database_as_much_as_a_known_one(
    app: Flask,
    ada: Person,
) -> None:
    bea = make_person("bea@example.com", "owner")
    with writing() as session:
        # Of who is in no team nothing is written.
        session.execute(db.delete(Membership).where(Membership.person_id == ada.id))
    # The first of a day makes its key.
    ask_for_reset("first@example.com")
    written = []
    for email in (bea.email, "eve@example.com"):
        db.session.rollback()
        with counted() as statements:
            ask_for_reset(email)
        written.append(len(statements))

    assert written[0] == written[1]


def test_the_link_is_built_from_our_own_address(client: Browser, ada: Person) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    client.send("/reset", {"email": ada.email}, headers=headers)
    client.send("/reset", {"email": ada.email}, headers={"Host": "evil.example"})

    [mail] = mails_to(ada.email)
    assert address_in(mail).startswith("http://localhost/reset/")


def test_the_link_sets_a_new_password_and_logs_nobody_in(
    client: Browser, elsewhere: Browser, ada: Person, link: str
) -> None:
    answer = client.send(link, FIELDS)

    assert answer.location == "/login"
    assert passwords.is_right(db.session.get_one(Person, ada.id).password_hash, NEW)
    assert elsewhere.get("/settings").status_code == 303
    assert db.session.scalar(db.select(db.func.count()).select_from(LoginSession)) == 0
    assert "Your password was changed" in mails_to(ada.email)[-1].body


def test_programs_that_open_the_link_do_not_spend_it(client: Browser, link: str) -> None:
    for _ in range(5):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200

    assert client.send(link, FIELDS).status_code == 303


def use(client: Browser, ada: Person, link: str, now: HandClock) -> None:
    client.send(link, FIELDS)


def wait(client: Browser, ada: Person, link: str, now: HandClock) -> None:
    now.turn(hours=1)


def set_password(client: Browser, ada: Person, link: str, now: HandClock) -> None:
    people.set_password(ada, "a third quiet word")


def change_address(client: Browser, ada: Person, link: str, now: HandClock) -> None:
    ask_to_change_email(ada, "ada@new.example", PASSWORD)
    change_email(path_in(mails_to("ada@new.example")[0]).rpartition("/")[2])


def ask_again(client: Browser, ada: Person, link: str, now: HandClock) -> None:
    now.turn(minutes=10)
    ask_for_reset(ada.email)


@pytest.mark.parametrize("spend", [use, wait, set_password, change_address, ask_again])
def test_every_link_that_is_over_looks_like_one_that_never_was(
    client: Browser, ada: Person, link: str, now: HandClock, spend: Callable[..., None]
) -> None:
    spend(client, ada, link, now)
    before = ada.password_hash

    opened, sent = client.get(link), client.send(link, {**FIELDS, "new_password": "x" * 12})

    never = client.get("/reset/never-was-one")
    assert (opened.status_code, opened.text) == (never.status_code, never.text)
    assert (sent.status_code, sent.text) == (never.status_code, never.text)
    assert 'href="/reset"' in never.text
    assert ada.password_hash == before


def test_the_newer_of_two_links_works(
    client: Browser, ada: Person, link: str, now: HandClock
) -> None:
    ask_again(client, ada, link, now)

    assert client.send(path_in(mails_to(ada.email)[-1]), FIELDS).status_code == 303


def test_an_address_gets_one_mail_in_ten_minutes(
    client: Browser, ada: Person, now: HandClock
) -> None:
    for _ in range(3):
        client.send("/reset", {"email": ada.email})
    link = path_in(mails_to(ada.email)[0])

    assert len(mails_to(ada.email)) == 1
    assert client.get(link).status_code == 200
    now.turn(minutes=10)
    client.send("/reset", {"email": ada.email})
    assert len(mails_to(ada.email)) == 2


def test_one_network_asks_thirty_times_an_hour(client: Browser, app: Flask) -> None:
    codes = [client.send("/reset", {"email": f"e{n}@x.io"}).status_code for n in range(31)]

    assert codes == [200] * 30 + [429]


def test_too_many_wrong_passwords_do_not_keep_the_mail_back(client: Browser, ada: Person) -> None:
    for _ in range(11):
        locked = client.send("/login", {"email": ada.email, "password": "wrong"})
    client.send("/reset", {"email": ada.email})

    assert locked.status_code == 429
    assert len(mails_to(ada.email)) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({**FIELDS, "new_password": "short"}, "Use 10 characters or more"),
        ({**FIELDS, "repeated": "other"}, "The two passwords differ."),
        ({}, "Choose a new password."),
    ],
)
def test_a_password_that_is_no_good_keeps_the_link(
    client: Browser, link: str, fields: dict[str, str], sentence: str
) -> None:
    answer = client.send(link, fields)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert client.send(link, FIELDS).status_code == 303


def test_what_is_no_address_is_said_to_be_none(client: Browser, ada: Person) -> None:
    answer = client.send("/reset", {"email": "ada"})

    assert answer.status_code == 422
    assert "email-error" in answer.text


def test_the_page_behind_the_link_tells_nobody_its_address(client: Browser, link: str) -> None:
    for path in (link, "/reset/never-was-one"):
        headers = client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex"


def test_the_token_is_kept_as_a_hash_alone(team: Team) -> None:
    ask_for_reset(team.owner.email)

    token = path_in(mails_to(team.owner.email)[0]).rpartition("/")[2]
    assert db.session.scalars(db.select(AccountLink.token_hash)).one() != token
    assert all(token not in f"{line.about} {line.who}" for line in audit_lines(10))


def test_a_form_from_elsewhere_sets_nothing(client: Browser, ada: Person, link: str) -> None:
    assert client.post(link, data=FIELDS).status_code == 400
    assert passwords.is_right(ada.password_hash, PASSWORD)


def test_without_a_mail_server_one_is_told_whom_to_ask(
    client: Browser, ada: Person, settings: Settings
) -> None:
    object.__setattr__(settings, "mail_url", "")

    pages = [client.get("/reset").text, client.send("/reset", {"email": ada.email}).text]

    assert all("wbtest user set-password" in page for page in pages)
    assert mails_to(ada.email) == []


def test_who_has_a_second_factor_is_asked_for_it_afterwards(
    client: Browser, ada: Person, secret: str
) -> None:
    ask_for_reset(ada.email)
    client.send(path_in(mails_to(ada.email)[-1]), FIELDS)

    answer = client.send("/login", {"email": ada.email, "password": NEW})

    assert answer.location.startswith("/login/code")
    assert client.get("/settings").status_code == 303


def test_somebody_logged_in_may_use_the_link_too(client: Browser, ada: Person, link: str) -> None:
    log_in(client, ada)

    assert client.send(link, FIELDS).location == "/login"
    assert client.get("/settings").status_code == 303


def test_links_that_are_too_old_are_deleted(ada: Person, link: str, now: HandClock) -> None:
    now.turn(hours=1)

    forget_old_links(now())

    assert db.session.scalar(db.select(AccountLink)) is None


def test_the_owner_of_a_new_password_logs_in_whatever_strangers_guess(
    client: Browser, app: Flask, ada: Person, link: str
) -> None:
    strangers = app.test_client()
    wrong = {"email": ada.email, "password": "not the password"}
    for n in range(passwords.MOST_OF_STRANGERS[0]):
        strangers.send("/login", wrong, environ_overrides={"REMOTE_ADDR": f"198.51.100.{n % 10}"})
    typed = {"email": ada.email, "password": NEW}

    client.send(link, FIELDS)

    assert strangers.send("/login", typed).status_code == 429
    assert client.send("/login", typed).status_code == 303
