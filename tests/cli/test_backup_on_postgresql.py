"""Backup and restore on PostgreSQL, by its own programs."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.conftest import Instance, eventually, names
from tests.factories import make_settings
from tests.postgresql import Server
from tests.skips import require
from wbtest import database
from wbtest.cli.serve import prepare
from wbtest.delivery import backups
from wbtest.delivery.backups import backup_folder, place_for
from wbtest.extensions import db, utc_now
from wbtest.store import StoreBroken
from wbtest.team import rate_limits
from wbtest.team.audit import WORKER, record

KINDS = ("asked", "replaced")
pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def url_with_tables(
    server: Server | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """One database for all: to create its tables takes longer than what is done with it."""
    require("PostgreSQL")
    assert server is not None
    url = server.create()
    folder = str(tmp_path_factory.mktemp("creating"))
    prepare(Instance({"WBTEST_INSTANCE": folder, "WBTEST_DATABASE_URL": url}).settings)
    yield url
    server.drop()


@pytest.fixture
def place(tmp_path: Path, url_with_tables: str) -> Instance:
    folder = str(tmp_path / "on-postgresql")
    return Instance({"WBTEST_INSTANCE": folder, "WBTEST_DATABASE_URL": url_with_tables})


def test_dumps_from_before_a_purge_go_two_weeks_later_where_they_lie(
    place: Instance, tmp_path: Path
) -> None:
    with place.opened(lambda: utc_now() - timedelta(days=15)):
        record("experiment.purged", who=WORKER)
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
    place: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who is connected here stays.
    monkeypatch.setattr(backups, "LINGERS_SECONDS", 0.2)
    copy = tmp_path / "copy.dump"
    with place.opened():
        make_settings("Then")
    saved = place.run("backup", str(copy))
    with place.opened(), db.engine.begin() as connection:
        make_settings("Since")
        connection.exec_driver_sql("CREATE TABLE newer (person integer REFERENCES people)")
    half = tmp_path / "half.dump"
    half.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])

    refused = place.run("restore", str(half))
    with place.opened():
        db.session.execute(db.select(1))
        busy = place.run("restore", str(copy))
        with pytest.raises(StoreBroken, match="The database is in use"):
            backups.restore_dump(place.settings.database_url, copy, place.folder)
    before = names(place)
    restored = place.run("restore", str(copy))

    assert saved.exit_code == 0, saved.output
    assert copy.stat().st_mode & 0o077 == 0
    assert (refused.exit_code, busy.exit_code) == (2, 2)
    assert f"{half} isn’t a complete backup" in refused.output
    assert "Nothing was changed." in refused.output
    assert "The database is in use (connections: 1)" in busy.output
    assert before == ["Then", "Since"]
    assert restored.exit_code == 0, restored.output
    assert names(place) == ["Then"]
    assert not backups.script_in(place.folder).exists()
    (kept,) = (place.folder / "backups").glob("replaced-*.dump")
    assert place.run("restore", str(kept)).exit_code == 0
    assert names(place) == ["Then", "Since"]
    assert place.run("verify").exit_code == 0


def test_a_dump_holds_neither_what_limits_counted_nor_their_keys(
    place: Instance, tmp_path: Path
) -> None:
    with place.opened():
        rate_limits.admit("key", 1, rate_limits.HOUR)
    copy = tmp_path / "copy.dump"

    assert place.run("backup", str(copy)).exit_code == 0

    told = subprocess.run(
        ["pg_restore", "--list", str(copy)], check=True, capture_output=True, text=True
    )
    for table in ("limit_counts", "limit_keys"):
        assert f" TABLE public {table} " in told.stdout
        assert f" TABLE DATA public {table} " not in told.stdout


def test_a_dump_of_another_version_is_not_restored(place: Instance, tmp_path: Path) -> None:
    ours, copy = database.head_revision(), tmp_path / "copy.dump"
    call_schema(place, "0001_of_others")
    address = sa.make_url(place.settings.database_url).set(drivername="postgresql")
    subprocess.run(
        [
            *("pg_dump", "--format=custom", f"--file={copy}"),
            f"--dbname={address.render_as_string(hide_password=False)}",
        ],
        check=True,
    )
    call_schema(place, ours)
    before = names(place)

    refused = place.run("restore", str(copy))

    assert refused.exit_code == 2
    assert refused.output == (
        f"wbtest: {copy} was made by another version of wbtest (schema 0001_of_others; this one "
        f"needs {ours}). Nothing was changed.\n"
    )
    assert names(place) == before
    assert not [*place.folder.glob("backups/*")]


def test_a_dump_that_was_cut_off_changes_nothing(place: Instance, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dump"
    place.run("backup", str(copy))
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) * 2 // 3])
    before = names(place)

    refused = place.run("restore", str(copy))

    assert refused.exit_code == 2
    assert f"{copy} isn’t a complete backup" in refused.output
    assert names(place) == before


def test_a_dump_of_somebody_elses_database_changes_nothing(place: Instance, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dump"
    address = sa.make_url(place.settings.database_url).set(
        drivername="postgresql", database="postgres"
    )
    subprocess.run(
        [
            *("pg_dump", "--format=custom", f"--file={copy}"),
            f"--dbname={address.render_as_string(hide_password=False)}",
        ],
        check=True,
    )
    before = names(place)

    refused = place.run("restore", str(copy))

    assert refused.exit_code == 2
    assert f"{copy} isn’t a wbtest database" in refused.output
    assert names(place) == before


def call_schema(place: Instance, revision: str) -> None:
    with place.opened(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def test_an_open_connection_counts_and_autovacuum_does_not(place: Instance) -> None:
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
    assert eventually(lambda: backups.count_others(seen) == 0, 2)
    with engine.connect():
        assert backups.count_others(seen) == 1
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA seen CASCADE")


def test_a_timeout_that_an_older_server_does_not_know_is_left_out(
    place: Instance, tmp_path: Path
) -> None:
    script = tmp_path / "script.sql"
    head = "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n\nSET lock_timeout = 0;\n"
    rest = "SET later = on;\nSELECT 1;\nSET later_timeout = 0;\n"
    script.write_text(head + "SET later_timeout = 0;\n" + rest)

    backups.leave_out_unknown(place.settings.database_url, script)

    assert script.read_text() == head + "--  later_timeout = 0;\n" + rest


def test_what_is_left_of_an_older_server_does_not_choose_the_programs(
    place: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Debian's pg_dump is a wrapper, which looks there for the version that it should run.
    left = tmp_path / "etc" / "9.6" / "main"
    left.mkdir(parents=True)
    (left / "postgresql.conf").write_text(f"data_directory = '{tmp_path}'")
    monkeypatch.setenv("PG_CLUSTER_CONF_ROOT", str(tmp_path / "etc"))
    copy = tmp_path / "copy.dump"

    for command in ("backup", "restore"):
        done = place.run(command, str(copy))
        assert done.exit_code == 0, done.output


def test_a_copy_of_sqlite_is_told_from_a_dump(place: Instance, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(copy)) as other:
        other.execute("CREATE TABLE notes (text)")

    refused = place.run("restore", str(copy))

    assert refused.exit_code == 2
    assert f"{copy} is a copy of SQLite" in refused.output
