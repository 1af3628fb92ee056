"""What only SQLite needs to be told, whatever the rest of the suite runs on."""

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.conftest import Browser
from tests.factories import make_settings
from wbtest import store
from wbtest.delivery import backups
from wbtest.extensions import db, runtime
from wbtest.store import StoreBroken, writing
from wbtest.team.models import TeamSettings

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)],
)
def test_every_connection_follows_the_rules(pragma: str, value: object) -> None:
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_a_database_without_the_rules_is_refused(tmp_path: Path) -> None:
    careless = sa.create_engine(f"sqlite:///{tmp_path / 'careless.db'}")

    with pytest.raises(StoreBroken, match=r"journal_mode=delete, not wal.*local disk"):
        store.check_rules(careless)
    careless.dispose()


def test_a_writer_waits_for_another_program(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "test.db", check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, other.rollback)
    release.start()

    make_settings("patient")

    release.join()
    other.close()
    assert db.session.scalars(db.select(TeamSettings.name)).all() == ["patient"]


def test_a_writer_that_will_not_wait_gives_up_on_another_program(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "test.db")
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match="locked"), writing(within=0.01):
        pass

    other.close()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 5000


@pytest.mark.parametrize("end", ["", "-wal"])
def test_nothing_is_acknowledged_into_a_file_that_has_lost_its_name(
    tmp_path: Path, end: str
) -> None:
    make_settings("Larder")
    file, elsewhere = tmp_path / f"test.db{end}", tmp_path / "elsewhere"
    file.rename(elsewhere)

    with pytest.raises(OperationalError, match="moved or deleted while wbtest runs"), writing():
        pass
    # Nor while another file has its name.
    shutil.copyfile(elsewhere, file)
    with pytest.raises(OperationalError, match="moved or deleted while wbtest runs"), writing():
        pass

    elsewhere.replace(file)
    make_settings("Pantry")
    assert db.session.scalars(db.select(TeamSettings.name)).all() == ["Larder", "Pantry"]


def test_a_read_only_database_refuses_a_writer(tmp_path: Path) -> None:
    make_settings()
    url = f"sqlite:///file:{tmp_path / 'test.db'}?mode=ro&uri=true"
    engine = sa.create_engine(url)

    with (
        pytest.raises(OperationalError, match="readonly"),
        store.writing_group(engine, store.NoLock()) as connection,
    ):
        connection.execute(sa.delete(TeamSettings))
    engine.dispose()


def test_a_backup_is_whole_while_somebody_writes(tmp_path: Path) -> None:
    make_settings("committed")
    with writing() as session:
        make_settings("open")
        session.flush()
        backups.copy_database(tmp_path / "test.db", tmp_path / "copies" / "copy.db")

    copy = sqlite3.connect(tmp_path / "copies" / "copy.db")
    assert copy.execute("SELECT name FROM team_settings").fetchall() == [("committed",)]
    copy.close()


def test_a_backup_that_is_not_whole_never_gets_its_name(tmp_path: Path) -> None:
    source = tmp_path / "broken.db"
    with sqlite3.connect(source) as made:
        made.execute("CREATE TABLE t (x)")
        made.executemany("INSERT INTO t VALUES (?)", [("x" * 3000,)] * 50)
        made.execute("CREATE INDEX i ON t (x)")
    made.close()
    damage(source)

    with pytest.raises((StoreBroken, sqlite3.DatabaseError)):
        backups.copy_database(source, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def damage(file: Path) -> None:
    """Overwrite a page in the middle, as a bad disk would."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    file.write_bytes(content)


def test_the_lock_is_entered_again_by_its_holder(tmp_path: Path) -> None:
    lock = store.WriteLock(tmp_path / "x.lock")

    with lock, lock:
        pass


def test_who_will_not_wait_for_the_lock_gives_up_sooner(tmp_path: Path) -> None:
    ours, theirs = (store.WriteLock(tmp_path / "x.lock") for _ in range(2))

    with ours, pytest.raises(sa.exc.TimeoutError, match=r"for 0\.01 s"), theirs.within(0.01):
        pass

    with theirs.within(0.01), theirs:
        pass


def test_the_lock_keeps_out_a_second_lock_on_its_file(tmp_path: Path) -> None:
    ours, theirs = (store.WriteLock(tmp_path / "x.lock") for _ in range(2))
    order: list[str] = []

    def enter() -> None:
        with theirs:
            order.append("theirs")

    with ours:
        other = threading.Thread(target=enter)
        other.start()
        other.join(timeout=0.2)
        order.append("ours")
    other.join()

    assert order == ["ours", "theirs"]


def test_nobody_waits_for_the_lock_indefinitely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = (store.WriteLock(tmp_path / "x.lock") for _ in range(2))
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.0)

    with ours, pytest.raises(sa.exc.TimeoutError, match="others have been writing"), theirs:
        pass
    # Who gave up may hold the file for the moment in which it lets go.
    monkeypatch.undo()
    with theirs:
        pass


def test_a_lock_that_cannot_be_had_leaves_nothing_held(tmp_path: Path) -> None:
    lock = store.WriteLock(tmp_path / "missing" / "x.lock")

    for _ in range(2):
        with pytest.raises(OperationalError, match="No such file"), lock:
            pass


def test_where_the_lock_cannot_be_opened_a_form_says_that_nothing_can_be_stored(
    app: Flask, client: Browser, tmp_path: Path
) -> None:
    """As on a disk that the system has made read-only."""
    runtime(app).lock = store.WriteLock(tmp_path / "missing" / "x.lock")

    answer = client.send("/login", {"email": "ada@example.com", "password": "a long one"})

    assert answer.status_code == 503
    assert "cannot store anything right now" in answer.get_data(as_text=True)
