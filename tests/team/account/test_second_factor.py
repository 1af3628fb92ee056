"""The second factor: turned on with a code, asked for at the log-in, turned off."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, log_in, make_person, make_workspace
from tests.team.account.mailbox import code_of
from wbtest.config import Settings
from wbtest.extensions import db
from wbtest.team import people
from wbtest.team.account import codes, factors, secrecy
from wbtest.team.account.models import AccountLink, RecoveryCode, SecondFactor
from wbtest.team.account.resetting import ask_for_reset
from wbtest.team.deleting import delete_workspace
from wbtest.team.inviting.invitations import invite
from wbtest.team.models import LoginSession, Person, Workspace

OF_A_PERSON = (AccountLink, LoginSession, RecoveryCode, SecondFactor)


@pytest.fixture
def recovery(ada: Person, secret: str, now: HandClock) -> list[str]:
    """Ada's recovery codes, from turning it off and on again."""
    factors.turn_off_for(ada)
    made = factors.turn_on(ada, secret, password=PASSWORD, code=code_of(secret, now))
    now.turn(seconds=codes.SECONDS)
    db.session.rollback()
    return made


def type_password(browser: Browser, email: str = "ada@example.com", onward: str = "") -> str:
    """Log in as far as the password goes; return where it leads."""
    path = f"/login?next={onward}" if onward else "/login"
    return browser.send(path, {"email": email, "password": PASSWORD}).location or ""


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_the_code_of_rfc_6238_is_the_right_one() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    moment = datetime.fromtimestamp(1_111_111_109, UTC)

    assert codes.find_step(secret, "081 804", moment) == 1_111_111_109 // 30
    assert codes.find_step(secret, "081805", moment) is None


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(now: HandClock, steps: int, is_right: bool) -> None:
    secret = codes.make_secret()
    code = pyotp.TOTP(secret).at(now() + timedelta(seconds=30 * steps))

    assert (codes.find_step(secret, code, now()) is not None) == is_right


def test_it_is_turned_on_with_what_the_page_shows(
    client: Browser, ada: Person, now: HandClock
) -> None:
    log_in(client, ada)
    page = client.get("/account/second-factor").text
    shown = re.findall(r'into the app: <code class="code">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    kept = re.findall(r'name="secret"[^>]* value="([^"]+)"', page)[0]
    fields = {"secret": kept, "code": code_of(shown, now), "password": PASSWORD}

    answer = client.send("/account/second-factor/on", fields)

    assert '<svg role="img"' in page
    first, later = client.get(answer.location).text, client.get(answer.location).text
    assert len(re.findall(r"\w{5}-\w{5}</code>", first)) == codes.RECOVERY_CODES
    assert re.findall(r"\w{5}-\w{5}</code>", later) == []
    assert "10 recovery codes are left" in later


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"code": "000000"}, "This code is not right"),
        ({"code": ""}, "Type a code."),
        ({"secret": "JBSWY3DPEHPK3PXP"}, "This page was open for too long."),
    ],
)
def test_it_is_not_turned_on_without_password_code_and_our_secret(
    client: Browser, ada: Person, now: HandClock, changed: dict[str, str], sentence: str
) -> None:
    log_in(client, ada)
    page = client.get("/account/second-factor").text
    shown = re.findall(r'into the app: <code class="code">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    kept = re.findall(r'name="secret"[^>]* value="([^"]+)"', page)[0]
    fields = {"secret": kept, "code": code_of(shown, now), "password": PASSWORD}

    answer = client.send("/account/second-factor/on", fields | changed)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert (kept in answer.text) == ("secret" not in changed)
    assert db.session.scalar(db.select(SecondFactor)) is None


def test_the_password_alone_opens_nothing(client: Browser, ada: Person, secret: str) -> None:
    assert type_password(client).startswith("/login/code")

    assert not is_in(client)
    assert db.session.scalar(db.select(LoginSession)) is None


