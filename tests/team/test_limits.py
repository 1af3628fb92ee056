"""Guessing passwords: how often, from where, and what is remembered of who tried."""

import hmac
import random
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, PASSWORD_HASH, log_in, make_person
from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import db, runtime
from wbtest.store import Invalid, RateLimited, writing
from wbtest.team import passwords
from wbtest.team.models import LimitCount, LimitKey, Person
from wbtest.team.passwords import check_password
from wbtest.team.rate_limits import (
    HOUR,
    PARTS,
    admit,
    count,
    count_request,
    forget_old_counts,
    names_of,
)

WRONG = "not the password"


@pytest.fixture
def ada(app: Flask) -> Person:
    return make_person("ada@example.com", "owner")


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred comparisons at full cost take seconds, and change no count."""
    monkeypatch.setattr(passwords, "_NOBODY", PASSWORD_HASH)


def guess(client: Browser, email: str, password: str = WRONG, ip: str = "192.0.2.1") -> int:
    response = client.send(
        "/login",
        {"email": email, "password": password},
        environ_overrides={"REMOTE_ADDR": ip},
    )
    return response.status_code


def guess_from_everywhere(client: Browser, email: str) -> list[int]:
    """A hundred guesses at an account, ten from each of ten networks."""
    return [guess(client, email, ip=f"198.51.100.{n % 10}") for n in range(100)]


def test_the_eleventh_guess_at_one_account_is_turned_away_in_its_network_alone(
    client: Browser, ada: Person
) -> None:
    codes = [guess(client, ada.email) for _ in range(11)]

    assert codes == [422] * 10 + [429]
    assert guess(client, ada.email, PASSWORD) == 429
    assert guess(client, ada.email, PASSWORD, "192.0.2.99") == 303


@pytest.mark.parametrize("email", ["ada@example.com", "eve@example.com"])
def test_after_a_hundred_guesses_at_an_account_a_new_network_waits_whether_it_is_known_or_not(
    client: Browser, app: Flask, ada: Person, now: HandClock, cheap: None, email: str
) -> None:
    codes = guess_from_everywhere(client, email)

    answer = client.send("/login", {"email": email, "password": PASSWORD})
    assert codes == [422] * 100
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "Wait 60 minutes, then try again." in answer.text
    now.turn(hours=1)
    assert guess(client, ada.email, PASSWORD) == 303


def test_what_strangers_guess_keeps_nobody_out_who_logged_in_before(
    client: Browser, app: Flask, ada: Person, cheap: None
) -> None:
    ours = app.test_client()
    guess(ours, ada.email, PASSWORD)
    ours.send("/logout")
    guess_from_everywhere(client, ada.email)

    assert guess(client, ada.email, PASSWORD) == 429
    assert guess(ours, ada.email, PASSWORD) == 303


def test_a_known_browser_has_ten_tries_and_those_of_strangers_stay_theirs(
    client: Browser, app: Flask, ada: Person, cheap: None
) -> None:
    guess(client, ada.email, PASSWORD)
    client.send("/logout")

    assert [guess(client, ada.email, ip=f"192.0.2.{n}") for n in range(11)] == [422] * 10 + [429]
    assert guess(app.test_client(), ada.email, PASSWORD) == 303


def test_a_cookie_that_we_did_not_sign_makes_nobody_known(
    client: Browser, app: Flask, ada: Person, cheap: None
) -> None:
    guess(client, ada.email, PASSWORD)
    cookie = client.get_cookie("wb-device")
    assert cookie is not None
    name, _, signature = cookie.value.partition(".")
    guess_from_everywhere(app.test_client(), ada.email)

    for junk in ("", ".", "a.b", "é.é", f"{name}.", f"{name}.x", f".{signature}"):
        forger = app.test_client()
        forger.set_cookie("wb-device", junk)
        assert guess(forger, ada.email, PASSWORD) == 429, junk


def test_a_browser_is_known_to_the_account_that_it_logged_in_to_alone(
    client: Browser, app: Flask, ada: Person, cheap: None
) -> None:
    eve = make_person("eve@example.com", "viewer")
    guess(client, eve.email, PASSWORD)
    client.send("/logout")
    guess_from_everywhere(app.test_client(), ada.email)

    assert guess(client, ada.email, PASSWORD) == 429


def test_an_open_session_goes_on_whatever_strangers_guess(
    client: Browser, app: Flask, ada: Person, cheap: None
) -> None:
    ours = app.test_client()
    log_in(ours, ada)
    guess_from_everywhere(client, ada.email)

    assert ours.send("/account/prove", {"password": PASSWORD}).status_code == 303


def test_counts_hold_in_another_process_and_after_a_restart(
    client: Browser, app: Flask, settings: Settings, ada: Person, now: HandClock
) -> None:
    for _ in range(10):
        guess(client, ada.email)
    other = create_app(settings, now)
    other.test_client_class = Browser

    answer = guess(other.test_client(), ada.email, PASSWORD)

    runtime(other).recorder.close()
    with other.app_context():
        db.engine.dispose()
    assert answer == 429


def test_it_is_open_again_after_a_quarter_of_an_hour(
    client: Browser, ada: Person, now: HandClock
) -> None:
    for _ in range(11):
        guess(client, ada.email)
    now.turn(minutes=15)

    assert guess(client, ada.email, PASSWORD) == 303


def test_the_wait_is_named_and_the_same_for_an_unknown_account(
    client: Browser, ada: Person, now: HandClock
) -> None:
    told = []
    emails = (ada.email, "eve@example.com")
    for email in emails * 10:
        guess(client, email)
    now.turn(seconds=30)
    for email in emails:
        place = {"REMOTE_ADDR": "192.0.2.1"}
        typed = {"email": email, "password": WRONG}
        response = client.send("/login", typed, environ_overrides=place)
        told.append((response.status_code, response.headers["Retry-After"]))
        assert "Wait 15 minutes, then try again." in response.text

    assert told == [(429, "870")] * 2


def test_spelling_an_e_mail_differently_gives_no_more_tries(client: Browser, ada: Person) -> None:
    spellings = ["ada@example.com", " ADA@example.com", "Ada@EXAMPLE.com ", "ada@Example.Com"]

    codes = [guess(client, spellings[n % 4]) for n in range(11)]

    assert codes[-1] == 429


def test_one_ip_has_a_hundred_tries_over_all_accounts(
    client: Browser, app: Flask, cheap: None
) -> None:
    codes = [guess(client, f"person{n}@example.com") for n in range(101)]

    assert codes == [422] * 100 + [429]
    assert guess(client, "person1@example.com", ip="192.0.2.2") == 422


@pytest.mark.parametrize(
    ("neighbours", "stranger"),
    [
        pytest.param(("2001:db8::1", "2001:db8::ffff"), "2001:db8:0:1::1", id="one-ipv6-line"),
        # IPv4 through a socket for both kinds.
        pytest.param(("::ffff:192.0.2.1", "192.0.2.1"), "::ffff:192.0.2.2", id="ipv4-spelt-twice"),
    ],
)
def test_neighbours_on_one_line_count_as_one_and_others_do_not(
    client: Browser, app: Flask, neighbours: tuple[str, str], stranger: str
) -> None:
    for n, ip in enumerate((*neighbours, stranger)):
        guess(client, f"person{n}@example.com", ip=ip)

    # Each email has a count here and one anywhere, and each line one; all strangers have one too.
    counts = sorted(db.session.scalars(db.select(LimitCount.hits)))
    assert counts == [1, 1, 1, 1, 1, 1, 1, 1, 2]


def test_the_right_password_forgives_the_wrong_ones(client: Browser, ada: Person) -> None:
    for _ in range(9):
        guess(client, ada.email)
    assert guess(client, ada.email, PASSWORD) == 303
    client.send("/logout")

    assert [guess(client, ada.email) for _ in range(10)] == [422] * 10


def test_a_password_is_compared_ten_times_no_matter_who_asks(ada: Person) -> None:
    for _ in range(10):
        with pytest.raises(Invalid):
            check_password(ada, WRONG)

    with pytest.raises(RateLimited):
        check_password(ada, PASSWORD)


def test_opening_the_log_in_is_never_counted(client: Browser, app: Flask) -> None:
    for _ in range(30):
        client.get("/login")

    assert db.session.scalar(db.select(db.func.count()).select_from(LimitCount)) == 0


def test_neither_ip_nor_e_mail_is_stored(client: Browser, ada: Person) -> None:
    guess(client, ada.email, ip="192.0.2.77")

    for key in db.session.scalars(db.select(LimitCount.key)):
        assert len(key) == 64
        assert "192.0.2.77" not in key
        assert "@" not in key


def test_the_same_ip_has_another_name_on_the_next_day(
    client: Browser, ada: Person, now: HandClock
) -> None:
    guess(client, ada.email)
    now.turn(days=1)
    guess(client, ada.email)

    # Each day the IP, and the account there and anywhere.
    assert len(set(db.session.scalars(db.select(LimitCount.key)))) == 6


def test_counts_that_are_over_are_deleted(client: Browser, ada: Person, now: HandClock) -> None:
    guess(client, ada.email)
    now.turn(hours=1)

    forget_old_counts(now())

    assert db.session.scalar(db.select(db.func.count()).select_from(LimitCount)) == 0


def test_counting_leaves_the_connection_as_careful_as_it_was(app: Flask) -> None:
    count_request("key", 1, HOUR)

    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


def test_in_any_hour_no_more_pass_than_may_and_an_old_count_keeps_nobody_out(
    app: Flask, now: HandClock
) -> None:
    most, chance = 5, random.Random(4)
    passed: list[datetime] = []
    # A day and a half, with a midnight.
    for _ in range(1_000):
        now.turn(seconds=chance.choice((0, 1, 299, 601)) * chance.random())
        total, _ = count_request("key", most, HOUR)
        if total <= most:
            passed.append(now())
        else:
            assert now() - passed[-most] < HOUR + HOUR / PARTS

    assert passed[-1].date() > passed[0].date()
    assert min(last - first for first, last in zip(passed, passed[most:], strict=False)) >= HOUR


def test_what_was_counted_before_midnight_counts_after_it(app: Flask, now: HandClock) -> None:
    now.turn(hours=14, minutes=50)
    admit("key", 1, HOUR)

    now.turn(minutes=20)
    with pytest.raises(RateLimited):
        admit("key", 1, HOUR)
    now.turn(minutes=40)
    admit("key", 1, HOUR)


def test_after_midnight_another_process_counts_under_the_same_names(
    app: Flask, settings: Settings, now: HandClock
) -> None:
    now.turn(hours=14, minutes=50)
    admit("key", 2, HOUR)
    now.turn(minutes=20)
    other = create_app(settings, now)
    with other.app_context():
        admit("key", 2, HOUR)
        db.engine.dispose()
    runtime(other).recorder.close()

    with pytest.raises(RateLimited):
        admit("key", 2, HOUR)


def test_there_is_room_after_the_wait_and_not_before(app: Flask, now: HandClock) -> None:
    for minutes in (50, 7, 9):
        now.turn(minutes=minutes)
        admit("key", 3, HOUR)
    with pytest.raises(RateLimited) as refused:
        admit("key", 3, HOUR)

    now.turn(seconds=refused.value.seconds - 1)
    with pytest.raises(RateLimited):
        admit("key", 3, HOUR)
    now.turn(seconds=1)
    admit("key", 3, HOUR)


def test_tries_that_were_refused_make_nobody_wait_longer(app: Flask, now: HandClock) -> None:
    admit("key", 1, HOUR)
    for _ in range(59):
        now.turn(minutes=1)
        with pytest.raises(RateLimited):
            admit("key", 1, HOUR)

    now.turn(minutes=1)
    admit("key", 1, HOUR)


def test_of_two_at_once_one_waits_for_the_other(app: Flask, now: HandClock) -> None:
    names = names_of("key")
    with db.engine.connect().execution_options(writes=True) as one:
        count(one, names, 1, HOUR)
        # Their counts would be two rows.
        now.turn(minutes=6)

        with pytest.raises(SQLAlchemyError), writing(within=0.05) as session:
            count(session.connection(), names, 1, HOUR)


def test_the_key_of_a_day_is_random_and_gone_two_days_later(app: Flask, now: HandClock) -> None:
    [first] = names_of("key")
    [key] = db.session.scalars(db.select(LimitKey.secret)).all()
    assert hmac.digest(key, b"key", "sha256").hex() == first

    now.turn(days=1)
    names_of("key")
    forget_old_counts(now())
    kept = db.session.scalars(db.select(LimitKey.secret)).all()
    assert (len(kept), key in kept) == (2, True)

    now.turn(days=1)
    forget_old_counts(now())
    assert key not in db.session.scalars(db.select(LimitKey.secret)).all()
