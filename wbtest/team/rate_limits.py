"""How often something may be done: at most so many times in any stretch of an hour, say.

Views count by the IP or network that asks; tries at a password or code are counted where it is
compared (``reauthentication.count_try``). All processes share the table. A stretch is cut into
PARTS, and what was counted in one of them is forgotten together: so a count holds for as long as
the stretch, and for up to one part more.

A name is an HMAC of who asks, under a random key of the day which is deleted two days later and is
in no backup. So neither an IP nor an email is stored, and nobody can find out later whose it was.
"""

import hmac
import math
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import request

from wbtest import driver, networks, store
from wbtest.extensions import clock, db, runtime
from wbtest.team.models import LimitCount, LimitKey

View = TypeVar("View", bound=Callable[..., Any])
# Under the first is counted; what is counted under the others holds, too.
Names = tuple[str, ...]
COUNTS = cast(sa.Table, LimitCount.__table__)
_HITS = (
    f"SELECT key, SUM(hits) FROM limit_counts WHERE key IN ({driver.MANY}) AND expires_at > ?"  # noqa: S608 - marks
    " GROUP BY key"
)
_COUNTING = " ON CONFLICT (key, expires_at) DO UPDATE SET hits = limit_counts.hits + excluded.hits"
PARTS = 12
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
# No stretch of a name that changes by the day is longer.
LONGEST = HOUR
# For so long at most something is counted.
_KEPT = LONGEST + LONGEST / PARTS
DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def line() -> str:
    """Who asks: an IPv4 address, or the /64 that one IPv6 line has to itself."""
    return networks.line_of(request.remote_addr or "")


def network() -> str:
    """The network of who sends a public form; their line where the network is unknown."""
    address = request.remote_addr or ""
    known = networks.network_of(address)
    return known.hex() if known else networks.line_of(address)


def per_ip(most: int, lasts: timedelta) -> Callable[[View], View]:
    """Allow a view ``most`` POSTs of one line in any stretch that ``lasts``: ``@per_ip(60, HOUR)``.

    It stands below the permission. Too many are answered with 429 and Retry-After.
    """
    return _per(line, most, lasts)


def per_network(most: int, lasts: timedelta) -> Callable[[View], View]:
    """The same for a public form, by network."""
    return _per(network, most, lasts)


