"""The one way to write: all or nothing, one at a time, on a database that keeps its word."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.conftest import HandClock
from tests.factories import make_person, make_workspace
from wbtest import store
from wbtest.extensions import db
from wbtest.store import StoreBroken, writing
from wbtest.team.models import LoginSession, Workspace


class Broken(Exception):
    """What goes wrong in the middle."""


def names() -> list[str]:
    return list(db.session.scalars(db.select(Workspace.name).order_by(Workspace.id)))


def workspace(name: str, now: HandClock) -> Workspace:
    return Workspace(name=name, controller="…", contact_email="a@b.c", created_at=now())


def write_and_break(now: HandClock) -> None:
    with writing() as session:
        session.add(workspace("Larder", now))
        raise Broken


def test_a_block_that_ends_well_is_kept(app: Flask, now: HandClock) -> None:
    with writing() as session:
        session.add(workspace("Larder", now))
    db.session.rollback()

    assert names() == ["Larder"]


def test_a_block_that_breaks_leaves_nothing(app: Flask, now: HandClock) -> None:
    with pytest.raises(Broken):
        write_and_break(now)

    assert names() == []


def test_a_verb_called_by_a_verb_joins_its_transaction(app: Flask, now: HandClock) -> None:
    def outer() -> None:
        with writing():
            make_workspace("inner")
            raise Broken

    with pytest.raises(Broken):
        outer()

    assert names() == []


def test_after_a_break_the_next_block_works(app: Flask, now: HandClock) -> None:
    with pytest.raises(Broken):
        write_and_break(now)
    with writing() as session:
        session.add(workspace("Larder", now))

    assert names() == ["Larder"]


def together(app: Flask, act: Callable[[], None], count: int = 8) -> list[Exception]:
    """Run ``act`` in that many threads at once and return what they raised."""
    start = threading.Barrier(count)
    raised: list[Exception] = []

    def run() -> None:
        with app.app_context():
            start.wait()
            try:
                act()
            except Exception as error:
                raised.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_no_read_then_write_is_lost_or_refused(app: Flask, now: HandClock) -> None:
    key = make_workspace("0").id

    def count_ten() -> None:
        for _ in range(10):
            with writing() as session:
                row = session.get_one(Workspace, key, with_for_update=True)
                row.name = str(int(row.name) + 1)

    assert together(app, count_ten) == []
    db.session.rollback()
    assert names() == ["80"]


def test_a_reader_is_not_held_up_by_a_writer(app: Flask, now: HandClock) -> None:
    make_workspace("before")
    seen: list[str] = []

    def read() -> None:
        with app.app_context():
            seen.extend(names())

    with writing() as session:
        session.add(workspace("after", now))
        session.flush()
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=5)

    assert seen == ["before"]


def test_groups_of_events_exclude_each_other(app: Flask, now: HandClock) -> None:
    lock, inside, most = store.lock(), [0], [0]
    counter = threading.Lock()

    def write() -> None:
        for _ in range(5):
            with store.writing_group(db.engine, lock) as connection:
                with counter:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                connection.execute(sa.select(1))
                with counter:
                    inside[0] -= 1

    assert together(app, write) == []
    assert most == [1]


def test_a_group_that_breaks_leaves_nothing(app: Flask, now: HandClock) -> None:
    row = {"name": "x", "controller": "…", "contact_email": "a@b.c", "created_at": now()}

    def write() -> None:
        with store.writing_group(db.engine, store.lock()) as connection:
            connection.execute(sa.insert(Workspace), [row])
            raise Broken

    with pytest.raises(Broken):
        write()

    assert names() == []


def test_references_are_enforced(app: Flask, now: HandClock) -> None:
    orphan = LoginSession(
        token_hash="x", person_id=99, created_at=now(), expires_at=now() + timedelta(days=1)
    )

    with pytest.raises(IntegrityError), writing() as session:
        session.add(orphan)


def test_an_insert_may_find_its_row_there_already(app: Flask, now: HandClock) -> None:
    ada = make_person("ada@example.com", "owner", make_workspace())
    row = {"token_hash": "x", "person_id": ada.id, "created_at": now(), "expires_at": now()}
    insert = store.insert(db.engine.dialect.name, LoginSession).on_conflict_do_nothing()

    for _ in range(2):
        with store.writing_group(db.engine, store.lock()) as connection:
            connection.execute(insert, row)
    db.session.rollback()

    assert db.session.scalars(db.select(LoginSession.token_hash)).all() == ["x"]


def test_times_come_back_aware_and_in_utc(app: Flask) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    made = make_workspace()
    with writing():
        made.created_at = datetime(2027, 3, 1, 5, 45, tzinfo=kathmandu)
    db.session.expire_all()

    assert made.created_at == datetime(2027, 3, 1, tzinfo=UTC)
    assert made.created_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(app: Flask) -> None:
    made = make_workspace()

    with pytest.raises(sa.exc.StatementError, match="without a zone"), writing():
        made.created_at = datetime(2027, 3, 1)  # noqa: DTZ001 - what is refused


def test_a_database_that_keeps_its_word_passes(app: Flask) -> None:
    store.check_rules(db.engine)


@pytest.mark.usefixtures("app")
class TestOnSqlite:
    """What only SQLite needs to be told, whatever the rest of the suite runs on."""

    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'test.db'}"

    @pytest.mark.parametrize(
        ("pragma", "value"),
        [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)],
    )
    def test_every_connection_follows_the_rules(self, pragma: str, value: object) -> None:
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value

    def test_a_database_without_the_rules_is_refused(self, tmp_path: Path) -> None:
        careless = sa.create_engine(f"sqlite:///{tmp_path / 'careless.db'}")

        with pytest.raises(StoreBroken, match=r"journal_mode=delete, not wal.*local disk"):
            store.check_rules(careless)
        careless.dispose()

    def test_a_writer_waits_for_another_program(self, tmp_path: Path) -> None:
        other = sqlite3.connect(tmp_path / "test.db", check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, other.rollback)
        release.start()

        make_workspace("patient")

        release.join()
        other.close()
        assert names() == ["patient"]

    def test_a_read_only_database_refuses_a_writer(self, tmp_path: Path) -> None:
        make_workspace()
        url = f"sqlite:///file:{tmp_path / 'test.db'}?mode=ro&uri=true"
        engine = sa.create_engine(url)

        with (
            pytest.raises(OperationalError, match="readonly"),
            store.writing_group(engine, store.NoLock()) as connection,
        ):
            connection.execute(sa.delete(Workspace))
        engine.dispose()

    def test_a_backup_is_whole_while_somebody_writes(self, tmp_path: Path, now: HandClock) -> None:
        make_workspace("committed")
        with writing() as session:
            session.add(workspace("open", now))
            session.flush()
            store.backup(tmp_path / "test.db", tmp_path / "copies" / "copy.db")

        copy = sqlite3.connect(tmp_path / "copies" / "copy.db")
        assert copy.execute("SELECT name FROM workspaces").fetchall() == [("committed",)]
        copy.close()

    def test_a_backup_that_is_not_whole_never_gets_its_name(self, tmp_path: Path) -> None:
        source = tmp_path / "broken.db"
        with sqlite3.connect(source) as made:
            made.execute("CREATE TABLE t (x)")
            made.executemany("INSERT INTO t VALUES (?)", [("x" * 3000,)] * 50)
            made.execute("CREATE INDEX i ON t (x)")
        made.close()
        damage(source)

        with pytest.raises((StoreBroken, sqlite3.DatabaseError)):
            store.backup(source, tmp_path / "copy.db")
        assert not (tmp_path / "copy.db").exists()


def damage(file: Path) -> None:
    """Overwrite a page in the middle, as a bad disk would."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xff" * 4096
    file.write_bytes(content)


class TestTheLock:
    """Between threads and processes of one machine."""

    def test_it_is_entered_again_by_its_holder(self, tmp_path: Path) -> None:
        lock = store.WriteLock(tmp_path / "x.lock")

        with lock, lock:
            pass

    def test_it_keeps_out_another_process(self, tmp_path: Path) -> None:
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

    def test_a_lock_that_cannot_be_had_leaves_nothing_held(self, tmp_path: Path) -> None:
        lock = store.WriteLock(tmp_path / "missing" / "x.lock")

        for _ in range(2):
            with pytest.raises(FileNotFoundError), lock:
                pass
