"""The hostile company of a run: it lives once, and each test begins with a copy of its file."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import BytecodeCache

from tests.conftest import Browser, HandClock
from tests.hostile.filling import Filled, fill
from tests.prepared import SECRET_KEY
from wbtest import create_app
from wbtest.audience.signups import AbuseGuard
from wbtest.config import Settings
from wbtest.extensions import db, runtime


@dataclass(frozen=True, slots=True)
class Company:
    """The SQLite file, the time at which it was done, and what a test must know of it."""

    file: Path
    at: datetime
    filled: Filled


@pytest.fixture(scope="session")
def company(
    tmp_path_factory: pytest.TempPathFactory, sqlite_with_tables: Path, templates: BytecodeCache
) -> Company:
    folder = tmp_path_factory.mktemp("company")
    file, now = folder / "company.db", HandClock()
    shutil.copyfile(sqlite_with_tables, file)
    settings = Settings(
        folder, f"sqlite:///{file}", SECRET_KEY, "http://localhost", mail_url="smtp://127.0.0.1:1"
    )
    app = create_app(settings, now)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = templates
    runtime(app).guard = AbuseGuard(fastest_seconds=0)
    with app.app_context():
        filled = fill(now)
        runtime(app).recorder.close()
        db.session.remove()
        db.engine.dispose()
    # What is still in the log beside the file would not be copied.
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Company(file, now(), filled)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_url: str, now: HandClock) -> str:
    """The company's file where a test asks for ``filled``; its clock goes on from there."""
    if "filled" in request.fixturenames:
        company: Company = request.getfixturevalue("company")
        now.time = company.at
        shutil.copyfile(company.file, database_url.removeprefix("sqlite:///"))
    return database_url


@pytest.fixture
def filled(app: Flask, company: Company) -> Filled:
    return company.filled
