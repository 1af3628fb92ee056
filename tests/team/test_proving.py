"""The password asked again: before what a stolen session must not do, and no more than needed."""

import io

import pyotp
import pytest

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, Team, log_in
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock, db
from wbtest.store import writing
from wbtest.team import two_factor
from wbtest.team.audit import AuditFilter, list_lines
from wbtest.team.delivery_settings import add_webhook
from wbtest.team.models import Invitation

MAIL_URL = "smtp://127.0.0.1:1"

INVITED = {"email": "mei@x.io", "role": "editor"}
AGAIN = "/account/prove?next=/settings/email"


@pytest.fixture
def stale(client: Browser, team: Team, now: HandClock) -> Browser:
    """The owner's browser, ten minutes after the log-in."""
    log_in(client, team.owner)
    add_webhook("https://hooks.example/larder", ["signup.created"])
    now.turn(minutes=10)
    return client


def open_invitations() -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(Invitation)) or 0


def test_a_look_is_asked_for_and_goes_on_to_where_one_was_going(stale: Browser, now: HandClock):
    assert stale.get("/settings/email").location == AGAIN

    answer = stale.send(AGAIN, {"password": PASSWORD})

    assert (answer.status_code, answer.location) == (303, "/settings/email")
    now.turn(minutes=9)
    assert stale.get("/settings/email").status_code == 200
    now.turn(minutes=1)
    assert stale.get("/settings/email").location == AGAIN


def test_a_form_waits_on_the_page_that_asks_and_goes_on_from_there(stale: Browser):
    asked = stale.send("/settings/invitations", INVITED)

    assert (asked.status_code, open_invitations()) == (403, 0)
    for name, text in INVITED.items():
        assert f'name="{name}" value="{text}"' in asked.text
    assert stale.send("/settings/invitations", {**INVITED, "password": PASSWORD}).status_code == 303
    assert open_invitations() == 1


def test_a_wrong_password_is_told_at_its_field_with_all_that_was_sent(stale: Browser):
    answer = stale.send("/settings/invitations", {**INVITED, "password": "not the password"})

    assert (answer.status_code, open_invitations()) == (422, 0)
    assert "This is not your password" in answer.text
    assert 'value="mei@x.io"' in answer.text
    assert "not the password" not in answer.text


def test_with_a_second_factor_the_password_alone_proves_nothing(
    stale: Browser, team: Team, now: HandClock
):
    secret = two_factor.make_secret()
    totp = pyotp.TOTP(secret)
    two_factor.turn_on(team.owner, secret, password=PASSWORD, code=totp.at(clock.now()))
    now.turn(minutes=1)

    assert stale.send(AGAIN, {"password": PASSWORD}).status_code == 422
    assert stale.send(AGAIN, {"password": PASSWORD, "code": "000000"}).status_code == 422
    code = totp.at(clock.now())
    assert stale.send(AGAIN, {"password": PASSWORD, "code": code}).status_code == 303


def test_another_e_mail_takes_the_code_too_once_the_log_in_is_older(
    stale: Browser, team: Team, now: HandClock
):
    secret = two_factor.make_secret()
    two_factor.turn_on(
        team.owner, secret, password=PASSWORD, code=pyotp.TOTP(secret).at(clock.now())
    )

    answer = stale.send("/account/email", {"new_email": "o@x.io", "password": PASSWORD})

    assert answer.status_code == 403
    assert 'value="o@x.io"' in answer.text


def test_guessing_is_counted_for_the_session_and_keeps_nobody_else_out(
    stale: Browser, team: Team, client: Browser
):
    wrong = {"password": "not the password"}
    for path in (AGAIN, "/settings/invitations") * 5:
        stale.send(path, {**INVITED, **wrong})

    answer = stale.send(AGAIN, {"password": PASSWORD})
    assert (answer.status_code, "Wait 15 minutes" in answer.text) == (429, True)
    assert answer.headers["Retry-After"] == "900"
    tried = client.application.test_client().send(
        "/login", {"email": team.owner.email, "password": PASSWORD}
    )
    assert tried.status_code == 303


def test_a_wrong_one_is_written_down(stale: Browser, team: Team):
    stale.send(AGAIN, {"password": "not the password"})

    [line, *_] = list_lines(AuditFilter())
    assert line.action == "login.password_refused"


@pytest.mark.parametrize(
    ("path", "onward"),
    [("/settings/danger", "/settings/danger"), ("/account/devices/log-out-others", "/")],
)
def test_a_file_cannot_wait_and_one_is_told_to_choose_it_again(
    stale: Browser, path: str, onward: str
):
    answer = stale.send(path, {"file": (io.BytesIO(b"mia@x.io"), "list.csv")})

    assert (answer.status_code, answer.location) == (303, f"/account/prove?next={onward}")
    assert "choose it again" in stale.get(answer.location).text


def test_whose_mail_did_not_arrive_is_not_told_before(stale: Browser, team: Team):
    with writing():
        mail = queue_mail(recipient="mia@x.io", subject="Hello", body="…")
        mail.state = "failed"

    sent = stale.send(f"/settings/email/{mail.id}/again")

    page = stale.get(sent.location)
    assert page.location == "/account/prove?next=/settings/email"
    asked = stale.get(page.location).text
    assert ("Email queued again" in asked, "mia@x.io" in asked) == (True, False)


def test_each_device_proves_for_itself(stale: Browser, team: Team):
    other = stale.application.test_client()
    log_in(other, team.owner)

    assert other.get("/settings/email").status_code == 200
    assert stale.get("/settings/email").location == AGAIN


def test_the_page_leads_to_no_other_site(stale: Browser):
    answer = stale.send("/account/prove?next=//e.com", {"password": PASSWORD})

    assert answer.location == "/"


def test_after_a_file_the_page_shows_the_way_back(stale: Browser):
    page = stale.get("/account/prove?next=/experiments/1/signups.csv").text

    assert '<a href="/experiments/1/signups">go back</a>' in page


def test_whose_role_is_too_low_is_told_so_and_not_asked(
    client: Browser, team: Team, now: HandClock
):
    log_in(client, team.editor)
    now.turn(minutes=10)

    assert "Confirm it’s you" not in client.send("/settings/invitations", INVITED).text
