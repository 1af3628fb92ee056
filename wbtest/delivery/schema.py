"""The shape of the database: what it has, what this code expects, and how to get there."""

from functools import cache

import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from wbtest import store
from wbtest.extensions import db


def upgrade() -> None:
    """Run the migrations that the database lacks; each is a transaction.

    Raises StoreBroken when a newer version of the program made the database.
    """
    ours = current_app.extensions["migrate"]
    config = ours.migrate.get_config(ours.directory)
    try:
        with store.lock():
            command.upgrade(config, "head")
    except CommandError as error:
        raise store.StoreBroken(
            "The database was made by a newer version of wbtest. "
            "Install that version again, or restore a backup from before it."
        ) from error


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
