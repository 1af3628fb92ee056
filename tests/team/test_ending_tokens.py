"""With a new password or second factor one may end one's tokens; who lost a password is led to."""

import pyotp
import pytest

from tests.conftest import Browser
from tests.factories import PASSWORD, Team, log_in
from wbtest.extensions import clock, db
from wbtest.store import Invalid, writing
from wbtest.team import accounts, passwords, people, two_factor
from wbtest.team.audit import AuditFilter, list_lines
from wbtest.team.models import ApiToken, Person
from wbtest.team.tokens import make_token, make_with_password

MAIL_URL = "smtp://127.0.0.1:1"

NEW = "another quiet word"
CHANGED = {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW}


@pytest.fixture
def owner(team: Team) -> Person:
    """Somebody with two tokens; a colleague has one, too."""
    for maker in (team.owner, team.owner, team.viewer):
        make_token(maker, name="CI", scopes=("read",))
    return team.owner


def makers() -> list[int]:
    return [*db.session.scalars(db.select(ApiToken.person_id).order_by(ApiToken.id))]


def test_a_new_password_ends_the_tokens_when_one_says_so(
    client: Browser, owner: Person, team: Team
):
    log_in(client, owner)
    assert "Also delete my 2 API tokens" in client.get("/account").text

    assert client.send("/account/password", {**CHANGED, "ends_tokens": "y"}).status_code == 303

    assert makers() == [team.viewer.id]
    ended = [line for line in list_lines(AuditFilter()) if line.action[-7:] == "revoked"]
    assert [line.person_id for line in ended] == [owner.id, owner.id]


def test_without_the_tick_they_stay(client: Browser, owner: Person):
    log_in(client, owner)

    assert client.send("/account/password", CHANGED).status_code == 303

    assert len(makers()) == 3


def test_the_box_is_ticked_for_a_lost_password(client: Browser, owner: Person, team: Team):
    with writing():
        token = accounts.make_link(owner, "reset")
    page = client.get(f"/reset/{token}").text
    assert 'checked id="ends_tokens"' in page

    new = {"new_password": NEW, "repeated": NEW, "ends_tokens": "y"}
    assert client.send(f"/reset/{token}", new).status_code == 303

    assert makers() == [team.viewer.id]


def test_no_token_is_made_by_the_password_of_before(
    monkeypatch: pytest.MonkeyPatch, owner: Person, team: Team
):
    compare = passwords.is_right

    def change_meanwhile(stored: str | None, password: str) -> bool:
        is_right = compare(stored, password)
        people.set_password(db.session.get_one(Person, owner.id), NEW)
        return is_right

    monkeypatch.setattr(passwords, "is_right", change_meanwhile)

    with pytest.raises(Invalid):
        make_with_password(owner, PASSWORD, name="CI", scopes=("read",), days=None)

    assert len(makers()) == 3


def test_turning_the_second_factor_on_may_end_them(client: Browser, owner: Person, team: Team):
    log_in(client, owner)
    secret = two_factor.make_secret()
    code = pyotp.TOTP(secret).at(clock.now())
    typed = {"secret": two_factor.wrap_secret(secret, owner), "code": code, "password": PASSWORD}

    client.send("/account/second-factor/on", {**typed, "ends_tokens": "y"})

    assert makers() == [team.viewer.id]


def test_who_has_none_is_not_asked(client: Browser, team: Team):
    log_in(client, team.owner)

    assert "ends_tokens" not in client.get("/account").text
