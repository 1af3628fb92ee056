"""`make migration`: writes the one migration there is, from nothing to what the models say.

Until the first release it is made again whenever the models change. Its revision names the schema,
so a database that another state of the models made is refused.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from alembic import autogenerate
from alembic.migration import MigrationContext
from alembic.operations import ops

from wbtest import create_app
from wbtest.config import from_environment
from wbtest.database import MIGRATION_FILES
from wbtest.extensions import Base
from wbtest.team.models import GUARDS

TEXT = '''"""All tables of the models, and the audit log's guards. Made by `make migration`."""

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


def revision() -> str:
    """Return the revision of the models: a digest of the DDL that they give on SQLite.

    With it goes what only PostgreSQL is told: the guards of the audit log there.
    """
    statements = [*GUARDS["postgresql"]]

    def note(statement: Any, *_more: Any) -> None:
        statements.append(str(statement.compile(dialect=engine.dialect)))

    engine = sa.create_mock_engine("sqlite://", note)
    Base.metadata.create_all(engine, checkfirst=False)
    digest = hashlib.sha256("\n".join(sorted(statements)).encode())
    return f"0001_{digest.hexdigest()[:12]}"


def text() -> str:
    """Return the migration as Alembic's autogenerate makes it on an empty SQLite, formatted."""
    with sa.create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection)
        found = autogenerate.produce_migrations(context, Base.metadata).upgrade_ops
    for table in found.ops if found else ():
        for step in table.ops if isinstance(table, ops.ModifyTableOps) else ():
            if isinstance(step, ops.CreateIndexOp):
                # The models tell PostgreSQL only once it creates them: see audience/models.py.
                step.kw.pop("postgresql_where", None)
                if "sqlite_where" in step.kw:
                    step.kw["postgresql_where"] = step.kw["sqlite_where"]
    made = TEXT.format(revision=revision(), upgrade=autogenerate.render_python_code(found))
    ruff = [sys.executable, "-m", "ruff", "format", "-"]
    return subprocess.run(ruff, input=made, capture_output=True, text=True, check=True).stdout


def write(folder: Path = MIGRATION_FILES) -> Path:
    """Replace the migration in ``folder`` and return its file."""
    made = text()
    for old in folder.glob("*.py"):
        old.unlink()
    file = folder / f"{revision()}.py"
    file.write_text(made, encoding="utf-8")
    return file


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as instance:
        # Loads all models.
        create_app(from_environment({"WBTEST_INSTANCE": instance}))
        click.echo(write())
