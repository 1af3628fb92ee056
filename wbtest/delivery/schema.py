"""The shape of the database: what it has, what this code expects, and how to get there.

A process that finds it as it should be loads no Alembic.
"""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from wbtest import store
from wbtest.extensions import db

FOLDER = Path(store.__file__).parent / "migrations" / "versions"
# Where Alembic notes the last migration.
NOTED = "alembic_version"


def upgrade() -> None:
    """Run the migrations that the database lacks, all or none.

    Raises StoreBroken when a newer version of the program made the database.
    """
    from alembic import command

    check_known()
    ours = current_app.extensions["migrate"]
    with store.lock():
        command.upgrade(ours.migrate.get_config(ours.directory), "head")


def check_known() -> None:
    """Raise StoreBroken when a newer version of the program made the database."""
    revision = current_revision()
    if revision and not is_known(revision):
        raise store.StoreBroken(
            "The database was made by a newer version of wbtest. "
            "Install that version again, or restore a backup from before it."
        )


def is_known(revision: str) -> bool:
    """Whether this version of the program has the migration."""
    return revision in revisions()


def is_current() -> bool:
    """Whether the database has the shape that this code expects."""
    return current_revision() == newest_revision()


def current_revision() -> str | None:
    """The last migration that the database went through, or None."""
    with db.engine.connect() as connection:
        if not sa.inspect(connection).has_table(NOTED):
            return None
        found: str | None = connection.scalar(
            sa.select(sa.column("version_num")).select_from(sa.table(NOTED))
        )
    return found


def newest_revision() -> str:
    """The last migration there is."""
    return revisions()[-1]


def is_empty() -> bool:
    """Whether the database holds no table at all."""
    return not sa.inspect(db.engine).get_table_names()


@cache
def revisions() -> tuple[str, ...]:
    """All migrations in their order. A file is named by its number, and so is what it brings."""
    return tuple(sorted(file.name.partition("_")[0] for file in FOLDER.glob("[0-9]*_*.py")))
