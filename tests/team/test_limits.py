"""Guessing passwords: how often, from where, and what is remembered of who tried."""

import ipaddress

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, PASSWORD_HASH, make_person, make_workspace
from wbtest.extensions import db, limiter
from wbtest.store import Invalid
from wbtest.team import passwords
from wbtest.team.limits import forget_old_counts, network_of
from wbtest.team.models import LimitCount, Person
from wbtest.team.own_password import check_password
from wbtest.team.tries import TooManyTries

WRONG = "not the password"


@pytest.fixture
def ada(app: Flask) -> Person:
    return make_person("ada@example.com", "owner", make_workspace())


def guess(client: Browser, email: str, password: str = WRONG, ip: str = "192.0.2.1") -> int:
    response = client.send(
        "/login",
        {"email": email, "password": password},
        environ_overrides={"REMOTE_ADDR": ip},
    )
    return response.status_code


def test_the_eleventh_guess_at_one_account_is_turned_away_wherever_it_comes_from(
    client: Browser, ada: Person
) -> None:
    codes = [guess(client, ada.email, ip=f"192.0.2.{n}") for n in range(11)]

    assert codes == [422] * 10 + [429]
    assert guess(client, ada.email, PASSWORD, "192.0.2.99") == 429


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
    for email in (ada.email, "eve@example.com"):
        for _ in range(10):
            guess(client, email)
        now.turn(seconds=30)
        response = client.send("/login", {"email": email, "password": WRONG})
        told.append((response.status_code, response.headers["Retry-After"]))
        assert "Wait 15 minutes, then try again." in response.text

    assert told == [(429, "870")] * 2


def test_spelling_an_e_mail_differently_gives_no_more_tries(client: Browser, ada: Person) -> None:
    spellings = ["ada@example.com", " ADA@example.com", "Ada@EXAMPLE.com ", "ada@Example.Com"]

    codes = [guess(client, spellings[n % 4]) for n in range(11)]

    assert codes[-1] == 429


def test_one_ip_has_a_hundred_tries_over_all_accounts(
    client: Browser, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hundred comparisons at full cost take seconds, and change no count.
    monkeypatch.setattr(passwords, "_NOBODY", PASSWORD_HASH)
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

    # Each e-mail has a count, and so has each line; all strangers have one together.
    counts = sorted(db.session.scalars(db.select(LimitCount.hits)))
    assert counts == [1, 1, 1, 1, 2, 3]


def test_the_right_password_forgives_the_wrong_ones(client: Browser, ada: Person) -> None:
    for _ in range(9):
        guess(client, ada.email)
    assert guess(client, ada.email, PASSWORD) == 303
    client.send("/logout")

    assert [guess(client, ada.email) for _ in range(10)] == [422] * 10


def test_a_password_is_compared_ten_times_whoever_asks_for_it(ada: Person) -> None:
    for _ in range(10):
        with pytest.raises(Invalid):
            check_password(ada, WRONG)

    with pytest.raises(TooManyTries):
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
        assert "ada" not in key.lower()


def test_the_same_ip_has_another_name_on_the_next_day(
    client: Browser, ada: Person, now: HandClock
) -> None:
    guess(client, ada.email)
    now.turn(days=1)
    guess(client, ada.email)

    # Each day its network, its account, and strangers who failed, though she is none.
    assert db.session.scalar(db.select(db.func.count()).select_from(LimitCount)) == 6


def test_counts_that_are_over_are_deleted(client: Browser, ada: Person, now: HandClock) -> None:
    guess(client, ada.email)
    now.turn(hours=1)

    forget_old_counts(now())

    assert db.session.scalar(db.select(db.func.count()).select_from(LimitCount)) == 0


def test_the_storage_counts_forgets_and_says_when_a_window_ends(app: Flask, now: HandClock) -> None:
    storage = limiter.storage
    assert [storage.incr("key", 60), storage.incr("key", 60, amount=2)] == [1, 3]
    assert storage.get("key") == 3
    assert storage.get_expiry("key") == now().timestamp() + 60

    storage.clear("key")

    assert storage.get("key") == 0
    assert storage.get_expiry("key") == now().timestamp()


def test_the_storage_can_be_checked_and_emptied(app: Flask) -> None:
    limiter.storage.incr("key", 60)

    assert limiter.storage.check()
    assert limiter.storage.reset() == 1


def test_counting_leaves_the_connection_as_careful_as_it_was(app: Flask) -> None:
    limiter.storage.incr("key", 60)

    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        else:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"


@given(st.lists(st.integers(0, 300).map(str) | st.text("0123456789.", max_size=4)).map(".".join))
@example("192.0.2.1")
@example("192.0.2.01")
@example("192.0.2.256")
@example("192.0.2.1\n")
@example("192.0.2.\u0661")
def test_an_ipv4_address_is_a_network_and_all_that_is_none_are_one(address: str) -> None:
    try:
        expected = str(ipaddress.IPv4Address(address))
    except ValueError:
        expected = "unknown"

    assert network_of(address) == expected
