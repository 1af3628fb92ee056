"""After a purge nothing is left in the file, in its log, and later in the copies."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import (
    Larder,
    start_page,
    visits,
)
from tests.conftest import HandClock
from wbtest.audience.leaving.purging import purge
from wbtest.audience.leaving.traces import drop_old_copies, wipe_traces
from wbtest.audience.models import (
    Signup,
)
from wbtest.config import Settings
from wbtest.delivery.backups import backup_folder
from wbtest.delivery.worker import run_due_jobs
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.store import writing


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite, whatever the rest of the suite runs on: PostgreSQL has files of its own."""
    return sqlite_url


@pytest.fixture
def on_sqlite(settings: Settings) -> Path:
    assert settings.database_file is not None
    return settings.database_file


def test_key_addresses_and_visitors_are_gone_from_the_file_and_its_log(
    app: Flask, ended: Larder, now: HandClock, on_sqlite: Path
):
    mingle(ended.experiment, start_page(slug="kiln").experiment)
    key = ended.experiment.identity_key
    assert key is not None
    known = [key, b"mia1@x.io", visits(app)[0].visitor.encode(), b"gone"]
    assert [text in bytes_of(on_sqlite) for text in known] == [True] * 4

    purge(ended.experiment)
    wipe_traces(now())

    assert [text in bytes_of(on_sqlite) for text in known] == [False] * 4
    assert b"kept" in bytes_of(on_sqlite)


def mingle(gone: Experiment, kept: Experiment) -> None:
    """Sign-ups of two pages in any order: the file's pages are split, which leaves bytes behind."""
    chance = random.Random(7)
    rows = [
        {
            "experiment_id": experiment.id, "email_key": f"{chance.random()}@{word}",
            "email": f"{chance.random()}@{word}", "token_hash": f"{chance.random()}{word}",
            "variant": "control", "at_us": 1, "source": "direct", "device": "phone",
        }
        for experiment, word in ((gone, "gone"), (kept, "kept"))
        for _ in range(400)
    ]  # fmt: skip
    chance.shuffle(rows)
    with writing() as session:
        session.execute(sa.insert(Signup.__table__), rows)


def bytes_of(file: Path) -> bytes:
    """The database and its write-ahead log, byte by byte."""
    db.session.rollback()
    log = file.with_name(file.name + "-wal")
    return file.read_bytes() + (log.read_bytes() if log.exists() else b"")


def test_the_file_is_not_written_anew_without_a_purge(
    ended: Larder, now: HandClock, on_sqlite: Path
):
    purge(ended.experiment)
    for _ in range(2):
        run_due_jobs()
        now.turn(hours=1)
    kiln = start_page(slug="kiln").experiment
    mingle(kiln, kiln)
    with writing() as session:
        session.execute(sa.delete(Signup))

    run_due_jobs()

    assert db.session.execute(sa.text("PRAGMA freelist_count")).scalar_one() > 0


def test_copies_from_before_a_purge_are_deleted_two_weeks_later(
    ended: Larder, now: HandClock, settings: Settings
):
    folder = backup_folder(settings)
    folder.mkdir()
    purge(ended.experiment)
    later = now() + timedelta(hours=2)
    times = [f"{at:%Y-%m-%dT%H%M%S}" for at in (now(), later)]
    names = [f"{why}-{at}.db" for why in ("nightly", "a-b") for at in times]
    names += ["nightly-2027-01-01T000000.db-wal", "asked-2027-01-01T000000.dump"]
    # Left by processes that were killed.
    names += ["nightly-2027-01-02T000000.part", "asked-2027-01-02T000000.dump.part"]
    for name in names:
        (folder / name).touch()
    now.turn(days=13)
    drop_old_copies(now())
    assert len(list(folder.iterdir())) == 8

    now.turn(days=1)
    drop_old_copies(now())

    assert sorted(file.name for file in folder.iterdir()) == sorted([names[1], names[3]])
