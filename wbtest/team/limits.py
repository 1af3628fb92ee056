"""How often something may be asked: Flask-Limiter over a table that all processes share.

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
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import Response
from flask_limiter import RequestLimit
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

from wbtest import driver, store
from wbtest.extensions import clock, db, limiter
from wbtest.runtime import runtime
from wbtest.team.models import LimitCount

View = TypeVar("View", bound=Callable[..., Any])
COUNTS = cast(sa.Table, LimitCount.__table__)
_HITS = f"SELECT key, hits FROM limit_counts WHERE key IN ({driver.MANY}) AND expires_at > ?"  # noqa: S608 - marks
# Made once, as all that every request of a program asks.
_ENDS = sa.select(LimitCount.expires_at).where(LimitCount.key == sa.bindparam("name"))
# Begins a window or counts in the open one.
_COUNTING = (
    " ON CONFLICT (key) DO UPDATE SET hits = CASE WHEN limit_counts.expires_at <= ? "
    "THEN excluded.hits ELSE limit_counts.hits + excluded.hits END, expires_at = CASE WHEN "
    "limit_counts.expires_at <= ? THEN excluded.expires_at ELSE limit_counts.expires_at END"
)
_OF_IPV4 = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"(?:{_OF_IPV4}\.){{3}}{_OF_IPV4}")
OnBreach = Callable[[RequestLimit], Response | None]


def network() -> str:
    """Who asks, as a network."""
    return network_of(get_remote_address())


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


def per_ip(limit: str, on_breach: OnBreach | None = None) -> Callable[[View], View]:
    """Allow a view that many POSTs per IP: ``@per_ip("60 per hour")``, below the permission.

    Too many are answered with 429 and Retry-After, or with what ``on_breach`` returns. Counting is
    a write of its own, so it must not happen inside ``store.writing``; a decorator never does.
    """
    counted = limiter.limit(limit, key_func=network, methods=["POST"], on_breach=on_breach)
    return cast(Callable[[View], View], counted)


def seconds_left() -> int:
    """How long the one who was just turned away has to wait, at least one second."""
    limit = limiter.current_limit
    return max(1, round(limit.reset_at - clock.now().timestamp())) if limit else 60


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
    values = {"key": key, "amount": amount, "now": now, "end": now + lasts}
    hits: int = connection.execute(_told(connection.dialect.name), values).scalar_one()
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
    ends = connection.scalar(_ENDS, {"name": name})
    return max(1, round((ends - now).total_seconds())) if ends else 1


class CountStorage(Storage):
    """Counts in fixed windows in the app's own database; importing this module registers it."""

    STORAGE_SCHEME = ["wbtest"]  # noqa: RUF012 - as the base class declares it

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` more and return the total of the window, which lasts ``expiry`` s."""
        with _counting() as connection:
            return count(connection, _hidden(key), timedelta(seconds=expiry), amount)

    def get(self, key: str) -> int:
        """How much was counted in the window that is open, 0 without one."""
        found = self._find(key)
        return found.hits if found else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now when none is open."""
        found = self._find(key)
        end: datetime = found.expires_at if found else clock.now()
        return end.timestamp()

    def clear(self, key: str) -> None:
        with _counting() as connection:
            connection.execute(sa.delete(LimitCount).where(LimitCount.key == _hidden(key)))

    def reset(self) -> int:
        with _counting() as connection:
            return connection.execute(sa.delete(LimitCount)).rowcount

    def check(self) -> bool:
        """Whether the table can be read."""
        with db.engine.connect() as connection:
            connection.execute(sa.select(sa.func.count()).select_from(LimitCount))
        return True

    def _find(self, key: str) -> sa.Row[int, datetime] | None:
        wanted = sa.select(LimitCount.hits, LimitCount.expires_at).where(
            LimitCount.key == _hidden(key), LimitCount.expires_at > clock.now()
        )
        with db.engine.connect() as connection:
            return connection.execute(wanted).first()


@cache
def _counted(dialect: str) -> Any:
    """One statement that begins a window or counts in the open one. Made once: that is slow."""
    amount = sa.bindparam("amount", type_=sa.Integer)
    end = sa.bindparam("end", type_=store.UtcDateTime)
    is_over = LimitCount.expires_at <= sa.bindparam("now", type_=store.UtcDateTime)
    return (
        store.insert(dialect, LimitCount)
        .values(key=sa.bindparam("key"), hits=amount, expires_at=end)
        .on_conflict_do_update(
            index_elements=[LimitCount.key],
            set_={
                "hits": sa.case((is_over, amount), else_=LimitCount.hits + amount),
                "expires_at": sa.case((is_over, end), else_=LimitCount.expires_at),
            },
        )
    )


@cache
def _told(dialect: str) -> Any:
    """The same, which returns the total."""
    return _counted(dialect).returning(LimitCount.hits)


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
