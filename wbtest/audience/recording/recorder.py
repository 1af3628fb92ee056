"""The recorder: visits and sign-ups wait in a queue, and one thread commits them in groups.

Answering a visitor costs one append. A sign-up waits until its group is durable. Groups follow each
other, so under load each holds what arrived while the last one was written. A group that the store
doesn't take is tried again, then given up and counted as lost.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.util import Finalize

import sqlalchemy as sa

from wbtest.audience.recording import counting_rules, gate, ledger
from wbtest.audience.recording.events import Event, Outcome, SignedUp, TurnedAway
from wbtest.audience.recording.write_batch import Loss, loss_of, record_events, record_losses
from wbtest.database import is_everywhere
from wbtest.extensions import Now
from wbtest.store import Gone, NoLock, Refused, WriteLock, describe, writing_group
from wbtest.team.health import RecorderState

log = logging.getLogger(__name__)

# Pauses before the second, third and fourth try of a group that the store did not take.
PAUSES = (0.1, 0.3, 0.9)
# After a group was given up the store is left alone by visits for this long.
REST_SECONDS = 1.0
# A group that is not written after so long waits for somebody who holds the store.
HANG_SECONDS = 4.0
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


class StoreFailed(Refused):
    """A sign-up that could not be stored."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "We can’t save this right now. Your text is still here. Try again in a minute."
        )


class PendingWrite:
    """A sign-up, or None for a flush, and who waits until it is stored."""

    __slots__ = ("_done", "_error", "_outcome", "event", "is_abandoned")

    def __init__(self, event: SignedUp | None) -> None:
        self.event = event
        self.is_abandoned = False
        self._outcome: Outcome | None = None
        self._error: Exception | None = None
        # Held until it is resolved. A future does the same at ten times the cost.
        self._done = threading.Lock()
        self._done.acquire()

    def resolve(self, outcome: Outcome | None = None, error: Exception | None = None) -> None:
        """Tell who waits what became of it."""
        self._outcome, self._error = outcome, error
        self._done.release()

    def wait(self, seconds: float) -> Outcome | None:
        """Return what became of it; raise the error that it was resolved with, or TimeoutError."""
        if not self._done.acquire(timeout=seconds):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._outcome


Item = Event | PendingWrite
More = Callable[[], list[Item]]


