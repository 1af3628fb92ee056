"""How the database is reached, when it is away, and how to read all of one moment."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from sqlalchemy import exc, make_url

from wbtest.extensions import db

View = TypeVar("View", bound=Callable[..., Any])
# One that has become a replica takes no writes, and calls that an internal error.
AWAY = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
# PostgreSQL's numbers for a table or column that is not there, or not ours: in its place is an
# older database now, or another one.
OTHER_SHAPE = ("42P01", "42703", "42501")
# A page of a table or index that is damaged, and what follows in a transaction that failed.
DAMAGED = ("XX001", "XX002", "25P02")
# Of a machine whose power is gone nothing comes, no end of a connection either. The system alone
# would wait for it for two hours, also when the machine has long been back: and with it whoever
# wants to store something. By these a silent one is given up after 25 s.
TIMEOUTS: dict[str, object] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# Whatever the encoding of the database is: of one that was made without any the driver returns
# bytes, and SQLAlchemy breaks before ``store.check_rules`` can say what to do.
ENCODING: dict[str, object] = {"client_encoding": "utf8"}


def read_one_moment() -> None:
    """Let all that is read from here on be of one moment, whatever is written meanwhile.

    It lasts until the transaction ends. What was read before is read anew.
    """
    session = db.session
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        # On SQLite every transaction is of the moment of its first read.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def of_one_moment(view: View) -> View:
    """Let all that a view reads be of one moment, who is asking included.

    Otherwise a page of figures ends the transaction in which it looked that up, and asks again.
    """

    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Any:
        read_one_moment()
        return view(*args, **kwargs)

    return cast(View, reading)


def is_away(error: BaseException) -> bool:
    """Whether the database cannot do its work now, so that to try later may help.

    >>> is_away(exc.InternalError("", None, Exception("read-only transaction")))
    True
    >>> is_away(exc.DataError("", None, Exception("too long")))
    False
    """
    if isinstance(error, AWAY) or type(error) is exc.DatabaseError:
        # The last is what SQLite says of a damaged file.
        return True
    return _state(error) in OTHER_SHAPE


def is_everywhere(error: BaseException) -> bool:
    """Whether it is away for anything that is asked, and not for what touches a damaged page."""
    is_damage = type(error) is exc.DatabaseError or _state(error) in DAMAGED
    return is_away(error) and not is_damage


def _state(error: BaseException) -> str:
    found: str | None = getattr(getattr(error, "orig", None), "sqlstate", "")
    return found or ""


def connect_options(url: str) -> dict[str, object]:
    """Return what a connection is told; how long it waits an address may say otherwise, or libpq's
    PGCONNECT_TIMEOUT.

    >>> connect_options("postgresql+psycopg://far/wbtest?connect_timeout=60")["keepalives_idle"]
    10
    """
    said = {*make_url(url).query}
    if "PGCONNECT_TIMEOUT" in os.environ:
        said.add("connect_timeout")
    return {name: value for name, value in TIMEOUTS.items() if name not in said} | ENCODING
