"""Backups of PostgreSQL: its own programs write and read them, we check and name them.

A password goes by the environment: a command line can be read by everybody on the machine.
"""

import os
import re
import shlex
import shutil
import subprocess
import threading
import time
from pathlib import Path

import sqlalchemy as sa

from wbtest import database
from wbtest.delivery.backups import DUMP, LEFT_OUT, made_whole
from wbtest.store import StoreBroken

# How long PostgreSQL may take to let go of a connection that one of its own programs has closed.
LINGERS_SECONDS = 2.0
OURS = ("alembic_version", "people")
# What comes before the first statement that does something.
HEAD = (b"--", b"\\", b"\n", b"SET ")
# The row of the one table that names the schema.
REVISION = re.compile(r"^COPY public\.alembic_version .*\n(?!\\\.)(.+)$", re.MULTILINE)
TIMEOUT_OFF = re.compile(rb"SET (\w+_timeout) = 0;$")
# Another version may have made tables of which the dump knows nothing.
DROP_ALL = (
    # Or the notices of what goes along would hide the one sentence that says why it failed.
    "SET LOCAL client_min_messages = warning;"
    " DO $$ DECLARE name text; BEGIN"
    " FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP"
    " EXECUTE format('DROP TABLE public.%I CASCADE', name); END LOOP; END $$"
)


class ProgramFailed(StoreBroken):
    """One of PostgreSQL's programs ended with a complaint, which is the text."""


def dump(url: str, target: Path) -> None:
    """Write the database to ``target`` as it is at one moment, in PostgreSQL's custom format.

    The rows of LEFT_OUT are not in it.
    The file appears under its name only when it is whole. Raises StoreBroken with the fix, or when
    the database has another schema than this code needs.
    """
    with made_whole(target) as part:
        how = ("--format=custom", "--no-owner", "--no-acl")
        left_out = (f"--exclude-table-data=public.{table}" for table in LEFT_OUT)
        _run(url, "pg_dump", *how, *left_out, f"--file={part}")
        check(url, part)
        check_schema(url, part, "This database")


def check(url: str, file: Path) -> None:
    """Raise StoreBroken unless ``file`` is a dump of ours that can be read to its end."""
    try:
        # Reads every row and writes none: a file that was cut off is found before anything changes.
        _run(url, "pg_restore", "--file=/dev/null", str(file), is_local=True)
    except ProgramFailed as error:
        raise StoreBroken(f"{file} is not a whole backup: {error} Nothing was changed.") from error
    listed = _run(url, "pg_restore", "--list", str(file), is_local=True)
    if not all(f" TABLE DATA public {table} " in listed for table in OURS):
        raise StoreBroken(f"{file} is not a database of wbtest. Nothing was changed.")


def check_schema(url: str, file: Path, what: str) -> None:
    """Raise StoreBroken, about ``what``, unless a dump of ours has the schema that we need."""
    one = ("--data-only", "--table=alembic_version", "--file=-")
    rows = _run(url, "pg_restore", *one, str(file), is_local=True)
    found = REVISION.search(rows)
    revision = found[1] if found else "unknown"
    if revision != database.head_revision():
        raise StoreBroken(f"{what} {database.describe_other_version(revision)}")


def is_dump(file: Path) -> bool:
    """Whether a file begins as a dump does. Whether it ends as one only ``check`` can tell."""
    with file.open("rb") as opened:
        return opened.read(len(DUMP)) == DUMP


def put_back(url: str, file: Path, folder: Path) -> None:
    """Put a checked dump in the database's place, all or nothing; ``folder`` has room for it.

    Raises StoreBroken when it cannot, or when somebody else is connected by now.
    """
    how = ("--clean", "--if-exists", "--no-owner", "--no-acl")
    script = script_in(folder)
    try:
        # First to a file: if a part of it came straight to psql, that part would be taken for all.
        _run(url, "pg_restore", *how, f"--file={script}", str(file), is_local=True)
        leave_out_unknown(url, script)
        refuse_others(url)
        one = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
        _run(url, "psql", *one, f"--command={DROP_ALL}", f"--file={script}")
    finally:
        script.unlink(missing_ok=True)


def script_in(folder: Path) -> Path:
    """Where a restore keeps all rows in clear while it lasts.

    Always the same place: what one that was killed left there goes when the instance is held next.
    """
    return folder / "restore-under-way.sql"


def leave_out_unknown(url: str, script: Path) -> None:
    """Take the timeouts out of the head of a script that the server does not know.

    Newer programs write them for any server: those of 17 turn ``transaction_timeout`` off, which an
    older one refuses. A limit that it does not know limits nothing.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with script.open("r+b") as file, engine.connect() as connection:
        is_known = sa.text("SELECT current_setting(:name, true) IS NOT NULL")
        for line in iter(file.readline, b""):
            if not line.startswith(HEAD):
                break
            found = TIMEOUT_OFF.match(line)
            if found and not connection.scalar(is_known, {"name": found[1].decode()}):
                # In its place, and no longer than it was: the rest may be long.
                file.seek(-len(line), os.SEEK_CUR)
                file.write(line.replace(b"SET", b"-- ", 1))


def refuse_others(url: str) -> None:
    """Raise StoreBroken while anybody else is connected to the database."""
    pause = threading.Event()
    ends = time.monotonic() + LINGERS_SECONDS
    while others := count_others(url):
        if time.monotonic() >= ends:
            raise StoreBroken(
                f"The database is in use (connections: {others}). Stop wbtest on every machine "
                "first, then try again. Nothing was changed."
            )
        pause.wait(0.05)


def count_others(url: str) -> int:
    """How many connections there are to the database beside the one that asks."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    # Autovacuum comes and goes as it likes, and is of nobody. ``backend_type`` would say so, but is
    # shown to administrators only: by it, other people's connections would be overlooked as well.
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
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
    parts = sa.make_url(url)
    # Debian's are wrappers, which do not see the host in an address: without one of its own they
    # take the version of a server on this machine, which may be gone, or older than the other.
    known = {"PGPASSWORD": parts.password, "PGHOST": parts.host}
    done = subprocess.run(  # noqa: S603 - its own program, no shell
        command,
        env={**os.environ, **{name: value for name, value in known.items() if value}},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:500]
        raise ProgramFailed(f"{program} failed: {said.rstrip('.')}.")
    return done.stdout


def _address(url: str) -> str:
    """As PostgreSQL's programs take it, without the password."""
    # ``set`` would take None for "leave it".
    parts = sa.make_url(url).set(drivername="postgresql")._replace(password=None)
    return parts.render_as_string(hide_password=False)
