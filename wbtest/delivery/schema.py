"""The shape of the database: what it has, what this code expects, and how to get there."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from wbtest import store
from wbtest.extensions import db

FOLDER = str(Path(store.__file__).parent / "migrations")


def upgrade() -> None:
    """Run the migrations that the database lacks, all or none.

    Raises StoreBroken when a newer version of the program made the database.
    """
    check_known()
    ours = current_app.extensions["migrate"]
    with store.lock():
        command.upgrade(ours.migrate.get_config(ours.directory), "head")


def check_known() -> None:
    """Raise StoreBroken when a newer version of the program made the database."""
    revision = current_revision()
    if revision and not is_known(revision, current_app.extensions["migrate"].directory):
        raise store.StoreBroken(
            "The database was made by a newer version of wbtest. "
            "Install that version again, or restore a backup from before it."
        )


def is_known(revision: str, directory: str = FOLDER) -> bool:
    """Whether this version of the program has the migration."""
    return revision in _all_in(directory)


def is_current() -> bool:
    """Whether the database has the shape that this code expects."""
    return current_revision() == newest_revision()


def current_revision() -> str | None:
    """The last migration that the database went through, or None."""
    with db.engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return heads[0] if heads else None


def newest_revision() -> str | None:
    """The last migration there is."""
    return _head_of(current_app.extensions["migrate"].directory)


def is_empty() -> bool:
    """Whether the database holds no table at all."""
    return not sa.inspect(db.engine).get_table_names()


@cache
def _head_of(directory: str) -> str | None:
    return ScriptDirectory(directory).get_current_head()


@cache
def _all_in(directory: str) -> frozenset[str]:
    scripts = ScriptDirectory(directory).walk_revisions()
    return frozenset(script.revision for script in scripts)