class BatchWriter:
    """Writes one group after the other. ``lost`` counts the events that nobody waited for.

    What was lost is noted in the store with the next group that it takes. ``seconds_to_commit`` is
    how long the newest group took, from the answer to its first visitor; None before there is one.
    """

    def __init__(
        self,
        engine: sa.Engine,
        lock: WriteLock | NoLock,
        now: Now,
        mail_domain: str,
    ) -> None:
        self.lost = 0
        self.seconds_to_commit: float | None = None
        self._losses: Counter[Loss] = Counter()
        self._engine = engine
        self._lock = lock
        self._now = now
        self._mail_domain = mail_domain
        self._gate = gate.NetworkGate()
        self._rests_until = 0.0
        # When the group was begun that is being written, 0 for none.
        self._begun = 0.0

    @property
    def is_resting(self) -> bool:
        """Whether visits leave the store alone: a group was given up a moment ago.

        After a rest one group at a time finds out whether it works again.
        """
        if not self._rests_until:
            return False
        return bool(self._begun) or time.monotonic() < self._rests_until

    @property
    def is_hanging(self) -> bool:
        """Whether a group is being written that takes too long, or follows one that failed.

        Then nobody is made to wait for it. Visits are queued on: a long write of ours may be all
        that is in the way.
        """
        begun = self._begun
        if not begun:
            return False
        return self._rests_until > 0 or time.monotonic() - begun > HANG_SECONDS

    def store(self, group: list[Item], more: More = list) -> None:
        """Write a group, trying again when the store fails.

        ``more`` returns what has come meanwhile, when it is our turn to write: that goes with it.
        An event that no store would take is found by halving the group, and given up alone.
        """
        self._begun = time.monotonic()
        try:
            self._store(group, more)
        finally:
            self._begun = 0.0

    def _store(self, group: list[Item], more: More = list) -> None:
        for pause in (*PAUSES, None):
            try:
                self._write(group, more)
            except Exception as error:
                if not _is_of_the_store(error):
                    self._store_by_halves(group, error)
                    return
                if pause is None:
                    self._rests_until = time.monotonic() + REST_SECONDS
                    self._give_up(group, error)
                else:
                    time.sleep(pause)
            else:
                return

    def _store_by_halves(self, group: list[Item], error: Exception) -> None:
        if len(group) == 1:
            self._give_up(group, error)
            return
        self._store(group[: len(group) // 2])
        self._store(group[len(group) // 2 :])

    def _write(self, group: list[Item], more: More) -> None:
        """Write a group in one transaction, then tell those who wait."""
        outcomes: dict[int, Outcome | None] = {}
        if any(not isinstance(item, PendingWrite) or item.event for item in group):
            with (
                self._noting_losses() as losses,
                writing_group(self._engine, self._lock) as connection,
            ):
                group += more()
                # Looked at when nothing is left to wait for but the disk.
                arrived, wanted = _split(group)
                events = [*arrived, *wanted.values()]
                # Read again for each group: when everything is deleted its numbers are free again.
                rules: dict[int, counting_rules.CountingRules] = {}
                found = record_events(
                    connection,
                    events,
                    rules,
                    self._now(),
                    self._mail_domain,
                    self._gate,
                )
                if losses:
                    self._note(connection, losses, rules)
            # Only here: a group of nothing, whose events went with the one before, shows nothing.
            self._rests_until = 0.0
            outcomes = dict(zip(wanted, found[len(arrived) :], strict=True))
            if events:
                took = self._now().timestamp() - events[0].at_us / counting_rules.MICROSECONDS
                self.seconds_to_commit = max(0.0, took)
        for item in group:
            if isinstance(item, PendingWrite):
                item.resolve(outcomes.get(id(item)))

    @contextmanager
    def _noting_losses(self) -> Iterator[Counter[Loss]]:
        """What is to be noted now; it waits for another group when this one is not stored."""
        losses, self._losses = self._losses, Counter()
        try:
            yield losses
        except Exception:
            self._losses.update(losses)
            raise

    def _note(
        self,
        connection: sa.Connection,
        losses: Counter[Loss],
        rules: dict[int, counting_rules.CountingRules],
    ) -> None:
        try:
            record_losses(connection, losses, rules)
        except Exception as error:
            if not _is_of_the_store(error):
                # What cannot be noted stands in no other group's way.
                losses.clear()
            raise

    def _give_up(self, group: list[Item], error: Exception) -> None:
        log.error("%d events could not be stored: %s", len(group), describe(error))
        for item in group:
            if not isinstance(item, PendingWrite):
                self.lost += 1
                self._losses[loss_of(item)] += 1
            else:
                is_gone = isinstance(error, ledger.NoExperiment)
                refusal = Gone("This page has been deleted.") if is_gone else StoreFailed()
                item.resolve(error=refusal if item.event else None)


def _is_of_the_store(error: Exception) -> bool:
    """Whether any other group would have met it, too."""
    return isinstance(error, OSError) or is_everywhere(error)


def _split(group: Iterable[Item]) -> tuple[list[Event], dict[int, SignedUp]]:
    """The events that nobody waits for, and the sign-ups that somebody does, by who waits."""
    arrived: list[Event] = []
    wanted: dict[int, SignedUp] = {}
    for item in group:
        if not isinstance(item, PendingWrite):
            arrived.append(item)
        elif item.event and not item.is_abandoned:
            wanted[id(item)] = item.event
    return arrived, wanted


class QueueFull(Refused):
    """More is coming in than can be stored."""

    status = 503

    def __init__(self) -> None:
        super().__init__("Too many people are here at once. Try again in a minute.")


class TooManySignups(Refused):
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
        self._writer = BatchWriter(engine, lock, now, mail_domain)
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

    def state(self) -> RecorderState:
        """Return how much waits, and how long the newest group took."""
        return RecorderState(self.is_storing, len(self._queue), self._writer.seconds_to_commit)

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
        waiting = PendingWrite(event)
        self._append(waiting)
        self._hurry.set()
        try:
            outcome = waiting.wait(SIGN_UP_SECONDS)
        except TimeoutError as error:
            # Nothing shall be stored later that we said was not.
            waiting.is_abandoned = True
            raise StoreFailed from error
        if isinstance(outcome, TurnedAway):
            raise TooManySignups(outcome.seconds)
        assert outcome is not None
        return outcome

    def check(self) -> None:
        """Raise StoreFailed while the store hangs: waiting for it would hold up others."""
        if self._writer.is_hanging or time.monotonic() < self._refuses_until:
            raise StoreFailed

    def note_failure(self) -> None:
        """Refuse sign-ups for a moment: somebody else's write has just failed."""
        self._refuses_until = time.monotonic() + REFUSAL_SECONDS

    def flush(self) -> None:
        """Wait until everything that was taken before is stored, or counted as lost."""
        if self._thread is None:
            return
        waiting = PendingWrite(None)
        self._queue.append(waiting)
        self._arrived.set()
        self._hurry.set()
        waiting.wait(FLUSH_SECONDS)

    def close(self) -> None:
        """Store what is queued and end the thread; a later event starts a new one."""
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
            # Many small groups would cost more than they hold; a waiting sign-up cuts this short.
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
