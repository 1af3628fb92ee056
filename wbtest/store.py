"""The one way to write: transactions, the lock they take, and the rules a database must follow.

Both databases run the same code. Nothing here knows what is stored.
"""

import fcntl
import logging
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from wbtest.extensions import Base, db, runtime

log = logging.getLogger(__name__)
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
BUSY_MILLISECONDS = 5000
# The system would let us write on into what nobody can find again.
MOVED = (
    "the database or its -wal was moved or deleted while wbtest runs. Put it back, or stop wbtest "
    "and put a backup in its place with wbtest restore"
)
# Any number will do, as long as every process asks PostgreSQL for the same one.
GROUP_LOCK = 7_203_411
# How long to wait for another writer of ours.
LOCK_SECONDS = 4.0


class Refused(Exception):
    """A verb that will not act. The text is a sentence for the person who asked.

    ``status`` is the HTTP status, ``title`` heads the page where that of the status does not fit,
    ``field`` is the form field at which the sentence belongs, ``faults`` are several by what they
    are about. ``seconds`` is how long to wait after a 429 or 503.
    """

    status = 409
    seconds = 60
    title = ""
    field = ""
    faults: Mapping[str, str] = MappingProxyType({})


class Invalid(Refused):
    """What was typed cannot be used; ``field`` says where."""

    status = 422

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Gone(Refused):
    """A change to something that somebody deleted meanwhile."""

    status = 404


class Outdated(Refused):
    """A change to a version that is not the newest any more, from somebody who named it."""

    status = 412

    def __init__(self) -> None:
        super().__init__("This was changed after you read it. Read it again, then change that.")


class RateLimited(Refused):
    """This was asked too often; it may be asked again in ``seconds``."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(_wait_sentence(seconds))
        self.seconds = seconds


def _wait_sentence(seconds: int) -> str:
    """Return what to say to somebody who has to wait.

    >>> _wait_sentence(61)
    'Wait 2 minutes, then try again.'
    """
    minutes = -(-seconds // 60)
    wait = "a minute" if minutes == 1 else f"{minutes} minutes"
    return f"Wait {wait}, then try again."


class StoreBroken(Exception):
    """The database does not follow the rules we rely on; the text says which and the fix."""


class WriteLock:
    """One writer at a time among threads and processes that share a SQLite file.

    SQLite's own waiting sleeps up to 100 ms between tries; a file lock wakes the next one at once.
    Re-entrant per thread, so a verb called by a verb joins the open transaction. Raises
    ``sqlalchemy.exc.TimeoutError`` when others write for too long: if somebody else holds the file,
    each of them waits for that in turn, and the last would wait for all.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.RLock()
        self._depth = 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        self._take(LOCK_SECONDS)

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth == 0 and self._file is not None:
            self._file.close()
            self._file = None
        self._threads.release()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Hold the lock, after a wait of at most so many seconds."""
        self._take(seconds)
        try:
            yield
        finally:
            self.__exit__()

    def _take(self, seconds: float) -> None:
        if not self._threads.acquire(timeout=seconds):
            raise _too_long(seconds)
        try:
            if self._depth == 0:
                # The descriptor lives as long as the lock; a fork gets one of its own.
                self._file = _locked(self._path, seconds)
            self._depth += 1
        except BaseException:
            self._threads.release()
            raise


def _locked(path: Path, seconds: float) -> IO[bytes]:
    """Open the file and hold it alone. Raises OperationalError where it cannot be opened."""
    try:
        file = path.open("ab")
    except OSError as error:
        # On a disk that has become read-only no more could be written to the database beside it.
        raise sa.exc.OperationalError("open the lock", None, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # The system has no waiting that ends, and looking again and again would lose to those who
        # look at the right moment: so a thread waits, for as long as we care.
        try:
            waiting = _Waiting(file)
        except RuntimeError as error:
            # The system has no thread left to give.
            raise sa.exc.OperationalError("wait for the lock", None, error) from error
        if not waiting.is_over(seconds):
            raise _too_long(seconds) from None
    return file


class _Waiting(threading.Thread):
    """Waits for a file lock, and lets go of it at once when nobody cares any more."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(name="write lock", daemon=True)
        self._file = file
        self._got = threading.Event()
        self._ends = threading.Lock()
        self._is_given_up = False
        self.start()

    def run(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        with self._ends:
            if self._is_given_up:
                self._file.close()
            self._got.set()

    def is_over(self, seconds: float) -> bool:
        """Wait so long; False gives up."""
        if self._got.wait(seconds):
            return True
        with self._ends:
            self._is_given_up = not self._got.is_set()
            return not self._is_given_up


def _too_long(seconds: float) -> sa.exc.TimeoutError:
    return sa.exc.TimeoutError(f"others have been writing for {seconds:g} s")


class NoLock:
    """PostgreSQL has its own; it needs none of ours."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def within(self, _seconds: float) -> "NoLock":
        """Hold nothing."""
        return self


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A point in time: aware and in UTC on both sides. Naive values are refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - the base class names it
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def prepare(engine: sa.Engine) -> None:
    """Make every new connection follow our rules. On SQLite transactions begin as we say."""
    sa.event.listen(engine, "handle_error", _shorten)
    if engine.dialect.name != "sqlite":
        sa.event.listen(engine, "begin", _give_up_soon)
        return

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        # The driver must not begin transactions by itself: a read that turns into a write
        # in the same deferred transaction fails at once, whatever the busy timeout.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        for name, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")
        record.info["files"] = _files(engine)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get("writes"):
            missing = connection.info["files"] - _files(engine)
            if missing:
                raise sa.exc.OperationalError("BEGIN", None, sqlite3.OperationalError(MOVED))
        patience = options.get("within")
        if patience is not None:
            _be_patient(connection, round(1000 * patience))
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
        finally:
            if patience is not None:
                _be_patient(connection, BUSY_MILLISECONDS)


def _files(engine: sa.Engine) -> set[int]:
    """The database and its log, as the file system numbers them; those that are there."""
    files = (Path(f"{engine.url.database}{end}") for end in ("", "-wal"))
    return {file.stat().st_ino for file in files if file.exists()}


def _be_patient(connection: sa.Connection, milliseconds: int) -> None:
    """Say how long SQLite waits for another program that writes."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}").close()


