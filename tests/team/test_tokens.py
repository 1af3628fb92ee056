"""Tokens of the API: made on a page, shown once, kept as a hash, over when they should be."""

import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team, log_in
from tests.team.two import while_somebody_writes
from wbtest.extensions import db
from wbtest.store import Gone, Invalid, writing
from wbtest.team import tokens
from wbtest.team.models import ApiToken, AuditLine, Membership
from wbtest.team.settings_views import FRESH

FORM = {"name": "Nightly export", "scopes": ["read", "write"], "password": PASSWORD}


@pytest.fixture
def owner(client: Browser, team: Team) -> Browser:
    """The owner, logged in."""
    log_in(client, team.owner)
    return client


def made(team: Team, **parts: object) -> tuple[ApiToken, str]:
    given = {"name": "CI", "scopes": ["read"], "days": None} | parts
    return tokens.make_token(team.owner, **given)  # type: ignore[arg-type]


def test_a_token_is_shown_once_and_kept_as_a_hash(owner: Browser) -> None:
    made = owner.send("/settings/tokens", FORM)

    assert made.status_code == 303
    first, second = owner.get("/settings/developers").text, owner.get("/settings/developers").text
    [token] = db.session.scalars(db.select(ApiToken))
    assert (token.name, token.scopes, token.role) == ("Nightly export", "read write", "owner")
    text = first.split("readonly>")[1].split("<")[0]
    assert tokens.find_live(text) == token
    assert text not in second
    assert token.prefix in second
    assert text not in token.token_hash


def test_one_that_was_not_shown_yet_does_not_wait_for_the_next_person(owner: Browser) -> None:
    owner.send("/settings/tokens", FORM)

    owner.send("/logout")

    with owner.session_transaction() as kept:
        assert FRESH not in kept


def test_a_wrong_password_makes_none_and_keeps_what_was_typed(owner: Browser) -> None:
    page = owner.send("/settings/tokens", FORM | {"password": "a wrong password"})

    assert page.status_code == 422
    assert "This is not your password." in page.text
    assert 'value="Nightly export"' in page.text
    assert db.session.scalar(db.select(db.func.count(ApiToken.id))) == 0


def test_a_token_that_is_ended_opens_nothing(owner: Browser, team: Team) -> None:
    token, text = made(team)

    owner.send(f"/settings/tokens/{token.id}/revoke")

    assert tokens.find_live(text) is None


def test_of_two_who_end_a_token_one_stands_in_the_record(team: Team) -> None:
    token, _ = made(team)
    with writing() as session:
        faster = db.delete(ApiToken).execution_options(synchronize_session=False)
        session.execute(faster)

    with pytest.raises(Gone):
        tokens.revoke_token(token)

    revoked = db.select(AuditLine).where(AuditLine.action == "token.revoked")
    assert db.session.scalars(revoked).all() == []


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_only_an_owner_makes_tokens(client: Browser, team: Team, role: str) -> None:
    log_in(client, getattr(team, role))

    assert client.send("/settings/tokens", FORM).status_code == 403


def test_a_token_ends_on_its_day(team: Team, now: HandClock) -> None:
    _, text = made(team, days=30)

    now.turn(days=29, hours=23)
    assert tokens.find_live(text) is not None
    now.turn(hours=1)
    assert tokens.find_live(text) is None


def test_a_token_ends_when_its_maker_gets_a_lower_role(team: Team) -> None:
    _, text = made(team)

    with writing() as session:
        session.get_one(Membership, team.owner.id).role = "approver"

    assert tokens.find_live(text) is None


def test_a_token_goes_with_its_makers_membership(team: Team) -> None:
    _, text = made(team)

    with writing() as session:
        session.delete(session.get_one(Membership, team.owner.id))

    assert tokens.find_live(text) is None
    assert db.session.scalar(db.select(db.func.count(ApiToken.id))) == 0


def test_the_day_of_the_last_use_is_kept(team: Team, now: HandClock) -> None:
    token, _ = made(team)

    tokens.note_use(token)

    assert token.last_used_on == now.time.date()


@pytest.mark.every_database
def test_no_program_waits_until_its_use_is_kept(app: Flask, team: Team) -> None:
    token_id = made(team)[0].id
    db.session.rollback()

    def use() -> None:
        tokens.note_use(db.session.get_one(ApiToken, token_id))

    while_somebody_writes(app, db.update(ApiToken).values(name="nightly"), use)

    assert db.session.get_one(ApiToken, token_id).last_used_on is None


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "n" * 81}),
        ("scopes", {"scopes": []}),
        ("scopes", {"scopes": ["everything"]}),
        ("days", {"days": 0}),
        ("days", {"days": 3651}),
    ],
)
def test_what_no_token_can_have_is_refused(
    team: Team, field: str, parts: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        made(team, **parts)

    assert refused.value.field == field


def test_the_record_names_a_token_and_never_its_text(app: Flask, team: Team) -> None:
    _, text = made(team)

    [line] = db.session.scalars(db.select(AuditLine).where(AuditLine.action == "token.made"))
    assert line.about == f"“CI” ({text[:12]}…, read)"
