"""What many tests begin with: SQLite files filled once a run and copied for each test."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import db, runtime

SECRET_KEY = "a-secret-for-tests-only-0123456789"
Fill = Callable[[], object]


class PreparedFiles:
    """The files of a run, by what filled them and when; the first has tables and no rows."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self._folder, self._empty = folder, empty
        self._files: dict[tuple[Fill, datetime], Path] = {}

    def copy(self, fill: Fill | None, at: datetime, target: Path) -> Path:
        """Copy to ``target`` the file that ``fill`` fills when called at this time."""
        if fill is None:
            return shutil.copyfile(self._empty, target)
        if (fill, at) not in self._files:
            self._files[fill, at] = self._make(fill, at)
        return shutil.copyfile(self._files[fill, at], target)

    def _make(self, fill: Fill, at: datetime) -> Path:
        path = shutil.copyfile(self._empty, self._folder / f"{len(self._files)}.db")
        settings = Settings(self._folder, f"sqlite:///{path}", SECRET_KEY, "http://localhost")
        app = create_app(settings, lambda: at)
        with app.app_context():
            fill()
            runtime(app).recorder.close()
            db.session.remove()
            db.engine.dispose()
        # A thread that ends a moment later would leave the last rows in the log beside the file.
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path
