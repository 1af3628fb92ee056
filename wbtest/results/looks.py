"""The evidence at the end of every hour, from hourly counts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from wbtest.audience.hour_rows import HourRows, Row
from wbtest.results import statistics
from wbtest.results.look_evidence import FEW, Known, at_once, one_by_one
from wbtest.results.look_memory import Hours, LookMemory

if TYPE_CHECKING:
    from wbtest.results.statistics.mixture import Floats, Ints

HOUR = 3600
# A test of six variants that ran for 90 days takes a tenth of it; all of it are eight megabytes.
_looks = LookMemory(1_000_000)


@dataclass(frozen=True)
class HourCounts:
    """What a test counted. A row is an hour, a column a variant, in the sealed order.

    ``started`` and the ``hours``, ascending, are in seconds since 1970; an hour goes by its start.
    ``seen`` stands at the hour of the sighting, ``arrived`` at the hour of the conversion, and
    ``converted`` holds the same conversions at the hour in which their visitor was seen.
    """

    started: int
    weights: Row
    hours: Row
    seen: Sequence[Row]
    arrived: Sequence[Row]
    converted: Sequence[Row]

    @cached_property
    def ends(self) -> Ints:
        """When each hour was over."""
        import numpy as np

        return np.array(self.hours, dtype=np.int64) + HOUR

    @cached_property
    def seen_until(self) -> Ints:
        """Who was seen up to each hour; entry i holds the first i hours, so entry -1 holds all."""
        return _total(self.seen, len(self.weights))

    @cached_property
    def arrived_until(self) -> Ints:
        """Their conversions that had arrived by then, as in ``seen_until``."""
        return _total(self.arrived, len(self.weights))

    @cached_property
    def converted_until(self) -> Ints:
        """Those of the seen up to each hour who converted whenever they did."""
        return _total(self.converted, len(self.weights))

    @property
    def until_each(self) -> tuple[Ints, Ints, Ints]:
        """The three of them."""
        return self.seen_until, self.arrived_until, self.converted_until

    def totals(self) -> list[statistics.Counts]:
        """Everything counted so far, for each variant."""
        return list(self._ever)

    @cached_property
    def _ever(self) -> list[statistics.Counts]:
        return _counts(self.seen_until[-1], self.arrived_until[-1])

    def until(self, before: int) -> list[statistics.Counts]:
        """Sightings and conversions of the hours that were over at ``before``."""
        count = self.over(before)
        return _counts(self.seen_until[count], self.arrived_until[count])

    def settled(self, before: int) -> list[statistics.Counts]:
        """Those seen in hours that were over at ``before``, and which of them converted.

        With ``before`` one conversion window ago, nothing of theirs is still to come.
        """
        count = self.over(before)
        return _counts(self.seen_until[count], self.converted_until[count])

    def since(self, start: int, before: int) -> list[statistics.Counts]:
        """As ``settled``, of those seen in hours that began at ``start`` or later."""
        first = self.begun(start)
        last = max(self.over(before), first)
        seen, converted = self.seen_until, self.converted_until
        return _counts(seen[last] - seen[first], converted[last] - converted[first])

    def over(self, before: int) -> int:
        """How many hours were over at ``before``."""
        return int(self.ends.searchsorted(before, "right"))

    def begun(self, start: int) -> int:
        """How many hours began before ``start``."""
        return int(self.ends.searchsorted(start + HOUR, "left"))


def _counts(seen: Ints, converted: Ints) -> list[statistics.Counts]:
    return statistics.counts_of(seen.tolist(), converted.tolist())


class Looks(NamedTuple):
    """The evidence at each look; the last one is now, every other the end of an hour.

    ``above`` and ``above_floor`` say that a variant's rate is above target and floor, ``below``
    that it is below the target; a row is a look, a column a variant. ``split`` speaks against the
    promised split, ``seen`` is how many visitors had been seen. All evidence is log E at that
    moment, not its maximum so far.
    """

    ends: Ints
    above: Floats
    above_floor: Floats
    below: Floats
    split: Floats
    seen: Ints

    def moment(self, look: int) -> datetime:
        """When the look was taken."""
        return datetime.fromtimestamp(int(self.ends[look]), UTC)

    @property
    def size(self) -> int:
        """How many numbers these are."""
        return sum(int(table.size) for table in self)

    def first(self, count: int) -> Looks:
        """Return the first looks, so many."""
        return Looks._make(table[:count] for table in self)

    def followed_by(self, more: Looks) -> Looks:
        """Return these looks and later ones, to which nobody can write."""
        import numpy as np

        found = Looks._make(map(np.concatenate, zip(self, more, strict=True)))
        for table in found:
            table.flags.writeable = False
        return found


def look(
    hours: HourCounts, *, target: float, floor: float, window_hours: int, now: datetime
) -> Looks:
    """Return the evidence at the end of every hour that is over, and at ``now``.

    A look sees sightings and conversions that had come by then. ``below`` sees only visitors whose
    conversion window of ``window_hours`` had passed, since a late sign-up must not count against.
    """
    import numpy as np

    window, moment = window_hours * HOUR, int(now.timestamp())
    # The start only tells one test from another; that its hours are the same is seen by them.
    name = (hours.started, hours.weights, target, floor, window)
    counted = Hours(hours.ends, hours.until_each)
    known = _looks.find(name, counted, moment)
    # The last one that is known is taken again, so that each is held against the one before it.
    kept = known.first(max(len(known.ends) - 1, 0)) if known else None
    after = int(kept.ends[-1]) if kept and len(kept.ends) else None
    ends = np.append(_steps(hours, window, after, moment), moment)
    found = _evidence(hours, ends, window, target, floor)
    found = (kept or found.first(0)).followed_by(found)
    _looks.keep(name, counted, found.first(len(found.ends) - 1))
    return found


def _steps(hours: HourCounts, window: int, after: int | None, moment: int) -> Ints:
    """When an hour was over, or the window of those seen in it, up to ``moment``; ascending.

    Only later ones than ``after``, where that is given.
    """
    import numpy as np

    steps = []
    for later in (0, window):
        first = 0 if after is None else hours.over(after - later)
        steps.append(hours.ends[first : hours.over(moment - later)] + later)
    return np.unique(np.concatenate(steps))


def _evidence(hours: HourCounts, ends: Ints, window: int, target: float, floor: float) -> Looks:
    """Return what is found at looks at these moments, of which the last one is now."""
    import numpy as np

    # The last look is now: it sees the hour that is not over yet.
    when = np.append(hours.ends.searchsorted(ends[:-1], "right"), -1)
    old = hours.ends.searchsorted(ends - window, "right")
    seen = hours.seen_until[when]
    known = Known(
        seen, hours.arrived_until[when], hours.seen_until[old], hours.converted_until[old]
    )
    evidence_of = one_by_one if len(ends) <= FEW else at_once
    above, above_floor, below, split = evidence_of(known, hours.weights, target, floor)
    return Looks(ends, above, above_floor, below, split, seen.sum(axis=1))


def _total(rows: Sequence[Row], arms: int) -> Ints:
    """Return totals up to each hour; entry i holds the first i hours, so entry -1 holds all."""
    import numpy as np

    if isinstance(rows, HourRows):
        hours = np.frombuffer(rows.packed, dtype=np.int64).reshape(-1, arms)
    else:
        hours = np.array(rows, dtype=np.int64).reshape(len(rows), arms)
    totals = np.zeros((len(hours) + 1, arms), dtype=np.int64)
    hours.cumsum(axis=0, out=totals[1:])
    return totals
