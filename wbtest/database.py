"""The database: how it is reached, when it is away, its schema, and reading all of one moment.

A process that finds the right schema loads no Alembic.
"""

import os
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import exc

from wbtest import store
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
# would wait for it for two hours, also when the machine has long been back, and every other
# write with it. By these a silent one is given up after 25 s.
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
MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_FILES = MIGRATIONS / "versions"
# Where Alembic notes the revision.
REVISION_TABLE = "alembic_version"


def read_one_moment() -> None:
    """Let all that is read from here on be of one moment, whatever is written meanwhile.

    It lasts until the transaction ends. What was read before is read again.
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
    said = {*sa.make_url(url).query}
    if "PGCONNECT_TIMEOUT" in os.environ:
        said.add("connect_timeout")
    return {name: value for name, value in TIMEOUTS.items() if name not in said} | ENCODING


def create_schema(migrations: Path | None = None) -> None:
    """Give an empty database or one of an earlier release the schema of this code, whole or not.

    Raises StoreBroken when the database has another schema.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    check_schema(may_be_earlier=True)
    config = Config()
    folder = str(migrations or MIGRATIONS)
    config.set_main_option("script_location", folder.replace("%", "%%"))
    with store.lock():
        try:
            command.upgrade(config, "head")
        except CommandError:
            # Another version may have created its own since we looked.
            check_schema(may_be_earlier=True)
            raise


def check_schema(*, may_be_earlier: bool = False) -> None:
    """Raise StoreBroken unless the database is empty or has the schema that this code needs.

    ``may_be_earlier`` lets one of an earlier release pass, too.
    """
    # In this order: another machine may be creating the tables right now.
    if is_empty() or is_schema_current():
        return
    if is_schema_earlier():
        if may_be_earlier:
            return
        raise store.StoreBroken(
            "This database is of an earlier release. `wbtest serve` upgrades it when it starts."
        )
    is_sqlite = db.engine.dialect.name == "sqlite"
    afresh = "move the file away" if is_sqlite else "name an empty database in WBTEST_DATABASE_URL"
    revision = current_revision()
    if revision is None:
        raise store.StoreBroken(
            "This database has tables of another program. Nothing was changed. To start afresh, "
            f"{afresh}."
        )
    raise store.StoreBroken(
        f"This database {describe_other_version(revision)} Use that version, or {afresh} to start "
        "afresh."
    )


def describe_other_version(revision: str) -> str:
    """Two sentences about a database, or a copy of one, without the subject of the first."""
    return (
        f"was made by another version of wbtest (schema {revision}; this one needs "
        f"{head_revision()}). Nothing was changed."
    )


def is_schema_current() -> bool:
    """Whether the database has the schema that this code needs."""
    return current_revision() == head_revision()


def is_schema_earlier() -> bool:
    """Whether the database has the schema of an earlier release, which this code can upgrade."""
    return current_revision() in revisions()[:-1]


def current_revision() -> str | None:
    """The revision of the schema that the database has, or None."""
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table(REVISION_TABLE):
            return None
        found: str | None = connection.scalar(
            sa.select(sa.column("version_num")).select_from(sa.table(REVISION_TABLE))
        )
    return found


def head_revision() -> str:
    """The revision of the schema that this code needs."""
    return revisions()[-1]


def revisions() -> tuple[str, ...]:
    """The revisions that this code knows, oldest first; each names the file of its migration."""
    return _revisions_in(MIGRATION_FILES)


@cache
def _revisions_in(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in folder.glob("*.py")))


def is_empty() -> bool:
    """Whether the database has no table at all."""
    return not sa.inspect(db.engine).get_table_names()
