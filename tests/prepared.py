"""What many tests begin with: SQLite files filled once a run and copied for each test."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import copy
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple, Protocol

import pytest
from flask import Flask

from wbtest.config import Settings
from wbtest.extensions import db, runtime

SECRET_KEY = "a-secret-for-tests-only-0123456789"
# Nobody listens there. Without it no visitor would be written to.
MAIL_URL = "smtp://127.0.0.1:1"
Fill = Callable[[], object]


class Clock(Protocol):
    """One that stands still until it is turned."""

    time: datetime

    def __call__(self) -> datetime: ...


class Prepared(NamedTuple):
    """A filled file, when it was done, and what the function that filled it returned."""

    file: Path
    at: datetime
    returned: Any


class PreparedFiles:
    """The files of a run, by what filled them and when that began."""

    def __init__(
        self, folder: Path, empty: Path, make_app: Callable[[Settings, Clock], Flask]
    ) -> None:
        self._folder, self._empty, self._make_app = folder, empty, make_app
        self._files: dict[tuple[Fill, datetime], Prepared] = {}

    def copy(self, fill: Fill | None, now: Clock, target: Path) -> Path:
        """Copy to ``target`` the file that ``fill`` fills; set the clock to when it was done."""
        if fill is None:
            return shutil.copyfile(self._empty, target)
        key = fill, now()
        if key not in self._files:
            self._files[key] = self._make(fill, now)
        now.time = self._files[key].at
        return shutil.copyfile(self._files[key].file, target)

    def returned_by(self, fill: Fill) -> Any:
        """What ``fill`` returned when its file was filled."""
        return next(each.returned for (filler, _), each in self._files.items() if filler == fill)

    def _make(self, fill: Fill, now: Clock) -> Prepared:
        folder, clock = Path(mkdtemp(dir=self._folder)), copy(now)
        path = shutil.copyfile(self._empty, folder / "prepared.db")
        settings = Settings(
            *(folder, f"sqlite:///{path}", SECRET_KEY, "http://localhost"), mail_url=MAIL_URL
        )
        app = self._make_app(settings, clock)
        with app.app_context():
            returned = fill()
            runtime(app).recorder.close()
            db.session.remove()
            db.engine.dispose()
        # A thread that ends a moment later would leave the last rows in the log beside the file.
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Prepared(path, clock(), returned)


def fill_for(request: pytest.FixtureRequest, otherwise: Fill | None, **fills: Fill) -> Fill | None:
    """What fills the database for the first of these fixtures that the test asks for."""
    return next((fills[name] for name in fills if name in request.fixturenames), otherwise)


def turn(**parts: float) -> None:
    """Turn the clock of the app by ``timedelta(**parts)``: a test's, or one that fills a file."""
    runtime().now.turn(**parts)  # type: ignore[attr-defined]