def _give_up_soon(connection: sa.Connection) -> None:
    """Say how long PostgreSQL waits for a row in this transaction."""
    patience = connection.get_execution_options().get("within")
    if patience is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(1000 * patience)}")


def describe(error: BaseException) -> str:
    """What went wrong in one line, without the statement: fit for a log and for the doctor."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {_first_line(cause)}"


def _shorten(context: sa.engine.ExceptionContext) -> None:
    """Leave a driver's error its first line, wherever that is logged.

    In the next ones PostgreSQL names the values of the row, and so what people typed.
    """
    wrapped = context.sqlalchemy_exception
    if isinstance(wrapped, sa.exc.DBAPIError):
        wrapped.args = (str(wrapped.args[0]).partition("\n")[0], *wrapped.args[1:])
        context.original_exception.args = (_first_line(context.original_exception),)


def wrapped(error: Exception, statement: str, connection: sa.Connection) -> BaseException:
    """What SQLAlchemy raises for an error of the driver that we talked to past it."""
    error.args = (_first_line(error),)
    dialect = connection.dialect
    return sa.exc.DBAPIError.instance(
        statement, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
    )


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def check_rules(engine: sa.Engine) -> None:
    """Raise StoreBroken when the database would not keep what it acknowledged."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for name, wanted in PRAGMAS.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                if found != wanted:
                    raise StoreBroken(
                        f"SQLite runs with {name}={found}, not {wanted}. "
                        "Put the database on a local disk that supports write-ahead logging."
                    )
            return
        if connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "off":
            raise StoreBroken(
                "PostgreSQL runs with synchronous_commit=off, so an acknowledged sign-up could be "
                "lost. Turn it on for this database."
            )
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise StoreBroken(
                f"The database keeps text as {encoding}, which cannot hold every name. Make one "
                "with createdb --template=template0 --encoding=UTF8, and use that."
            )


def lock() -> WriteLock | NoLock:
    """Return this app's lock for writing."""
    return runtime().lock


@contextmanager
def writing(within: float | None = None) -> Iterator[scoped_session[Session]]:
    """One write transaction; a verb called inside another joins the open one.

    Commits at the end of the outermost block and rolls everything back when it raises. What is not
    worth waiting for names the seconds ``within`` which it must begin, and otherwise fails.
    """
    session = db.session
    if is_writing():
        yield session
        return
    with lock() if within is None else lock().within(within):
        # Ends a read transaction, whose snapshot may be older than the lock we now hold.
        session.rollback()
        session.connection(execution_options={"writes": True, "within": within})
        session.info["writing"] = True
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop("writing", None)


def let_go(_error: BaseException | None = None) -> None:
    """End what a request began to read, even when the database went away meanwhile.

    Otherwise its answer, which is made by then, would become an error without a page.
    """
    try:
        db.session.remove()
    except sa.exc.DBAPIError as error:
        log.error("a connection broke: %s", describe(error))
        db.session().invalidate()
        db.session.registry.clear()


def end_reading() -> None:
    """Give back the connection by which this request has read, if it has read anything."""
    if db.session.registry.has():
        db.session.rollback()


def is_writing() -> bool:
    """Whether this is a write transaction: what it reads may not be there when it is over."""
    return bool(db.session.info.get("writing"))


def hold(row: Base) -> None:
    """Read a row again, and let nobody else change it until this transaction ends.

    Must run inside ``writing``. Raises Gone when somebody deleted the row meanwhile.
    """
    # A refresh forgets what is not flushed yet, such as a save in the same transaction.
    db.session.flush()
    try:
        # This row alone: PostgreSQL does not lock what was outer joined when the row was loaded.
        db.session.refresh(row, with_for_update={"of": type(row)})
    except sa.exc.InvalidRequestError as error:
        raise Gone("Somebody deleted this meanwhile.") from error


@contextmanager
def writing_group(engine: sa.Engine, lock: WriteLock | NoLock) -> Iterator[sa.Connection]:
    """One write transaction outside any request, for groups of events.

    Groups exclude each other on PostgreSQL too, so that roll-ups are counted by one at a time.
    """
    with lock, engine.connect().execution_options(writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(GROUP_LOCK)))
        yield connection


def insert(engine_name: str, table: sa.Table | type[Base]) -> Any:
    """Return an insert that understands *on conflict*, for SQLite or PostgreSQL."""
    # Each dialect is loaded where there is such a database, and the other one not at all.
    if engine_name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
