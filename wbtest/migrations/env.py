"""How Alembic reaches the database: through the app that is running."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import context

from wbtest.extensions import db
from wbtest.store import GROUP_LOCK


def run(connection: sa.Connection) -> None:
    """Run the migrations in one transaction: when one breaks, the version from before goes on."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        compare_type=True,
        render_as_batch=db.engine.dialect.name == "sqlite",
        # Alembic believes that SQLite cannot undo DDL; as we begin transactions, it can.
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


@contextmanager
def alone(connection: sa.Connection) -> Iterator[None]:
    """Two machines that start at once migrate one after the other; SQLite has our file lock."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execute(sa.select(sa.func.pg_advisory_lock(GROUP_LOCK)))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(sa.select(sa.func.pg_advisory_unlock(GROUP_LOCK)))
        connection.commit()


with db.engine.connect().execution_options(writes=True) as opened, alone(opened):
    run(opened)