def _per(who: Callable[[], str], most: int, lasts: timedelta) -> Callable[[View], View]:
    def declare(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> Any:
            if request.method == "POST":
                admit(f"{view.__module__}.{view.__name__} {who()}", most, lasts)
            return view(*args, **kwargs)

        return cast(View, limited)

    return declare


def admit(key: str, most: int, lasts: timedelta) -> None:
    """Count one more under this key. Raises RateLimited when ``most`` were counted.

    Counting is a write of its own, so it must not happen inside ``store.writing``.
    """
    total, seconds = count_request(key, most, lasts)
    if total > most:
        raise store.RateLimited(seconds)


def forgive(keys: Collection[str]) -> None:
    """Forget what was counted under these keys."""
    names = [name for key in keys for name in names_of(key)]
    with _counting() as connection:
        connection.execute(sa.delete(LimitCount).where(LimitCount.key.in_(names)))


def forget_old_counts(now: datetime) -> None:
    """Delete the counts whose time is over and the keys of past days; a job of the worker."""
    yesterday = now.date() - DAY
    with store.writing() as session:
        session.execute(db.delete(LimitCount).where(LimitCount.expires_at <= now))
        session.execute(db.delete(LimitKey).where(LimitKey.day < yesterday))


def names_of(key: str) -> Names:
    """Return the names of a key: today's, and yesterday's while what it counted may hold.

    The first of a day makes its secret in a write of its own, so this must not be called inside
    ``store.writing``.
    """
    now = clock.now()
    days = dict.fromkeys((now.date(), (now - _KEPT).date()))
    return tuple(hmac.digest(_secret_of(day), key.encode(), "sha256").hex() for day in days)


def plain_names(what: str) -> Names:
    """Return the name of what tells of no visitor, which is the same every day."""
    return (sha256(what.encode()).hexdigest(),)


def wait_for(names: Names, most: int) -> int:
    """Return for how many seconds nothing more may be counted, 0 for not at all.

    It only looks: who is let in is counted with what they bring, by ``count_many``, so that one
    write does for both.
    """
    with db.engine.connect() as connection:
        total, seconds = _standing(connection, names, clock.now())
        return seconds if total >= most else 0


def count_alone(names: Names, most: int, lasts: timedelta) -> int:
    """Count what brings nothing that is stored, in a write of its own.

    Returns 0, or for how many seconds it must wait; then it was not counted.
    """
    store.end_reading()
    with _counting() as connection:
        total, seconds = count(connection, names, most, lasts)
        return seconds if total > most else 0


def count_request(key: str, most: int, lasts: timedelta) -> tuple[int, int]:
    """The same as ``count``, in a write of its own."""
    # Yesterday's name is looked at for no longer than that.
    assert lasts <= LONGEST
    names = names_of(key)
    with _counting() as connection:
        return count(connection, names, most, lasts)


def count(connection: sa.Connection, names: Names, most: int, lasts: timedelta) -> tuple[int, int]:
    """Count one more in the open transaction, unless ``most`` are counted already.

    Returns the total with this one, over ``most`` when it was not counted, and after how many
    seconds there is room again.
    """
    now = clock.now()
    if connection.dialect.name == "postgresql":
        # Or two at once would not see each other. SQLite has one writer at a time.
        locks = [sa.func.pg_advisory_xact_lock(int(name[:15], 16)) for name in sorted(names)]
        connection.execute(sa.select(*locks))
    total, seconds = _standing(connection, names, now)
    if total < most:
        count_many(connection, {names[0]: 1}, lasts, now)
    return total + 1, seconds or _seconds_until(_forgotten_at(now, lasts), now)


def count_many(
    connection: sa.Connection, amounts: Mapping[str, int], lasts: timedelta, now: datetime
) -> None:
    """Count so much more under each name, in the open transaction."""
    ends = _forgotten_at(now, lasts)
    # In one order, so that no two transactions wait for each other.
    rows = [(key, ends, amount) for key, amount in sorted(amounts.items())]
    driver.insert(connection, COUNTS, ("key", "expires_at", "hits"), rows, _COUNTING)


def hits_of(connection: sa.Connection, names: Collection[str], now: datetime) -> dict[str, int]:
    """Return how much is counted under these names, without those of which nothing is."""
    begun = driver.moment_of(now, connection)
    return dict(driver.ask_each(connection, _HITS, names, (begun,)))


def seconds_until_free(connection: sa.Connection, names: Names, now: datetime) -> int:
    """Return after how many seconds some of what is counted is forgotten, at least 1."""
    return _standing(connection, names, now)[1] or 1


def _standing(connection: sa.Connection, names: Names, now: datetime) -> tuple[int, int]:
    """How much is counted, and after how many seconds the oldest of it is forgotten, or 0."""
    first = sa.func.min(LimitCount.expires_at, type_=store.UtcDateTime())
    query = sa.select(sa.func.sum(LimitCount.hits), first)
    counted = query.where(LimitCount.key.in_(names), LimitCount.expires_at > now)
    total, ends = connection.execute(counted).one()
    return (total, _seconds_until(ends, now)) if ends else (0, 0)


def _seconds_until(ends: datetime, now: datetime) -> int:
    return math.ceil((ends - now).total_seconds())


def _forgotten_at(now: datetime, lasts: timedelta) -> datetime:
    """When what is counted now is forgotten: at the end of a part, once the stretch is over."""
    part = lasts / PARTS
    return _EPOCH - (_EPOCH - now - lasts) // part * part


def _secret_of(day: date) -> bytes:
    """Return the key of a day (UTC), which is made when first asked for."""
    known = runtime().limit_keys
    if day not in known:
        made = {"day": day, "secret": secrets.token_bytes(32)}
        with _counting() as connection:
            new = store.insert(connection.dialect.name, LimitKey).values(made)
            connection.execute(new.on_conflict_do_nothing())
            query = sa.select(LimitKey.secret).where(LimitKey.day == day)
            found = connection.execute(query).scalar_one()
        # This process forgets the others as the table does.
        for old in [other for other in known if abs(other - day) > DAY]:
            known.pop(old, None)
        known[day] = found
    return known[day]


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
