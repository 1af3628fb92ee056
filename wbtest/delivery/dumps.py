"""Backups of PostgreSQL: its own programs write and read them, we check and name them.

A password goes by the environment: a command line can be read by everybody on the machine.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from wbtest.delivery import schema
from wbtest.store import StoreBroken

OURS = ("alembic_version", "people")
# A newer version may have made tables of which the dump knows nothing.
DROP_ALL = (
    "DO $$ DECLARE name text; BEGIN"
    " FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP"
    " EXECUTE format('DROP TABLE public.%I CASCADE', name); END LOOP; END $$"
)


def dump(url: str, target: Path) -> None:
    """Write the database to ``target`` as it is at one moment, in PostgreSQL's custom format.

    The file appears under its name only when it is whole. Raises StoreBroken with the fix.
    """
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={part}")
        check(url, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def check(url: str, file: Path) -> None:
    """Raise StoreBroken unless ``file`` is a dump of ours that can be read to its end."""
    # Reads every row and writes none: a file that was cut off is found before anything changes.
    _run(url, "pg_restore", "--file=/dev/null", str(file), is_local=True)
    listed = _run(url, "pg_restore", "--list", str(file), is_local=True)
    if not all(f" TABLE DATA public {table} " in listed for table in OURS):
        raise StoreBroken(f"{file} is not a database of wbtest. Nothing was changed.")
    one = ("--data-only", "--table=alembic_version", "--file=-")
    rows = _run(url, "pg_restore", *one, str(file), is_local=True)
    if not any(schema.is_known(line.strip()) for line in rows.splitlines()):
        raise StoreBroken(f"{file} was made by a newer version of wbtest. Nothing was changed.")


def put_back(url: str, file: Path, folder: Path) -> None:
    """Put a checked dump in the database's place, all or nothing; ``folder`` has room for it."""
    how = ("--clean", "--if-exists", "--no-owner", "--no-acl")
    with TemporaryDirectory(dir=folder) as beside:
        script = Path(beside) / "restore.sql"
        # First to a file: if a part of it came straight to psql, that part would be taken for all.
        _run(url, "pg_restore", *how, f"--file={script}", str(file), is_local=True)
        one = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
        _run(url, "psql", *one, f"--command={DROP_ALL}", f"--file={script}")


def count_others(url: str) -> int:
    """How many connections there are to the database beside the one that asks."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        # PostgreSQL tidies up by itself, and stops when somebody wants the table.
        " AND backend_type <> 'autovacuum worker'"
    )
    with engine.connect() as connection:
        return int(connection.execute(others).scalar_one())


def is_empty(url: str) -> bool:
    """Whether the database holds no table."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return not sa.inspect(connection).get_table_names()


def _run(url: str, program: str, *arguments: str, is_local: bool = False) -> str:
    """Run one of PostgreSQL's programs and return what it prints; StoreBroken when it fails."""
    command = [program, *arguments, *([] if is_local else [f"--dbname={_address(url)}"])]
    if shutil.which(program) is None:
        raise StoreBroken(
            f"{program} is not here. Install it (Debian: apt install postgresql-client), or run "
            f"this where it is: {shlex.join(command).replace('.part', '')}"
        )
    password = sa.make_url(url).password
    done = subprocess.run(  # noqa: S603 - its own program, no shell
        command,
        env={**os.environ, **({"PGPASSWORD": str(password)} if password else {})},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:500]
        raise StoreBroken(f"{program} failed: {said}")
    return done.stdout


def _address(url: str) -> str:
    """As PostgreSQL's programs take it, without the password."""
    # ``set`` would take None for "leave it".
    parts = sa.make_url(url).set(drivername="postgresql")._replace(password=None)
    return parts.render_as_string(hide_password=False)
