"""A database for the recorder without the app around it, and a page with all of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import Larder, Visitor, find_larder, mails, start_page, visits
from tests.audience.recording import Database, Page
from tests.conftest import HandClock
from tests.prepared import Fill
from wbtest import store
from wbtest.extensions import Base
from wbtest.publishing import lifecycle


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
def prepared(request: pytest.FixtureRequest, prepared: Fill | None) -> Fill | None:
    return start_with_photo if "larder" in request.fixturenames else prepared


def start_with_photo() -> Larder:
    return start_page(variants={"photo": {"headline": "Dinner from a photo"}})


@pytest.fixture
def larder(app: Flask) -> Larder:
    """A page on the air through the whole app, with two variants of equal weight."""
    return find_larder() or start_with_photo()


@pytest.fixture
def mia(app: Flask, larder: Larder) -> Visitor:
    """Somebody on a phone who has not been there before."""
    return Visitor(app)


@pytest.fixture
def ended(app: Flask, larder: Larder, now: HandClock) -> Larder:
    """A page that three people saw, of whom two signed up, and that is over."""
    for number in range(3):
        visitor = Visitor(app)
        page = visitor.get()
        visitor.see(page)
        now.turn(minutes=1)
        if number:
            visitor.sign_up(page, f"mia{number}@x.io")
            [mail] = mails(app, f"mia{number}@x.io")
            visitor.post(f"/confirm/{mail.leave_url.rpartition('/')[2]}", {})
    Visitor(app, **{"User-Agent": "Googlebot/2.1"}).get()
    assert len(visits(app)) == 3
    lifecycle.end(larder.experiment, larder.approver)
    return larder
