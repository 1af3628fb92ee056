"""Backups of the SQLite file: whole, dated, and not too many."""

import sqlite3
from dataclasses import replace

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import make_settings
from wbtest.config import Settings
from wbtest.delivery.backups import (
    SQLITE,
    back_up,
    back_up_nightly,
    backup_folder,
    forget_oldest,
    newest_backup,
)
from wbtest.delivery.worker import run_due_jobs
from wbtest.store import StoreBroken


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Backups are ours on SQLite only."""
    return sqlite_url


def test_a_backup_holds_what_was_committed(app: Flask, settings: Settings, now: HandClock) -> None:
    make_settings("Larder")

    back_up_nightly(now())

    copy = sqlite3.connect(backup_folder(settings) / "nightly-2027-03-01T090000.db")
    assert copy.execute("SELECT name FROM team_settings").fetchall() == [("Larder",)]
    copy.close()


def test_a_copy_that_breaks_off_leaves_nothing(settings: Settings, now: HandClock) -> None:
    damaged = replace(settings, database_url=f"sqlite:///{settings.instance / 'damaged.db'}")
    (settings.instance / "damaged.db").write_bytes(b"rubbish" * 1000)

    with pytest.raises(sqlite3.DatabaseError):
        back_up(damaged, "nightly", now())

    assert not list(backup_folder(settings).iterdir())


def test_the_newest_fourteen_nights_are_kept(
    app: Flask, settings: Settings, now: HandClock
) -> None:
    for _ in range(16):
        back_up_nightly(now())
        now.turn(days=1)

    kept = sorted(file.name for file in backup_folder(settings).iterdir())
    assert len(kept) == 14
    assert kept[0] == "nightly-2027-03-03T090000.db"


def test_a_copy_never_takes_the_place_of_one_of_the_same_second(
    app: Flask, settings: Settings, now: HandClock
) -> None:
    first = back_up(settings, "replaced", now())
    written = first.read_bytes()
    make_settings("Since")

    second = back_up(settings, "replaced", now())

    assert first.read_bytes() == written
    assert second.name == "replaced-2027-03-01T090001.db"


def test_many_on_one_day_push_out_no_day_before(settings: Settings) -> None:
    folder = backup_folder(settings)
    folder.mkdir()
    nights = [f"replaced-2027-02-{day:02}T033000.db" for day in range(1, 15)]
    by_hand = [f"replaced-2027-02-15T1200{second:02}.db" for second in range(20)]
    for name in (*nights, *by_hand, f"{nights[0]}-wal", "replaced-by-me.db"):
        (folder / name).touch()

    forget_oldest(settings, "replaced")

    assert {file.name for file in folder.iterdir()} == {
        *nights[1:], *by_hand[-5:], "replaced-by-me.db"
    }  # fmt: skip


def test_half_copies_of_days_before_go_and_one_that_may_be_under_way_stays(
    settings: Settings,
) -> None:
    folder = backup_folder(settings)
    folder.mkdir()
    half, under_way = "nightly-2027-02-27T033000.db.part", "nightly-2027-02-28T034500.db.part"
    whole = "nightly-2027-03-01T033000.db"
    for name in (half, f"{half}-journal", under_way, whole, "asked-2027-01-01T000000.db.part"):
        (folder / name).touch()

    forget_oldest(settings, "nightly")

    assert {file.name for file in folder.iterdir()} == {
        under_way, whole, "asked-2027-01-01T000000.db.part"
    }  # fmt: skip


def test_nights_do_not_push_out_what_was_asked_for(
    app: Flask, settings: Settings, now: HandClock
) -> None:
    before = back_up(settings, "asked", now())
    for _ in range(15):
        now.turn(days=1)
        back_up_nightly(now())

    assert before.exists()


def test_the_worker_makes_one_each_day(app: Flask, settings: Settings, now: HandClock) -> None:
    for _ in range(5):
        run_due_jobs()
        now.turn(hours=12)

    assert len(list(backup_folder(settings).iterdir())) == 3


def test_the_newest_is_found(app: Flask, settings: Settings, now: HandClock) -> None:
    assert newest_backup(settings) is None

    copy = back_up(settings, "nightly", now())

    assert newest_backup(settings) == copy


def test_what_a_restore_set_aside_and_what_is_no_copy_of_sqlite_are_not_the_newest_backup(
    settings: Settings,
) -> None:
    folder = backup_folder(settings)
    folder.mkdir()
    for name, begins in (("by-hand.db", b"PGDMP"), ("replaced-2027-03-01T090000.db", SQLITE)):
        (folder / name).write_bytes(begins)

    assert newest_backup(settings) is None


def test_postgresql_is_left_to_its_own_tools(settings: Settings, now: HandClock) -> None:
    elsewhere = replace(settings, database_url="postgresql+psycopg://localhost/x")

    with pytest.raises(StoreBroken, match="pg_dump"):
        back_up(elsewhere, "nightly", now())
