"""A copy of the database tells the same figures elsewhere."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest import create_app
from wbtest.config import Settings
from wbtest.delivery import backups
from wbtest.extensions import db, runtime
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json

LATER = datetime(2027, 3, 11, 20, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite, whatever the rest of the suite runs on: PostgreSQL has copies of its own."""
    return sqlite_url


def test_an_empty_instance_filled_from_a_backup_shows_every_figure_as_before(
    app: Flask, settings: Settings, begin: Start, tmp_path: Path, now: HandClock
) -> None:
    met = begin(variants=("From your kitchen",))
    count_day(met, 1, "from-your-kitchen", seen=108, converted=14)
    before = results_json(results_of(met, LATER))
    file = tmp_path / "elsewhere" / "wbtest.db"
    assert settings.database_file
    backups.copy_database(settings.database_file, file)

    elsewhere = create_app(
        replace(settings, instance=file.parent, database_url=f"sqlite:///{file}"), now
    )
    with elsewhere.app_context():
        after = results_json(results_of(db.session.get_one(Experiment, met.id), LATER))
        db.session.remove()
        db.engine.dispose()
    runtime(elsewhere).recorder.close()

    assert after == before
