"""The recorder: visits and sign-ups wait in a queue and are committed in groups by one thread.

Answering a visitor costs one append. A sign-up waits until its group is durable. Groups follow each
other, so that under load each holds what arrived while the last one was written.
"""

import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from multiprocessing.util import Finalize

import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from wbtest.audience.cells import Facts
from wbtest.audience.events import Event, Outcome, SignedUp
from wbtest.audience.groups import record
from wbtest.extensions import Now
from wbtest.store import NoLock, Refused, WriteLock, writing_group

log = logging.getLogger(__name__)

MOST_QUEUED = 50_000
LARGEST_GROUP = 1_000
GROUP_SECONDS = 0.05
ROOM_SECONDS = 1.0
SIGN_UP_SECONDS = 9.0
FLUSH_SECONDS = 30.0
CLOSE_SECONDS = 20.0
# Pauses before the second, third and fourth try of a group that the store did not take.
PAUSES = (0.1, 0.3, 0.9)
# After a group was given up, visits are not taken for this long; then the store is tried again.
REST_SECONDS = 1.0
STORE_ERRORS = (OperationalError, InterfaceError, PoolExhausted, OSError)


class StoreFailed(Refused):
    """A sign-up that could not be stored."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "We cannot store this right now. Your text is still here; try again in a minute."
        )


class QueueFull(Refused):
    """More is coming in than can be stored."""

    status = 503

    def __init__(self) -> None:
        super().__init__("Too many people are here at once. Try again in a minute.")


class _Waiting:
    """A sign-up, or None for a flush, and who waits until it is stored."""

    __slots__ = ("event", "future", "is_abandoned")

    def __init__(self, event: SignedUp | None) -> None:
        self.event = event
        self.future: Future[Outcome | None] = Future()
        self.is_abandoned = False


_Item = Event | _Waiting


class Recorder:
    """One per process and app. Its thread starts with the first event, so after any fork.

    ``lost`` counts the events, sign-ups apart, that could not be stored; nobody waited for them.
    """

    def __init__(
        self, engine: sa.Engine, lock: WriteLock | NoLock, now: Now, mail_domain: str = "localhost"
    ) -> None:
        self.lost = 0
        self._engine = engine
        self._lock = lock
        self._now = now
        self._mail_domain = mail_domain
        self._facts: dict[int, Facts] = {}
        self._queue: deque[_Item] = deque()
        self._arrived = threading.Event()
        self._hurry = threading.Event()
        self._room = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._finalizer: Finalize | None = None
        self._is_closing = False
        self._rests_until = 0.0

    def put(self, event: Event) -> bool:
        """Take an event to be stored within a moment; nobody learns what becomes of it.

        Returns False, and takes nothing, while the store fails. Waits up to a second when the queue
        is full, then raises QueueFull.
        """
        if self._rests_until and time.monotonic() < self._rests_until:
            return False
        self._append(event)
        return True

    def sign_up(self, event: SignedUp) -> Outcome:
        """Store a sign-up and return whether its address is new, once that is durable.

        Raises StoreFailed when it was not stored, QueueFull as ``put`` does. Not to be called
        inside a write transaction, which would keep the group from being written.
        """
        waiting = _Waiting(event)
        self._append(waiting)
        self._hurry.set()
        try:
            outcome = waiting.future.result(SIGN_UP_SECONDS)
        except TimeoutError as error:
            # Nothing shall be stored later that we said was not.
            waiting.is_abandoned = True
            raise StoreFailed from error
        assert outcome is not None
        return outcome

    def flush(self) -> None:
        """Wait until everything that was taken before is stored, or counted as lost."""
        if self._thread is None:
            return
        waiting = _Waiting(None)
        self._queue.append(waiting)
        self._arrived.set()
        self._hurry.set()
        waiting.future.result(FLUSH_SECONDS)

    def close(self) -> None:
        """Store what is queued and end the thread; a later event starts it anew."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is None:
                return
            self._is_closing = True
            self._arrived.set()
            self._hurry.set()
            thread.join(CLOSE_SECONDS)
            if self._finalizer is not None:
                self._finalizer.cancel()

    def _append(self, item: _Item) -> None:
        if len(self._queue) >= MOST_QUEUED:
            self._wait_for_room()
        self._queue.append(item)
        if self._thread is None:
            self._start()
        if not self._arrived.is_set():
            self._arrived.set()
        if len(self._queue) >= LARGEST_GROUP and not self._hurry.is_set():
            self._hurry.set()

    def _wait_for_room(self) -> None:
        ends = time.monotonic() + ROOM_SECONDS
        while len(self._queue) >= MOST_QUEUED:
            self._room.clear()
            if not self._room.wait(max(0.0, ends - time.monotonic())):
                raise QueueFull

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None:
                return
            self._is_closing = False
            # Servers that end their workers through multiprocessing do not run ``atexit``; where
            # they do not, multiprocessing runs its finalizers at exit itself.
            self._finalizer = Finalize(None, self.close, exitpriority=10)
            thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            thread.start()
            self._thread = thread

    def _run(self) -> None:
        while not (self._is_closing and not self._queue):
            self._arrived.wait()
            self._hurry.wait(GROUP_SECONDS)
            self._arrived.clear()
            self._hurry.clear()
            while self._queue:
                self._store(self._take())

    def _take(self) -> list[_Item]:
        group = [self._queue.popleft() for _ in range(min(LARGEST_GROUP, len(self._queue)))]
        self._room.set()
        return group

    def _store(self, group: list[_Item]) -> None:
        """Write a group, trying again when the store fails.

        An event that no store would take is found by halving the group, and given up alone.
        """
        for pause in (*PAUSES, None):
            try:
                self._write(group)
            except STORE_ERRORS as error:
                if pause is None:
                    self._rests_until = time.monotonic() + REST_SECONDS
                    self._give_up(group, error)
                else:
                    time.sleep(pause)
            except Exception as error:
                if len(group) == 1:
                    self._give_up(group, error)
                else:
                    self._store(group[: len(group) // 2])
                    self._store(group[len(group) // 2 :])
                return
            else:
                self._rests_until = 0.0
                return

    def _write(self, group: list[_Item]) -> None:
        """Write a group in one transaction, then tell those who wait."""
        waiting = [item for item in group if isinstance(item, _Waiting)]
        outcomes: dict[int, Outcome | None] = {}
        if any(_event_of(item) for item in group):
            with writing_group(self._engine, self._lock) as connection:
                # Looked at when nothing is left to wait for but the disk.
                wanted = [item for item in group if _is_wanted(item)]
                events = [event for item in wanted if (event := _event_of(item))]
                found = record(connection, events, self._facts, self._now(), self._mail_domain)
            outcomes = dict(zip(map(id, wanted), found, strict=True))
        for item in waiting:
            item.future.set_result(outcomes.get(id(item)))

    def _give_up(self, group: list[_Item], error: Exception) -> None:
        log.error("%d events could not be stored: %s", len(group), _describe(error))
        for item in group:
            if not isinstance(item, _Waiting):
                self.lost += 1
            elif item.event is None:
                item.future.set_result(None)
            else:
                item.future.set_exception(StoreFailed())


def _event_of(item: _Item) -> Event | None:
    return item.event if isinstance(item, _Waiting) else item


def _is_wanted(item: _Item) -> bool:
    """Whether it is an event for which nobody has stopped waiting."""
    return not isinstance(item, _Waiting) or (item.event is not None and not item.is_abandoned)


def _describe(error: Exception) -> str:
    """What went wrong, without the statement's parameters: they hold what people typed."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"
