"""One writer at a time among threads and processes that share a SQLite file."""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as TookTooLong

# How long to wait for another writer of ours.
LOCK_SECONDS = 4.0


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
        """Hold the lock, for whoever waits no longer than that."""
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
        raise OperationalError("open the lock", None, error) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        # The system has no waiting that ends, and looking again and again would lose to those who
        # look at the right moment: so a thread waits, for as long as we care.
        try:
            waiting = _Waiting(file)
        except RuntimeError as error:
            # The system has no thread left to give.
            raise OperationalError("wait for the lock", None, error) from error
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


def _too_long(seconds: float) -> TookTooLong:
    return TookTooLong(f"others have been writing for {seconds:g} s")


class NoLock:
    """PostgreSQL has its own; it needs none of ours."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def within(self, _seconds: float) -> "NoLock":
        """Hold nothing."""
        return self
