"""Backup and restore: whole, checked, and never over what is still needed."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from tests.cli.conftest import Instance, names
from tests.factories import make_team
from wbtest.cli.startup import alone_with, in_use
from wbtest.config import Settings, from_environment
from wbtest.delivery import backups
from wbtest.extensions import db
from wbtest.team import rate_limits
from wbtest.team.models import LimitKey

# The system ends it where the file becomes larger than it may be.
KILLED_HALF_WAY = """
import resource, signal, sys
from pathlib import Path
from wbtest.delivery import backups
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (6_000_000, 6_000_000))
backups.copy_database(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.fixture
def empty_database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'instance' / 'wbtest.db'}"


def break_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def fill_with_rubbish(file: Path) -> None:
    file.write_bytes(b"rubbish" * 1000)


def make_another_programs(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()


def empty_it(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize(
    "spoil", [break_in_half, fill_with_rubbish, make_another_programs, empty_it]
)
def test_a_file_that_is_no_whole_backup_changes_nothing(
    instance: Instance, copy: Path, spoil: object
) -> None:
    assert callable(spoil)
    spoil(copy)

    refused = instance.run("restore", str(copy))

    assert refused.exit_code == 2
    assert "Nothing was changed." in refused.output
    assert names(instance) == ["Then", "Since"]


def test_a_dump_is_told_from_a_copy_of_sqlite(instance: Instance, tmp_path: Path) -> None:
    dump = tmp_path / "copy.dump"
    dump.write_bytes(b"PGDMP and more")

    refused = instance.run("restore", str(dump))

    assert refused.exit_code == 2
    assert f"{dump} is a dump of PostgreSQL" in refused.output


def test_a_backup_is_for_this_account_alone(copy: Path) -> None:
    assert copy.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "is_there"),
    [
        ("secret_key", "secret_key"),
        ("wbtest.db-wal", "wbtest.db-wal"),
        ("running.lock", "running.lock"),
        ("notes.db", "notes.db"),
        ("copy.db", "copy.db.part"),
    ],
)
def test_nothing_but_a_backup_is_written_over(
    instance: Instance, copy: Path, name: str, is_there: str
) -> None:
    there = instance.folder / is_there
    if not there.exists():
        there.write_bytes(b"dear to somebody")
    before = there.read_bytes()

    done = instance.run("backup", str(instance.folder / name))

    assert done.exit_code == 2
    assert f"{there} already exists and isn’t a backup. Name another file." in done.output
    assert there.read_bytes() == before


def test_half_a_copy_that_a_kill_left_is_written_over(instance: Instance, copy: Path) -> None:
    source = instance.folder / "wbtest.db"
    with closing(sqlite3.connect(source)) as grown:
        # More than is kept in memory until the end.
        grown.execute("CREATE TABLE filler AS SELECT zeroblob(9000000) AS x")
    done = subprocess.run(
        [sys.executable, "-c", KILLED_HALF_WAY, str(source), str(copy)], check=False
    )
    assert done.returncode == -signal.SIGXFSZ
    assert copy.with_name("copy.db.part").stat().st_size > 1_000_000

    assert instance.run("backup", str(copy)).exit_code == 0

    assert [file.name for file in copy.parent.iterdir()] == ["copy.db"]


def test_an_earlier_backup_is_written_over(instance: Instance, copy: Path) -> None:
    assert instance.run("backup", str(copy)).exit_code == 0

    instance.run("restore", str(copy))
    assert names(instance) == ["Then", "Since"]


def test_a_backup_whose_rows_hang_in_the_air_is_not_restored(
    instance: Instance, copy: Path
) -> None:
    with instance.opened():
        make_team()
    assert instance.run("backup", str(copy)).exit_code == 0
    with closing(sqlite3.connect(copy)) as torn:
        torn.execute("DELETE FROM people")
        torn.commit()

    done = instance.run("restore", str(copy))

    assert done.exit_code == 2
    assert "Nothing was changed." in done.output
    assert names(instance) == ["Then", "Since", "Larder"]


def test_no_copy_holds_what_limits_counted_or_their_keys(
    instance: Instance, tmp_path: Path
) -> None:
    with instance.opened():
        rate_limits.admit("key", 1, rate_limits.HOUR)
        [name] = rate_limits.names_of("key")
        secret = db.session.scalars(db.select(LimitKey.secret)).one()
    assert secret in (instance.folder / "wbtest.db").read_bytes()
    copy = tmp_path / "copy.db"

    for command in ("backup", "restore"):
        assert instance.run(command, str(copy)).exit_code == 0

    (aside,) = (instance.folder / "backups").glob("replaced-*.db")
    for file in (copy, aside):
        assert secret not in file.read_bytes()
        assert name.encode() not in file.read_bytes()
    with instance.opened():
        rate_limits.admit("key", 1, rate_limits.HOUR)


def test_the_database_is_not_backed_up_onto_itself(instance: Instance) -> None:
    refused = instance.run("backup", str(instance.folder / "wbtest.db"))

    assert refused.exit_code == 2
    assert "That is the database itself" in refused.output


def test_a_backup_that_cannot_be_written_is_named(instance: Instance, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    refused = instance.run("backup", str(tmp_path / "file" / "copy.db"))

    assert refused.exit_code == 2
    assert "failed" in refused.output


def test_there_is_nothing_to_back_up_before_the_first_start(
    empty: Instance, tmp_path: Path
) -> None:
    refused = empty.run("backup", str(tmp_path / "copy.db"))

    assert refused.exit_code == 2
    assert "There is no database yet" in refused.output


def test_a_backup_without_a_name_is_kept_for_fourteen_days(instance: Instance) -> None:
    folder = instance.folder / "backups"
    folder.mkdir()
    for day in range(1, 15):
        (folder / f"asked-2020-01-{day:02}T000000.db").touch()

    assert instance.run("backup").exit_code == 0

    kept = sorted(file.name for file in folder.iterdir())
    assert len(kept) == 14
    assert "asked-2020-01-01T000000.db" not in kept
    assert instance.run("restore", str(folder / kept[-1])).exit_code == 0


@pytest.mark.parametrize("hold", [in_use, alone_with])
def test_what_a_restore_that_was_killed_left_in_clear_goes_at_the_next_start_or_restore(
    hold: Callable[[Settings], AbstractContextManager[None]], tmp_path: Path
) -> None:
    settings = from_environment({"WBTEST_INSTANCE": str(tmp_path)})
    left = backups.script_in(settings.instance)
    left.write_text("COPY public.signups …")

    with hold(settings):
        assert not left.exists()


def test_without_postgresqls_programs_the_command_is_said(
    empty: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    copy = tmp_path / "copy.dump"

    said = empty.run("backup", str(copy), WBTEST_DATABASE_URL="postgresql://me:secret@localhost/x")

    assert said.exit_code == 2
    assert "apt install postgresql-client" in said.output
    assert "pg_dump --format=custom" in said.output
    assert "--dbname=postgresql://me@localhost/x" in said.output
    assert ":secret@" not in said.output
