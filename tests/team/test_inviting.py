"""Invitations as an owner sees them: made, listed, sent again, taken back."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime
from wbtest.team.models import Invitation
from wbtest.team.people import MOST_A_DAY, forget_old_invitations
from wbtest.team.people_views import FRESH_LINK

ADA = {"email": "Ada@Example.com ", "role": "approver"}


@pytest.fixture
def client(client: Browser, team: Team) -> Browser:
    """The owner's browser."""
    log_in(client, team.owner)
    return client


@pytest.fixture
def mailing(app: Flask) -> None:
    """A mail server is set."""
    settings = runtime(app).settings
    runtime(app).settings = replace(settings, mail_url="smtp://localhost:1")


def link_on(page: str) -> str:
    found = re.search(r"http://localhost(/invitation/[\w-]+)", page)
    return found[1] if found else ""


def invite(client: Browser, email: str = "ada@example.com", role: str = "approver") -> str:
    """Ask somebody in and return the address on the link that the team page shows."""
    client.send("/settings/invitations", {"email": email, "role": role})
    return link_on(client.get("/settings").text)


def only() -> Invitation:
    return db.session.scalars(db.select(Invitation)).one()


@pytest.mark.usefixtures("mailing")
def test_an_invitation_goes_out_by_mail_alone(client: Browser) -> None:
    client.send("/settings/invitations", ADA, headers={"X-Forwarded-Host": "evil.example"})

    mail = db.session.scalars(db.select(OutboxMail)).one()
    assert mail.recipient == "ada@example.com"
    assert "invited you to join Larder on wbtest as approver" in mail.body
    assert link_on(mail.body)
    assert not link_on(page := client.get("/settings").text)
    assert "Invite sent to ada@example.com" in page


def test_without_a_mail_server_the_link_is_shown_once(client: Browser) -> None:
    client.send("/settings/invitations", ADA)

    assert link_on(client.get("/settings").text)
    assert not link_on(client.get("/settings").text)
    assert db.session.scalars(db.select(OutboxMail)).all() == []


@pytest.mark.parametrize(("signature", "is_shown"), [("", True), ("x" * 27, False)])
def test_a_link_written_into_the_cookie_is_not_shown(
    client: Browser, signature: str, is_shown: bool
) -> None:
    invite(client)
    signer = SecureCookieSessionInterface().get_signing_serializer(client.application)
    told, _, ours = signer.dumps({FRESH_LINK: [only().id, "evil"]}).rpartition(".")

    client.set_cookie("wb-form", f"{told}.{signature or ours}")

    assert (link_on(client.get("/settings").text) == "/invitation/evil") == is_shown


def test_only_a_hash_of_the_link_is_kept(client: Browser) -> None:
    token = invite(client).rpartition("/")[2]

    kept = only()
    assert token
    assert token not in str([getattr(kept, c.name) for c in Invitation.__table__.columns])


def test_who_is_invited_is_listed_with_role_and_time(client: Browser) -> None:
    invite(client)

    page = " ".join(client.get("/settings").text.split())

    assert "expires 3 March 2027, 09:00 UTC · invited by Owner" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "viewer@larder.example"}, "is already in the team"),
        ({"email": "nobody"}, "@-sign"),
        ({"email": ""}, "Enter an email."),
        ({"role": "king"}, "Not a valid choice"),
    ],
)
def test_a_fault_is_named_and_nobody_is_invited(
    client: Browser, typed: dict[str, str], said: str
) -> None:
    answer = client.send("/settings/invitations", ADA | typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalars(db.select(Invitation)).all() == []


def test_a_second_invitation_takes_the_place_of_the_first(client: Browser) -> None:
    first = invite(client)
    second = invite(client, role="viewer")

    assert only().role == "viewer"
    assert client.application.test_client().get(first).status_code == 404
    assert client.application.test_client().get(second).status_code == 200


def test_sent_again_the_old_link_opens_nothing(client: Browser, team: Team, now: HandClock) -> None:
    first = invite(client)
    now.turn(hours=50)
    log_in(client, team.owner)

    client.send(f"/settings/invitations/{only().id}/again")

    second = link_on(client.get("/settings").text)
    stranger = client.application.test_client()
    assert stranger.get(first).status_code == 404
    assert stranger.get(second).status_code == 200


def test_taken_back_it_opens_nothing(client: Browser) -> None:
    link = invite(client)

    client.send(f"/settings/invitations/{only().id}/revoke")

    assert client.application.test_client().get(link).status_code == 404
    assert "No pending invitations" in client.get("/settings").text


def test_a_team_sends_so_many_a_day(client: Browser, team: Team, now: HandClock) -> None:
    for number in range(MOST_A_DAY):
        client.send("/settings/invitations", ADA | {"email": f"a{number}@x.io"})

    answer = client.send("/settings/invitations", ADA)
    assert answer.status_code == 429
    assert (answer.headers["Retry-After"], "Try again tomorrow" in answer.text) == ("90000", True)
    now.turn(hours=25)
    log_in(client, team.owner)
    assert client.send("/settings/invitations", ADA).status_code == 303


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_only_an_owner_invites(client: Browser, team: Team, role: str) -> None:
    log_in(client, getattr(team, role))

    assert client.send("/settings/invitations", ADA).status_code == 403
    assert "Invitations" not in client.get("/settings").text


def test_an_invitation_that_nobody_took_is_forgotten_in_time(
    client: Browser, now: HandClock
) -> None:
    invite(client)
    now.turn(days=8)
    forget_old_invitations(now())
    assert only()
    now.turn(days=2)

    forget_old_invitations(now())

    assert db.session.scalars(db.select(Invitation)).all() == []


@pytest.mark.parametrize("typed", [b"ada%ff@x.io", b"ada%C3@x.io", b"ada%EF%BF%BD@x.io"])
def test_bytes_that_are_no_text_are_refused_at_the_email(client: Browser, typed: bytes) -> None:
    page = client.get("/settings").text
    token = page.partition('name="csrf_token"')[2].split('"')[1].encode()

    answer = client.post(
        "/settings/invitations",
        data=b"csrf_token=" + token + b"&role=viewer&email=" + typed,
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 422
    assert "Part of this email can’t be read. Enter it again." in answer.text
    assert db.session.scalars(db.select(Invitation)).all() == []
