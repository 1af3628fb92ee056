"""What stands in the audit log about one's own account: each thing once, and no secret."""

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, log_in
from tests.team.deeds import signed
from tests.team.mailbox import code_of, mails_to, path_in
from wbtest.team import two_factor
from wbtest.team.audit import AuditFilter, list_lines
from wbtest.team.models import AuditLine, Person

MAIL_URL = "smtp://127.0.0.1:1"

NEW = "another quiet word"


def lines() -> list[AuditLine]:
    """All lines, the oldest first."""
    return list(list_lines(AuditFilter()))[::-1]


def test_what_happens_to_password_and_e_mail_is_told(
    client: Browser,
    elsewhere: Browser,
    ada: Person,
) -> None:
    elsewhere.send("/reset", {"email": ada.email})
    elsewhere.send(path_in(mails_to(ada.email)[0]), {"new_password": NEW, "repeated": NEW})
    log_in(client, ada)
    client.send("/account/email", {"new_email": "ada@new.example", "password": NEW})
    client.send(path_in(mails_to("ada@new.example")[0]))
    client.send("/account", {"name": "Ada Lovelace"})

    told = [(line.action, line.about) for line in lines()]
    assert told == [
        ("login.reset_asked", ""),
        ("login.reset", ""),
        ("login.email_asked", ""),
        ("login.email_changed", "ada@example.com"),
        ("login.renamed", "Ada"),
    ]


def test_what_happens_to_devices_is_told(
    client: Browser,
    elsewhere: Browser,
    ada: Person,
) -> None:
    log_in(client, ada)
    page = client.get("/account").text
    key = page.partition('name="device" value="')[2].partition('"')[0]

    client.send("/account/devices/log-out", {"device": key})
    log_in(elsewhere, ada)
    for _ in range(2):
        client.send("/account/devices/log-out-others")

    told = [line.action for line in lines()]
    assert told == ["login.session_ended", "login.sessions_ended"]


def test_what_happens_to_the_second_factor_is_told(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    two_factor.turn_off_for(ada)
    [paper, *_] = two_factor.turn_on(ada, secret, password=PASSWORD, code=code_of(secret, now))
    for code in ("000000", paper):
        path = client.send("/login", {"email": ada.email, "password": PASSWORD}).location
        client.send(path or "", {"code": code})
    now.turn(seconds=30)
    client.send("/account/second-factor/off", {"password": PASSWORD, "code": code_of(secret, now)})

    told = [(line.action, line.about) for line in lines()]
    assert told == [
        ("factor.turned_on", ""),
        ("person.factor_off", signed(ada)),
        ("factor.turned_on", ""),
        ("login.code_refused", ""),
        ("login.recovery_code_used", "9 left"),
        ("login.succeeded", ""),
        ("factor.turned_off", ""),
    ]
