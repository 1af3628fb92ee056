"""Fixtures that every test may ask for: an app on a fresh database, a clock that we turn."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import db


class HandClock:
    """A clock that stands still until a test turns it."""

    def __init__(self) -> None:
        self.time = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **parts: float) -> None:
        """Move on by ``timedelta(**parts)``."""
        self.time += timedelta(**parts)


class Browser(FlaskClient):
    """A client whose requests share nothing with the test but the database, as in the server."""

    def open(self, *args: Any, **parts: Any) -> TestResponse:
        # Otherwise the request would use the test's own `g` and session, where one request leaves
        # its log-in to the next. The answer is read whole, so that files are closed here.
        parts.setdefault("buffered", True)
        with self.application.app_context():
            response = super().open(*args, **parts)
        # What the test holds was read before the request; the next look is a fresh one.
        db.session.rollback()
        return response

    def send(self, url: str, data: dict[str, Any] | None = None, **parts: Any) -> TestResponse:
        """POST a form as a person would: with the token that the page carried."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        signer = URLSafeTimedSerializer(
            self.application.config["SECRET_KEY"], salt="wtf-csrf-token"
        )
        return self.post(url, data={"csrf_token": signer.dumps(raw), **(data or {})}, **parts)


@pytest.fixture
def now() -> HandClock:
    return HandClock()


@pytest.fixture
def database_url(tmp_path: Path, worker_id: str) -> Iterator[str]:
    """A fresh SQLite file, or a fresh schema of the PostgreSQL named by TEST_DATABASE_URL."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    name = f"wbtest_{worker_id}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        instance=tmp_path,
        database_url=database_url,
        secret_key="a-secret-for-tests-only-0123456789",
        base_url="http://localhost",
    )


@pytest.fixture
def app(settings: Settings, now: HandClock) -> Iterator[Flask]:
    """The whole app on an empty database, inside its context."""
    app = create_app(settings, now)
    app.test_client_class = Browser
    with app.app_context():
        db.create_all()
        yield app
        app.extensions["wbtest.recorder"].close()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> Browser:
    browser = app.test_client()
    assert isinstance(browser, Browser)
    return browser
