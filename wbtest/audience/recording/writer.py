"""Groups of waiting events, brought into the store: tried again, or given up and said so.

Knows nothing of the queue from which a group comes.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from wbtest.audience.recording.cells import Facts
from wbtest.audience.recording.events import Event, Outcome, SignedUp
from wbtest.audience.recording.facts import NoExperiment
from wbtest.audience.recording.gate import Gate
from wbtest.audience.recording.groups import Loss, loss_of, record, record_losses
from wbtest.audience.signing.mailing import Overrun
from wbtest.away import is_everywhere
from wbtest.extensions import Now
from wbtest.locks import NoLock, WriteLock
from wbtest.store import Gone, Refused, describe, writing_group

log = logging.getLogger(__name__)

# Pauses before the second, third and fourth try of a group that the store did not take.
PAUSES = (0.1, 0.3, 0.9)
# After a group was given up the store is left alone by visits for this long.
REST_SECONDS = 1.0
# A group that is not written after so long waits for somebody who holds the store.
HANG_SECONDS = 4.0
MICROSECONDS = 1_000_000


class StoreFailed(Refused):
    """A sign-up that could not be stored."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "We cannot store this right now. Your text is still here; try again in a minute."
        )


class Waiting:
    """A sign-up, or None for a flush, and who waits until it is stored."""

    __slots__ = ("_done", "_error", "_outcome", "event", "is_abandoned")

    def __init__(self, event: SignedUp | None) -> None:
        self.event = event
        self.is_abandoned = False
        self._outcome: Outcome | None = None
        self._error: Exception | None = None
        # Held until it is settled. A future does the same at ten times the cost.
        self._done = threading.Lock()
        self._done.acquire()

    def settle(self, outcome: Outcome | None = None, error: Exception | None = None) -> None:
        """Tell who waits what became of it."""
        self._outcome, self._error = outcome, error
        self._done.release()

    def wait(self, seconds: float) -> Outcome | None:
        """Return what became of it; raise the error that it was settled with, or TimeoutError."""
        if not self._done.acquire(timeout=seconds):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._outcome


Item = Event | Waiting
More = Callable[[], list[Item]]


class Writer:
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
        self._overrun: Overrun = {}
        self._gate = Gate()
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
        if any(not isinstance(item, Waiting) or item.event for item in group):
            with (
                self._noting_losses() as losses,
                writing_group(self._engine, self._lock) as connection,
            ):
                group += more()
                # Looked at when nothing is left to wait for but the disk.
                arrived, wanted = _sorted(group)
                events = [*arrived, *wanted.values()]
                # Read anew for each group: when everything is deleted its numbers are free again.
                facts: dict[int, Facts] = {}
                found = record(
                    connection,
                    events,
                    facts,
                    self._now(),
                    self._mail_domain,
                    self._overrun,
                    self._gate,
                )
                if losses:
                    self._note(connection, losses, facts)
            # Only here: a group of nothing, whose events went with the one before, shows nothing.
            self._rests_until = 0.0
            outcomes = dict(zip(wanted, found[len(arrived) :], strict=True))
            if events:
                took = self._now().timestamp() - events[0].at_us / MICROSECONDS
                self.seconds_to_commit = max(0.0, took)
        for item in group:
            if isinstance(item, Waiting):
                item.settle(outcomes.get(id(item)))

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
        self, connection: sa.Connection, losses: Counter[Loss], facts: dict[int, Facts]
    ) -> None:
        try:
            record_losses(connection, losses, facts)
        except Exception as error:
            if not _is_of_the_store(error):
                # What cannot be noted stands in no other group's way.
                losses.clear()
            raise

    def _give_up(self, group: list[Item], error: Exception) -> None:
        log.error("%d events could not be stored: %s", len(group), describe(error))
        for item in group:
            if not isinstance(item, Waiting):
                self.lost += 1
                self._losses[loss_of(item)] += 1
            else:
                is_gone = isinstance(error, NoExperiment)
                refusal = Gone("This page was deleted meanwhile.") if is_gone else StoreFailed()
                item.settle(error=refusal if item.event else None)


def _is_of_the_store(error: Exception) -> bool:
    """Whether any other group would have met it, too."""
    return isinstance(error, OSError) or is_everywhere(error)


def _sorted(group: Iterable[Item]) -> tuple[list[Event], dict[int, SignedUp]]:
    """The events that nobody waits for, and the sign-ups that somebody does, by who waits."""
    arrived: list[Event] = []
    wanted: dict[int, SignedUp] = {}
    for item in group:
        if not isinstance(item, Waiting):
            arrived.append(item)
        elif item.event and not item.is_abandoned:
            wanted[id(item)] = item.event
    return arrived, wanted
