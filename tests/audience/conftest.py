"""A database for the recorder without the app around it, and a page with all of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import Larder, Visitor, start_page
from tests.audience.recording import Database, Page
from tests.conftest import HandClock
from wbtest import store
from wbtest.extensions import Base


@pytest.fixture
def database(database_url: str, tmp_path: Path, now: HandClock) -> Iterator[Database]:
    engine = sa.create_engine(database_url)
    store.prepare(engine)
    Base.metadata.create_all(engine)
    is_sqlite = engine.dialect.name == "sqlite"
    lock = store.WriteLock(tmp_path / "test.lock") if is_sqlite else store.NoLock()
    database = Database(engine, lock, now)
    yield database
    for recorder in database.recorders:
        recorder.close()
    engine.dispose()


@pytest.fixture
def page(database: Database) -> Page:
    return Page(database)


@pytest.fixture
def larder(app: Flask) -> Larder:
    """A page on the air through the whole app, with two variants of equal weight."""
    return start_page(variants={"photo": {"headline": "Dinner from a photo"}})


@pytest.fixture
def mia(app: Flask, larder: Larder) -> Visitor:
    """Somebody on a phone who has not been there before."""
    return Visitor(app)
