"""The recorder: visits and sign-ups wait in a queue and are committed in groups by one thread.

Answering a visitor costs one append. A sign-up waits until its group is durable. Groups follow each
other, so that under load each holds what arrived while the last one was written.
"""

import threading
import time
from collections import deque
from multiprocessing.util import Finalize

import sqlalchemy as sa

from wbtest.audience.recording.events import Event, Outcome, SignedUp, TurnedAway
from wbtest.audience.recording.writer import Item, StoreFailed, Waiting, Writer
from wbtest.delivery.health import Queue
from wbtest.extensions import Now
from wbtest.locks import NoLock, WriteLock
from wbtest.store import Refused

MOST_QUEUED = 50_000
# A group is written when so many wait, or the first has waited so long. What came meanwhile goes
# with it: the more are behind, the less each costs.
FULL_GROUP = 1_000
GROUP_SECONDS = 0.05
LARGEST_GROUP = 5_000
ROOM_SECONDS = 1.0
SIGN_UP_SECONDS = 9.0
REFUSAL_SECONDS = 2.0
FLUSH_SECONDS = 30.0
CLOSE_SECONDS = 20.0


class QueueFull(Refused):
    """More is coming in than can be stored."""

    status = 503

    def __init__(self) -> None:
        super().__init__("Too many people are here at once. Try again in a minute.")


class TooMany(Refused):
    """A network sends more forms than its people can; ``seconds`` say how long it has to wait."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__("We’ve had a lot of sign-ups from your network. Try again in an hour.")
        self.seconds = seconds


class Recorder:
    """One per process and app. Its thread starts with the first event, so after any fork."""

    def __init__(
        self,
        engine: sa.Engine,
        lock: WriteLock | NoLock,
        now: Now,
        mail_domain: str = "localhost",
    ) -> None:
        self._queue: deque[Item] = deque()
        self._writer = Writer(engine, lock, now, mail_domain)
        self._arrived = threading.Event()
        self._hurry = threading.Event()
        self._room = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._finalizer: Finalize | None = None
        self._is_closing = False
        self._refuses_until = 0.0

    @property
    def lost(self) -> int:
        """How many events, sign-ups apart, could not be stored; nobody waited for them."""
        return self._writer.lost

    @property
    def is_storing(self) -> bool:
        """Whether the last group was stored, and none takes too long."""
        return not (self._writer.is_resting or self._writer.is_hanging)

    def state(self) -> Queue:
        """Return how much waits, and how long the newest group took."""
        return Queue(self.is_storing, len(self._queue), self._writer.seconds_to_commit)

    def put(self, event: Event) -> bool:
        """Take an event to be stored within a moment; nobody learns what becomes of it.

        Returns False, and takes nothing, while the store fails. Waits up to a second when the queue
        is full, then raises QueueFull.
        """
        if self._writer.is_resting:
            return False
        self._append(event)
        return True

    def sign_up(self, event: SignedUp) -> Outcome:
        """Store a sign-up and return whether its address is new, once that is durable.

        Raises StoreFailed when it was not stored, TooMany when its network has sent what it may,
        Gone when the page was deleted meanwhile, QueueFull as ``put`` does. Not to be called inside
        a write transaction, which would keep the group from being written.
        """
        self.check()
        waiting = Waiting(event)
        self._append(waiting)
        self._hurry.set()
        try:
            outcome = waiting.wait(SIGN_UP_SECONDS)
        except TimeoutError as error:
            # Nothing shall be stored later that we said was not.
            waiting.is_abandoned = True
            raise StoreFailed from error
        if isinstance(outcome, TurnedAway):
            raise TooMany(outcome.seconds)
        assert outcome is not None
        return outcome

    def check(self) -> None:
        """Raise StoreFailed while the store hangs: whoever waits for it keeps others waiting."""
        if self._writer.is_hanging or time.monotonic() < self._refuses_until:
            raise StoreFailed

    def note_failure(self) -> None:
        """Refuse sign-ups for a moment: somebody else's write has just failed."""
        self._refuses_until = time.monotonic() + REFUSAL_SECONDS

    def flush(self) -> None:
        """Wait until everything that was taken before is stored, or counted as lost."""
        if self._thread is None:
            return
        waiting = Waiting(None)
        self._queue.append(waiting)
        self._arrived.set()
        self._hurry.set()
        waiting.wait(FLUSH_SECONDS)

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

    def _append(self, item: Item) -> None:
        if len(self._queue) >= MOST_QUEUED:
            self._wait_for_room()
        self._queue.append(item)
        if self._thread is None:
            self._start()
        if not self._arrived.is_set():
            self._arrived.set()
        if len(self._queue) >= FULL_GROUP and not self._hurry.is_set():
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
            # Many small groups would cost more than they hold; whoever waits is in a hurry.
            self._hurry.wait(GROUP_SECONDS)
            self._arrived.clear()
            self._hurry.clear()
            self._writer.store(self._take(), self._take)
            if self._queue:
                self._arrived.set()
                if self._is_closing or len(self._queue) >= FULL_GROUP:
                    self._hurry.set()

    def _take(self) -> list[Item]:
        group = [self._queue.popleft() for _ in range(min(LARGEST_GROUP, len(self._queue)))]
        self._room.set()
        return group


__all__ = ["QueueFull", "Recorder", "StoreFailed", "TooMany"]
