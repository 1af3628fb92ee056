"""`make migration`: writes the newest migration, from the last release to what the models say.

Until it is released it is made again whenever the models change. Its revision names the schema, so
a database that another state of the models made is refused.
"""

import hashlib
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from alembic import autogenerate
from alembic.migration import MigrationContext
from alembic.operations import Operations, ops

from wbtest import create_app
from wbtest.config import from_environment
from wbtest.database import MIGRATION_FILES
from wbtest.extensions import Base
from wbtest.team.models import GUARDS

# What releases brought to people's databases: these migrations are never written again.
RELEASED: tuple[str, ...] = ("0001_8c25b95d85e5",)
FIRST = '''"""All tables of the models, and the audit log's guards. Made by `make migration`."""

import sqlalchemy as sa
from alembic import op

import wbtest.store
from wbtest.team.models import GUARDS

revision = "{revision}"
down_revision = None


def upgrade() -> None:
    {upgrade}
    for statement in GUARDS[op.get_context().dialect.name]:
        op.execute(statement)
'''
LATER = '''"""What changed since {before}. Made by `make migration`."""

import sqlalchemy as sa
from alembic import op

import wbtest.store

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    {upgrade}
'''


def revision(released: Sequence[str] = RELEASED) -> str:
    """Return the revision of the models: its number, and a digest of the DDL they give on SQLite.

    With it goes what only PostgreSQL is told: the guards of the audit log there.
    """
    statements = [*GUARDS["postgresql"]]

    def note(statement: Any, *_more: Any) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)))

    engine = sa.create_mock_engine("sqlite://", note)
    Base.metadata.create_all(engine, checkfirst=False)
    digest = hashlib.sha256("\n".join(sorted(statements)).encode()).hexdigest()[:12]
    if released and released[-1].endswith(digest):
        return released[-1]
    return f"{len(released) + 1:04}_{digest}"


def text(released: Sequence[str] = RELEASED) -> str:
    """Return the newest migration as Alembic's autogenerate makes it on SQLite, formatted.

    The database is empty, or has what the migrations of releases gave it.
    """
    with sa.create_engine("sqlite://", poolclass=sa.NullPool).connect() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for name in released:
                runpy.run_path(str(MIGRATION_FILES / f"{name}.py"))["upgrade"]()
        found = autogenerate.produce_migrations(context, Base.metadata).upgrade_ops
    for table in found.ops if found else ():
        for step in table.ops if isinstance(table, ops.ModifyTableOps) else ():
            if isinstance(step, ops.CreateIndexOp):
                # The models tell PostgreSQL only once it creates them: see audience/models.py.
                step.kw.pop("postgresql_where", None)
                if "sqlite_where" in step.kw:
                    step.kw["postgresql_where"] = step.kw["sqlite_where"]
    assert found is not None
    # SQLite alters a table by writing it again.
    upgrade = autogenerate.render_python_code(found, render_as_batch=bool(released))
    before = released[-1] if released else ""
    template = LATER if released else FIRST
    made = template.format(revision=revision(released), upgrade=upgrade, before=before)
    ruff = [sys.executable, "-m", "ruff", "format", "-"]
    return subprocess.run(ruff, input=made, capture_output=True, text=True, check=True).stdout


def write(folder: Path = MIGRATION_FILES, released: Sequence[str] = RELEASED) -> Path:
    """Replace the newest migration in ``folder``, unless it is released, and return its file."""
    made = text(released)
    for old in folder.glob("*.py"):
        if old.stem not in released:
            old.unlink()
    file = folder / f"{revision(released)}.py"
    if file.stem in released:
        return file
    file.write_text(made, encoding="utf-8")
    return file


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as instance:
        # Loads all models.
        create_app(from_environment({"WBTEST_INSTANCE": instance}))
        click.echo(write())
