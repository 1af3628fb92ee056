"""What lies on the disk of what was deleted: in the file, its log, and its copies."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import (
    Team,
    make_release,
)
from tests.team.all_of_it import delete, make_over
from wbtest.audience.retention import drop_old_copies, purge, wipe_traces
from wbtest.config import Settings
from wbtest.delivery.backups import backup_folder
from wbtest.extensions import db


class TestTraces:
    """On SQLite; PostgreSQL has files of its own."""

    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url

    def test_nothing_is_left_in_the_file_and_its_log(
        self, team: Team, settings: Settings, now: HandClock
    ):
        file = settings.database_file
        assert file is not None
        make_release(team.editor, headline="Zebra soup from the shelf", problem="zebra " * 900)
        assert b"zebra" in bytes_of(file)

        delete(team)
        wipe_traces(now())

        assert b"zebra" not in bytes_of(file).lower()

    def test_copies_from_before_go_after_two_weeks(
        self, team: Team, settings: Settings, now: HandClock
    ):
        folder = backup_folder(settings)
        folder.mkdir(parents=True)
        copy = folder / f"wbtest-{now():%Y-%m-%dT%H%M%S}.db"
        assert settings.database_file is not None
        shutil.copyfile(settings.database_file, copy)
        now.turn(hours=1)
        delete(team)

        now.turn(days=13)
        drop_old_copies(now())
        assert copy.exists()
        now.turn(days=1)
        drop_old_copies(now())

        assert not copy.exists()

    def test_copies_from_before_a_purge_go_on_its_day_though_the_team_went_meanwhile(
        self, app: Flask, team: Team, settings: Settings, now: HandClock
    ):
        folder = backup_folder(settings)
        folder.mkdir(parents=True)
        names = [f"wbtest-{now() + timedelta(days=day):%Y-%m-%dT%H%M%S}.db" for day in (0, 5)]
        for name in names:
            (folder / name).touch()
        purge(make_over(app, team))
        now.turn(days=10)
        delete(team)

        now.turn(days=4)
        drop_old_copies(now())

        assert [file.name for file in folder.iterdir()] == names[1:]


def bytes_of(file: Path) -> bytes:
    """The database and its log, as they lie on the disk."""
    db.session.rollback()
    log = file.with_name(f"{file.name}-wal")
    return file.read_bytes() + (log.read_bytes() if log.exists() else b"")
