"""The schema of the database: what it has, what this code needs, and how an empty one gets it.

A process that finds the right one loads no Alembic.
"""

from functools import cache
from pathlib import Path

import sqlalchemy as sa

from wbtest import store
from wbtest.extensions import db

MIGRATIONS = Path(store.__file__).parent / "migrations"
FOLDER = MIGRATIONS / "versions"
# Where Alembic notes the revision.
NOTED = "alembic_version"


def create(migrations: Path = MIGRATIONS) -> None:
    """Create all tables in an empty database, all or none; the right ones are left as they are.

    Raises StoreBroken when the database has another schema.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    check()
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with store.lock():
        try:
            command.upgrade(config, "head")
        except CommandError:
            # Another version may have created its own since we looked.
            check()
            raise


def check() -> None:
    """Raise StoreBroken unless the database is empty or has the schema that this code needs."""
    # In this order: another machine may be creating the tables right now.
    if is_empty() or is_current():
        return
    is_sqlite = db.engine.dialect.name == "sqlite"
    afresh = "move the file away" if is_sqlite else "name an empty database in WBTEST_DATABASE_URL"
    revision = current_revision()
    if revision is None:
        raise store.StoreBroken(
            "This database has tables of another program. Nothing was changed. To start afresh, "
            f"{afresh}."
        )
    raise store.StoreBroken(
        f"This database {of_another_version(revision)} Use that version, or {afresh} to start "
        "afresh."
    )


def of_another_version(revision: str) -> str:
    """Two sentences about a database, or a copy of one, without the subject of the first."""
    return (
        f"was made by another version of wbtest (schema {revision}; this one needs "
        f"{head_revision()}). Nothing was changed."
    )


def is_current() -> bool:
    """Whether the database has the schema that this code needs."""
    return current_revision() == head_revision()


def current_revision() -> str | None:
    """The revision of the schema that the database has, or None."""
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table(NOTED):
            return None
        found: str | None = connection.scalar(
            sa.select(sa.column("version_num")).select_from(sa.table(NOTED))
        )
    return found


@cache
def head_revision() -> str:
    """The revision of the schema that this code needs. The one migration is named by it."""
    (file,) = FOLDER.glob("*.py")
    return file.stem


def is_empty() -> bool:
    """Whether the database has no table at all."""
    return not sa.inspect(db.engine).get_table_names()
