"""How Alembic reaches the database: through the app that is running."""

from typing import Any

import sqlalchemy as sa
from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def run(connection: sa.Connection | None = None, **more: Any) -> None:
    """Run the migrations, each in a transaction of its own."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        compare_type=True,
        render_as_batch=db.engine.dialect.name == "sqlite",
        transaction_per_migration=True,
        **more,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run(url=db.engine.url.render_as_string(hide_password=False), literal_binds=True)
else:
    with db.engine.connect() as open_connection:
        run(open_connection)
