"""Backup and restore: whole, checked, and never over what is still needed."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Instance, eventually
from tests.conftest import HandClock
from tests.factories import make_workspace
from tests.postgresql import Server
from wbtest.cli.instance import alone_with, in_use
from wbtest.cli.serve import prepare
from wbtest.config import Settings, from_environment
from wbtest.delivery import dumps
from wbtest.delivery.backups import backup_folder, place_for
from wbtest.extensions import db, utc_now
from wbtest.store import StoreBroken
from wbtest.team.audit.log import WORKER, record
from wbtest.team.models import Workspace

KINDS = ("asked", "replaced", "before-0009")


@pytest.fixture
def empty_database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'instance' / 'wbtest.db'}"


@pytest.fixture
def copy(instance: Instance, tmp_path: Path) -> Path:
    """A backup of an instance with one workspace, which has changed since."""
    with instance.opened():
        make_workspace("Then")
    copy = tmp_path / "copies" / "copy.db"
    assert instance.run("backup", str(copy)).exit_code == 0
    with instance.opened():
        make_workspace("Since")
    return copy


def names(instance: Instance) -> list[str]:
    with instance.opened():
        return list(db.session.scalars(db.select(Workspace.name).order_by(Workspace.id)))


def test_a_restored_instance_is_as_it_was(instance: Instance, copy: Path) -> None:
    restored = instance.run("restore", str(copy))

    assert restored.exit_code == 0
    assert names(instance) == ["Then"]


def test_what_was_there_before_is_kept(instance: Instance, copy: Path) -> None:
    said = instance.run("restore", str(copy)).output

    kept = next((instance.folder / "backups").glob("replaced-*.db"))
    assert str(kept) in said
    again = instance.run("restore", str(kept))
    assert again.exit_code == 0
    assert names(instance) == ["Then", "Since"]


def test_what_was_kept_in_this_very_second_is_not_written_over(
    instance: Instance, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By this name the package has the command.
    monkeypatch.setattr(import_module("wbtest.cli.backup"), "utc_now", HandClock())
    folder = instance.folder / "backups"

    instance.run("restore", str(copy))
    (first,) = folder.glob("replaced-*.db")
    instance.run("restore", str(first))

    assert len([*folder.glob("replaced-*.db")]) == 2
    assert names(instance) == ["Then", "Since"]


def test_a_damaged_database_gives_way_to_a_backup(instance: Instance, copy: Path) -> None:
    (instance.folder / "wbtest.db").write_bytes(b"rubbish" * 1000)

    assert instance.run("restore", str(copy)).exit_code == 0
    assert names(instance) == ["Then"]


def test_a_fresh_instance_can_be_filled_from_a_backup(
    instance: Instance, copy: Path, tmp_path: Path
) -> None:
    other = Instance({"WBTEST_INSTANCE": str(tmp_path / "elsewhere")})

    assert other.run("restore", str(copy)).exit_code == 0
    assert names(other) == ["Then"]


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


def test_a_backup_is_for_this_account_alone(copy: Path) -> None:
    assert copy.stat().st_mode & 0o077 == 0


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
    left = dumps.script_in(settings.instance)
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


@pytest.mark.postgresql
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not on the PATH")
class TestOnPostgresql:
    @pytest.fixture(scope="class")
    def migrated_url(
        self, server: Server | None, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[str]:
        """One database for all: its migrations take longer than what is done with it."""
        assert server is not None
        url = server.create()
        folder = str(tmp_path_factory.mktemp("migrating"))
        prepare(Instance({"WBTEST_INSTANCE": folder, "WBTEST_DATABASE_URL": url}).settings)
        yield url
        server.drop()

    @pytest.fixture
    def place(self, tmp_path: Path, migrated_url: str) -> Instance:
        folder = str(tmp_path / "on-postgresql")
        return Instance({"WBTEST_INSTANCE": folder, "WBTEST_DATABASE_URL": migrated_url})

    def test_dumps_from_before_a_purge_go_two_weeks_later_where_they_lie(
        self, place: Instance, tmp_path: Path
    ) -> None:
        with place.opened(lambda: utc_now() - timedelta(days=15)):
            record(None, "experiment.purged", who=WORKER)
        copy = tmp_path / "copy.dump"
        folder = backup_folder(place.settings)
        folder.mkdir()
        for command in ("backup", "restore"):
            old, new = (
                [place_for(place.settings, why, utc_now() - timedelta(days)) for why in KINDS]
                for days in (16, 14)
            )
            for file in (*old, *new):
                file.touch()

            done = place.run(command, str(copy))

            assert done.exit_code == 0, done.output
            assert not [file for file in old if file.exists()]
            assert all(file.exists() for file in new)

    def test_a_dump_brings_back_what_was_there(
        self, place: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Who is connected here stays.
        monkeypatch.setattr(dumps, "LINGERS_SECONDS", 0.2)
        copy = tmp_path / "copy.dump"
        with place.opened():
            make_workspace("Then")
        saved = place.run("backup", str(copy))
        with place.opened(), db.engine.begin() as connection:
            make_workspace("Since")
            connection.exec_driver_sql("CREATE TABLE newer (person integer REFERENCES people)")
        half = tmp_path / "half.dump"
        half.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])

        refused = place.run("restore", str(half))
        with place.opened():
            db.session.execute(db.select(1))
            busy = place.run("restore", str(copy))
            with pytest.raises(StoreBroken, match="The database is in use"):
                dumps.put_back(place.settings.database_url, copy, place.folder)
        before = names(place)
        restored = place.run("restore", str(copy))

        assert saved.exit_code == 0, saved.output
        assert copy.stat().st_mode & 0o077 == 0
        assert (refused.exit_code, busy.exit_code) == (2, 2)
        assert "The database is in use (connections: 1)" in busy.output
        assert before == ["Then", "Since"]
        assert restored.exit_code == 0, restored.output
        assert names(place) == ["Then"]
        assert not dumps.script_in(place.folder).exists()
        (kept,) = (place.folder / "backups").glob("replaced-*.dump")
        assert place.run("restore", str(kept)).exit_code == 0
        assert names(place) == ["Then", "Since"]
        assert place.run("verify").exit_code == 0

    def test_whoever_is_connected_counts_and_autovacuum_does_not(self, place: Instance) -> None:
        url = place.settings.database_url
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        # As an ordinary account sees them: without ``backend_type``, and autovacuum without a user.
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA seen")
            connection.exec_driver_sql(
                "CREATE VIEW seen.pg_stat_activity AS"
                " SELECT datname, pid, usesysid FROM pg_catalog.pg_stat_activity"
                " UNION ALL SELECT current_database(), 1, NULL"
            )
        path = {"options": "-csearch_path=seen,pg_catalog"}
        seen = sa.make_url(url).update_query_dict(path).render_as_string(hide_password=False)

        # PostgreSQL takes a moment to let go of a connection.
        assert eventually(lambda: dumps.count_others(seen) == 0, 2)
        with engine.connect():
            assert dumps.count_others(seen) == 1
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA seen CASCADE")

    def test_a_timeout_that_an_older_server_does_not_know_is_left_out(
        self, place: Instance, tmp_path: Path
    ) -> None:
        script = tmp_path / "script.sql"
        head = "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n\nSET lock_timeout = 0;\n"
        rest = "SET later = on;\nSELECT 1;\nSET later_timeout = 0;\n"
        script.write_text(head + "SET later_timeout = 0;\n" + rest)

        dumps.leave_out_unknown(place.settings.database_url, script)

        assert script.read_text() == head + "--  later_timeout = 0;\n" + rest