def test_password_and_code_log_in_and_go_on(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    path = type_password(client, onward="/team?tab=1")

    answer = client.send(path, {"code": code_of(secret, now)})

    assert answer.location == "/team?tab=1"
    assert is_in(client)
    assert client.get_cookie("wb-code") is None


def test_an_invitation_is_no_way_around_the_code(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    kiln = make_workspace("Kiln")
    owner = make_person("olga@kiln.example", "owner", kiln)
    page = f"/invitation/{invite(kiln, owner, 'Ada@Example.COM', 'viewer')[1]}"

    log_in_page = client.send(page, {"name": "Eve", "password": "another quiet word"}).location
    code_page = client.send(log_in_page, {"email": ada.email, "password": PASSWORD}).location

    assert not is_in(client)
    assert client.send(code_page, {"code": code_of(secret, now)}).location == page
    assert client.send(page).location == "/"
    assert "Ada · Kiln" in client.get("/team").text


def test_a_code_is_taken_once(
    app: Flask, client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    other = app.test_client()
    assert isinstance(other, Browser)
    code = code_of(secret, now)
    for browser in (client, other):
        browser.send(type_password(browser), {"code": code})

    assert (is_in(client), is_in(other)) == (True, False)


def test_a_recovery_code_lets_in_once(
    app: Flask, client: Browser, ada: Person, recovery: list[str]
) -> None:
    other = app.test_client()
    assert isinstance(other, Browser)
    for browser in (client, other):
        browser.send(type_password(browser), {"code": f" {recovery[0].upper()} "})

    assert (is_in(client), is_in(other)) == (True, False)
    assert factors.recovery_codes_left(ada) == 9


def test_a_recovery_code_of_somebody_else_opens_nothing(
    client: Browser, workspace: Workspace, recovery: list[str], now: HandClock
) -> None:
    bob = make_person("bob@example.com", "viewer", workspace)
    secret = codes.make_secret()
    factors.turn_on(bob, secret, password=PASSWORD, code=code_of(secret, now))

    answer = client.send(type_password(client, bob.email), {"code": recovery[0]})

    assert answer.status_code == 422


def test_the_code_has_to_follow_within_five_minutes(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    path = type_password(client)
    now.turn(minutes=5)

    answer = client.send(path, {"code": code_of(secret, now)})

    assert answer.location.startswith("/login")
    assert "within five minutes" in client.get(answer.location).text
    assert not is_in(client)


def test_a_password_changed_meanwhile_ends_the_waiting(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    path = type_password(client)
    people.set_password(ada, "another quiet word")

    client.send(path, {"code": code_of(secret, now)})

    assert not is_in(client)


@pytest.mark.parametrize("note", ["", "x", "WzEsOTk5OTk5OTk5OSwiIl0.forged"])
def test_the_code_is_asked_only_where_the_password_was_typed(
    client: Browser, ada: Person, secret: str, now: HandClock, note: str
) -> None:
    client.set_cookie("wb-code", note)

    assert client.get("/login/code").location.startswith("/login?")
    assert client.send("/login/code", {"code": code_of(secret, now)}).status_code == 303
    assert not is_in(client)


def test_ten_wrong_codes_are_enough_also_with_the_password_typed_anew(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    told = [client.send(type_password(client), {"code": "000000"}).status_code for _ in range(11)]

    right = client.send(type_password(client), {"code": code_of(secret, now)})

    assert told == [422] * 10 + [429]
    assert right.status_code == 429
    assert "Retry-After" in right.headers


def test_the_cookie_between_is_for_this_host_and_no_script(
    client: Browser, ada: Person, secret: str
) -> None:
    answer = client.send("/login", {"email": ada.email, "password": PASSWORD})

    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("wb-code=")]
    assert "Max-Age=300; HttpOnly; Path=/; SameSite=Lax" in cookie
    assert PASSWORD not in cookie


def test_it_is_turned_off_with_password_and_code(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    log_in(client, ada)
    fields = {"password": PASSWORD, "code": code_of(secret, now)}

    for wrong in ({"password": "wrong"}, {"code": "000000"}, {"code": ""}):
        refused = client.send("/account/second-factor/off", fields | wrong)
        assert refused.status_code == 422
    assert factors.find_factor(ada)
    client.send("/account/second-factor/off", fields)

    assert db.session.scalar(db.select(SecondFactor)) is None
    assert db.session.scalar(db.select(RecoveryCode)) is None
    assert type_password(client) == "/"


def test_secret_and_recovery_codes_are_not_readable_in_the_database(
    ada: Person, secret: str, recovery: list[str]
) -> None:
    kept = db.session.scalars(db.select(SecondFactor.secret)).one()
    hashes = db.session.scalars(db.select(RecoveryCode.code_hash)).all()

    assert secret not in kept
    assert secrecy.decrypt(kept, ada.id) == secret
    assert {codes.as_kept(code) for code in recovery}.isdisjoint(hashes)
    assert len(hashes) == codes.RECOVERY_CODES


def test_with_another_server_key_one_is_told_whom_to_ask(
    client: Browser, ada: Person, secret: str, now: HandClock, settings: Settings
) -> None:
    object.__setattr__(settings, "secret_key", "another-key" * 4)

    answer = client.send(type_password(client), {"code": code_of(secret, now)})

    assert answer.status_code == 422
    assert "wbtest user second-factor-off" in answer.text.partition('id="code-error"')[2]


def test_who_runs_the_server_lets_somebody_in_without_it(
    client: Browser, ada: Person, secret: str
) -> None:
    factors.turn_off_for(ada)

    type_password(client)

    assert is_in(client)


def test_only_an_owner_sees_who_has_one(
    client: Browser, ada: Person, secret: str, workspace: Workspace
) -> None:
    owner = make_person("olga@example.com", "owner", workspace)
    shown = []
    for person in (owner, ada):
        log_in(client, person)
        shown.append('">second factor</span>' in client.get("/team").text)

    assert shown == [True, False]


def test_all_of_an_account_goes_with_the_last_workspace(
    ada: Person, secret: str, recovery: list[str], workspace: Workspace
) -> None:
    owner = make_person("olga@example.com", "owner", workspace)
    ask_for_reset(ada.email)

    delete_workspace(workspace, owner, name=workspace.name, password=PASSWORD)

    kept = [db.session.scalars(db.select(model)).all() for model in OF_A_PERSON]
    assert kept == [[], [], [], []]
