"""What a command needs first: the app of this instance, its database checked, and a log."""

import fcntl
import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import DBAPIError

from wbtest import create_app, database, store
from wbtest.config import Settings, database_in, from_environment, secret_file
from wbtest.delivery import backups
from wbtest.extensions import Now, db, runtime, utc_now
from wbtest.team import audit, people

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def opened(environ: Mapping[str, str], now: Now = utc_now) -> Iterator[Flask]:
    """The app inside its context, its database checked and not empty.

    Raises BadSetting or StoreBroken with the fix.
    """
    settings = from_environment(environ)
    start_logging(settings.log_format)
    app = create_app(settings, now)
    runtime(app).actor = audit.OPERATOR
    with app.app_context(), closed_at_the_end():
        check_store(settings)
        if database.is_empty():
            raise store.StoreBroken(
                f"The database of {settings.instance} holds nothing yet. Start `wbtest serve` "
                "once, or set WBTEST_INSTANCE to the folder that you mean."
            )
        yield app


@contextmanager
def in_use(settings: Settings) -> Iterator[None]:
    """Hold the instance while it runs; any number may. Raises StoreBroken during a restore."""
    with _locked(settings, fcntl.LOCK_SH, "A restore is under way. Try again when it is done."):
        yield


@contextmanager
def alone_with(settings: Settings) -> Iterator[None]:
    """Hold the instance alone. Raises StoreBroken while it runs."""
    with _locked(settings, fcntl.LOCK_EX, "wbtest is running. Stop it first, then try again."):
        yield


@contextmanager
def closed_at_the_end() -> Iterator[None]:
    """Let go of the database when the block ends."""
    try:
        yield
    finally:
        db.session.remove()
        db.engine.dispose()


def check_store(settings: Settings, *, may_be_earlier: bool = False) -> None:
    """Raise StoreBroken, with what to do, unless the database is whole, ours and can be written.

    ``may_be_earlier`` lets one of an earlier release pass, which waits for its upgrade.
    """
    try:
        if settings.is_sqlite:
            _check_file(settings)
        store.check_rules(db.engine)
        database.check_schema(may_be_earlier=may_be_earlier)
        _check_secret(settings)
    except DBAPIError as error:
        said = str(error.orig)
        if isinstance(error.orig, OSError):
            said = f"unable to open its lock: {error.orig.strerror}"
        raise store.StoreBroken(_fix_for(said, settings)) from error
    except sqlite3.Error as error:
        raise store.StoreBroken(_fix_for(str(error), settings)) from error


def _check_file(settings: Settings) -> None:
    with db.engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if found != "ok":
        raise store.StoreBroken(_fix_for(found, settings))
    # Both locks for writing, which a read-only file or folder does not give.
    with store.lock(), db.engine.connect().execution_options(writes=True) as connection:
        connection.exec_driver_sql("PRAGMA user_version")


def check_not_lost(settings: Settings) -> None:
    """Raise StoreBroken where the folder was in use, and its database holds nothing.

    If it were served, the first visitor would become its owner.
    """
    file, secret = settings.database_file, secret_file(settings.instance)
    # A database that WBTEST_DATABASE_URL names may just have been made.
    if file == database_in(settings.instance) and secret.exists() and database.is_empty():
        raise store.StoreBroken(
            f"{file} holds nothing, but {secret} says that this folder was in use. Restore a "
            f"backup: wbtest restore FILE. To start afresh, delete {secret} instead."
        )


def _check_secret(settings: Settings) -> None:
    """Raise StoreBroken when a new secret meets a database in which people work with another.

    A second machine would refuse the forms that the first one printed.
    """
    if settings.is_sqlite or not settings.is_secret_new:
        return
    if not database.is_empty() and people.has_owner():
        raise store.StoreBroken(
            "This database is in use with another secret. Set WBTEST_SECRET_KEY to the same on "
            "every machine; the first one may have made its own: see secret_key in its instance "
            "folder."
        )


def _fix_for(said: str, settings: Settings) -> str:
    said = " ".join(said.split())
    if not settings.is_sqlite:
        return f"PostgreSQL does not answer as it should: {said}"
    file = settings.database_file
    if "readonly" in said or "unable to open" in said:
        return (
            f"{file} cannot be opened for writing ({said}). Give this account the right to write "
            "the file and its folder."
        )
    if "locked" in said:
        return f"{file} is held by another program ({said}). End that one and try again."
    newest = backups.newest_backup(settings)
    fix = (
        f"Restore the newest backup: wbtest restore {newest}"
        if newest
        else f"There is no backup in {backups.backup_folder(settings)}; restore one from elsewhere."
    )
    return f"{file} is damaged ({said}). Nothing was changed. {fix}"


@contextmanager
def _locked(settings: Settings, how: int, refusal: str) -> Iterator[None]:
    with (settings.instance / "running.lock").open("ab") as handle:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise store.StoreBroken(refusal) from error
        # The process with the lock knows that no restore is under way.
        backups.script_in(settings.instance).unlink(missing_ok=True)
        if settings.database_file:
            _clear_up(settings.database_file, is_alone=how == fcntl.LOCK_EX)
        yield


def _clear_up(file: Path, *, is_alone: bool) -> None:
    """Remove what a killed restore left; only the next one may go on without a database."""
    left = backups.restored_in(file)
    if left.exists() and not file.exists() and not is_alone:
        raise store.StoreBroken(
            "A restore was cut off before its end. Do it once more: wbtest restore FILE. What was "
            "there before it is in the folder backups, as replaced-…"
        )
    backups.remove(left)


class TextLines(logging.Formatter):
    """One record is one entry: a line break in what somebody sent cannot forge another."""

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        record.asctime = _time(record)
        line = self.formatMessage(record)
        # What an exception says is set in, so that it cannot look like an entry either.
        return line + "".join(f"\n  {more}" for more in _lines(self, record))


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, and the exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def start_logging(log_format: str) -> None:
    """Send what is worth knowing to the standard error, in ``text`` or ``json``."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines(TEXT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It tells each step of a PDF, and each rule of our styles that is for screens alone.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)


def _lines(formatter: logging.Formatter, record: logging.LogRecord) -> list[str]:
    return formatter.formatException(record.exc_info).splitlines() if record.exc_info else []


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
