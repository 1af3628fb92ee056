"""How often something may be asked, counted in fixed windows in a table that all processes share.

Views count by the network that asks; tries at a password or code are counted where it is compared
(``tries``).

A key is an HMAC of whoever asks, under a key that changes every day; neither an IP nor an e-mail is
stored. At midnight UTC all counts therefore begin anew.
"""

import hmac
import ipaddress
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import request

from wbtest import driver, store
from wbtest.extensions import clock, db
from wbtest.runtime import runtime
from wbtest.team.models import LimitCount

View = TypeVar("View", bound=Callable[..., Any])
COUNTS = cast(sa.Table, LimitCount.__table__)
_HITS = f"SELECT key, hits FROM limit_counts WHERE key IN ({driver.MANY}) AND expires_at > ?"  # noqa: S608 - marks
# Begins a window or counts in the open one.
_COUNTING = (
    " ON CONFLICT (key) DO UPDATE SET hits = CASE WHEN limit_counts.expires_at <= ? "
    "THEN excluded.hits ELSE limit_counts.hits + excluded.hits END, expires_at = CASE WHEN "
    "limit_counts.expires_at <= ? THEN excluded.expires_at ELSE limit_counts.expires_at END"
)
_OF_IPV4 = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"(?:{_OF_IPV4}\.){{3}}{_OF_IPV4}")
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


class RateLimited(store.Refused):
    """This was asked too often; it may be asked again in ``seconds``."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(in_words(seconds))
        self.seconds = seconds


def in_words(seconds: int) -> str:
    """Return what to say to whoever has to wait.

    >>> in_words(61)
    'Wait 2 minutes, then try again.'
    """
    minutes = -(-seconds // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"Wait {wait}, then try again."


def network() -> str:
    """Who asks, as a network."""
    return network_of(request.remote_addr or "")


def network_of(address: str) -> str:
    """Return an IPv4 address, or the /64 that one IPv6 line has to itself."""
    # Nearly every address is one of these, which is known by the name it has.
    if _IPV4.fullmatch(address):
        return address
    try:
        asking = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(asking, ipaddress.IPv6Address):
        # A socket for both kinds names IPv4 this way; all of it would be one /64.
        if asking.ipv4_mapped:
            return str(asking.ipv4_mapped)
        return str(ipaddress.ip_network((asking, 64), strict=False))
    return str(asking)


def per_ip(most: int, lasts: timedelta) -> Callable[[View], View]:
    """Allow a view ``most`` POSTs per network and window: ``@per_ip(60, HOUR)``.

    It stands below the permission. Too many are answered with 429 and Retry-After.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> Any:
            if request.method == "POST":
                admit(f"{view.__module__}.{view.__name__} {network()}", most, lasts)
            return view(*args, **kwargs)

        return cast(View, limited)

    return declare


def admit(key: str, most: int, lasts: timedelta) -> None:
    """Count one more under this key. Raises RateLimited for more than ``most`` in a window.

    Counting is a write of its own, so it must not happen inside ``store.writing``.
    """
    total, seconds = count_request(key, lasts)
    if total > most:
        raise RateLimited(seconds)


def forgive(keys: Collection[str]) -> None:
    """Forget what was counted under these keys."""
    with _counting() as connection:
        names = [_hidden(key) for key in keys]
        connection.execute(sa.delete(LimitCount).where(LimitCount.key.in_(names)))


def forget_old_counts(now: datetime) -> None:
    """Delete the counts whose time is over; a job of the worker."""
    with store.writing() as session:
        session.execute(db.delete(LimitCount).where(LimitCount.expires_at <= now))


def name_of(what: str, address: str) -> str:
    """Return under which name ``what`` is done from this address's network is counted today."""
    return _hidden(f"{what} {network_of(address)}")


def name_for(what: str, whom: str) -> str:
    """Return under which name ``what`` is done for this e-mail is counted today."""
    return _hidden(f"{what} {whom}")


def wait_for(name: str, most: int) -> int:
    """Return for how many seconds nothing more may be counted under ``name``, 0 for not at all.

    It only looks: who is let in is counted with what they bring, by ``count_many``, so that one
    write does for both.
    """
    now = clock.now()
    with db.engine.connect() as connection:
        is_full = hits_of(connection, [name], now).get(name, 0) >= most
        return seconds_until_free(connection, name, now) if is_full else 0


def count_alone(name: str, lasts: timedelta) -> None:
    """Count what brings nothing that is stored, in a write of its own."""
    store.end_reading()
    with _counting() as connection:
        count(connection, name, lasts)


def count(connection: sa.Connection, key: str, lasts: timedelta, amount: int = 1) -> int:
    """Count ``amount`` more in the open transaction; return the total of the window."""
    now = clock.now()
    is_over = LimitCount.expires_at <= now
    values = {"hits": amount, "expires_at": now + lasts}
    counting = store.insert(connection.dialect.name, LimitCount).values(key=key, **values)
    query = counting.on_conflict_do_update(
        index_elements=[LimitCount.key],
        set_={
            "hits": sa.case((is_over, amount), else_=LimitCount.hits + amount),
            "expires_at": sa.case((is_over, now + lasts), else_=LimitCount.expires_at),
        },
    ).returning(LimitCount.hits)
    hits: int = connection.scalar(query)
    return hits


def count_request(key: str, lasts: timedelta) -> tuple[int, int]:
    """Count one more; return the total of the window, and for how many seconds it is open."""
    name = _hidden(key)
    with _counting() as connection:
        total = count(connection, name, lasts)
        return total, seconds_until_free(connection, name, clock.now())


def count_many(
    connection: sa.Connection, amounts: Mapping[str, int], lasts: timedelta, now: datetime
) -> None:
    """Count so much more under each name, in the open transaction."""
    begun, ends = driver.moment_of(now, connection), now + lasts
    # In one order, so that no two transactions wait for each other.
    rows = [(key, amount, ends) for key, amount in sorted(amounts.items())]
    driver.insert(
        connection, COUNTS, ("key", "hits", "expires_at"), rows, _COUNTING, (begun, begun)
    )


def hits_of(connection: sa.Connection, names: Collection[str], now: datetime) -> dict[str, int]:
    """Return how much is counted under these names, without those of which nothing is."""
    begun = driver.moment_of(now, connection)
    return dict(driver.ask_each(connection, _HITS, names, (begun,)))


def seconds_until_free(connection: sa.Connection, name: str, now: datetime) -> int:
    """Return after how many seconds what was counted under a name is forgotten, at least 1."""
    ends = connection.scalar(sa.select(LimitCount.expires_at).where(LimitCount.key == name))
    return max(1, round((ends - now).total_seconds())) if ends else 1


def _hidden(key: str) -> str:
    secret = runtime().settings.secret_key
    today = _daily(secret, clock.now().date().isoformat())
    return hmac.digest(today, key.encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _daily(secret: str, day: str) -> bytes:
    return hmac.digest(secret.encode(), f"limits of {day}".encode(), "sha256")


@contextmanager
def _counting() -> Iterator[sa.Connection]:
    """A write transaction that does not wait for the disk: a count lost with the power is no loss.

    A sign-up would otherwise wait for two writes to reach the disk, its own and this one.
    """
    with (
        store.lock(),
        db.engine.connect().execution_options(writes=True) as connection,
        _relaxed(connection),
        connection.begin(),
    ):
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
        yield connection


@contextmanager
def _relaxed(connection: sa.Connection) -> Iterator[None]:
    """On SQLite, where how to sync belongs to the connection and not to the transaction."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        driver.execute(f"PRAGMA synchronous={store.PRAGMAS['synchronous']}")
