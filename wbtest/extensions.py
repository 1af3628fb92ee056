"""The Flask extensions, as objects only; ``create_app`` ties them to an app."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from sqlalchemy import ClauseElement, Connection, Engine, MetaData, SelectBase, Table
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql import visitors

Now = Callable[[], datetime]
# Marks a table of sums, in which nobody is named: what pages of figures may read from a replica.
SUMS = {"info": {"is_sum": True}}
# The bind of the replica, and where a session keeps that its sums are read there.
REPLICA, SUMS_FROM = "replica", "sums from"
# Of a session: a transaction, and the connection on which it asks.
CONNECTION = "connection"


class Base(DeclarativeBase):
    """Parent of every model. Named constraints, so that migrations can change them on SQLite."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class RoutedSession(Session):
    """A session that asks the engine in ``info[SUMS_FROM]`` for sums, and for nothing else."""

    def get_bind(
        self,
        mapper: Any | None = None,
        clause: Any | None = None,
        bind: Engine | Connection | None = None,
        **more: Any,
    ) -> Engine | Connection:
        engine: Engine | None = self.info.get(SUMS_FROM)
        if engine is not None and bind is None and _asks_for_sums(clause):
            return engine
        return super().get_bind(mapper=mapper, clause=clause, bind=bind, **more)

    def connection_for(self, query: SelectBase) -> Connection:
        """Return the connection on which a select is asked now.

        Without a replica it is the same for all that a transaction asks, and looked for once.
        """
        begun = self.get_transaction()
        if SUMS_FROM in self.info or begun is None or self.in_nested_transaction():
            return self.connection(bind_arguments={"clause": query})
        of: object
        found: Connection
        of, found = self.info.get(CONNECTION, (None, None))
        # One that failed must say so.
        if of is not begun or not begun.is_active:
            found = self.connection(bind_arguments={"clause": query})
            self.info[CONNECTION] = (begun, found)
        return found


def _asks_for_sums(clause: ClauseElement | None) -> bool:
    if not isinstance(clause, SelectBase):
        return False
    tables = [part for part in visitors.iterate(clause) if isinstance(part, Table)]
    return bool(tables) and all(table.info.get("is_sum") for table in tables)


class Clock:
    """The app's idea of now, given to ``create_app`` so that a test can live through two weeks."""

    def init_app(self, app: Flask, now: Now) -> None:
        app.extensions["wbtest.now"] = now

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        now: Now = current_app.extensions["wbtest.now"]
        return now()


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


def seconds_of(now: Now) -> Callable[[], float]:
    """Return a clock that shows what ``now`` does, in seconds since 1970.

    The visitor path looks at it several times for each visit. That of the machine can be read
    without making a date first, in a sixth of the time.
    """
    return time.time if now is utc_now else lambda: now().timestamp()


db = SQLAlchemy(model_class=Base, session_options={"class_": RoutedSession})
csrf = CSRFProtect()
login = LoginManager()
# Counts in our own table, see team.limits: memory would count for each process alone.
limiter = Limiter(key_func=get_remote_address, storage_uri="wbtest://")
clock = Clock()


def connection_for(query: SelectBase) -> Connection:
    """Return the connection on which a select is asked now, in the session of this request."""
    return cast(RoutedSession, db.session()).connection_for(query)
