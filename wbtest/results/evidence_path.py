"""The evidence at the end of every hour, from hourly counts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from wbtest import statistics
from wbtest.publishing.rule import Hypothesis

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats, Ints

HOUR = 3600


class RunningTotals(NamedTuple):
    """The tables of ``HourCounts``, added up: entry i holds the first i hours, entry -1 all."""

    seen: Ints
    arrived: Ints
    converted: Ints


# Arrays do not say whether they are equal, so neither does what holds them.
@dataclass(frozen=True, eq=False)
class HourCounts:
    """What a test counted. A row is an hour, a column a variant, in the sealed order.

    ``started`` and the ``hours``, ascending, are in seconds since 1970; an hour goes by its start.
    ``seen`` stands at the hour of the sighting, ``arrived`` at the hour of the conversion, and
    ``converted`` holds the same conversions at the hour in which their visitor was seen.
    """

    started: int
    weights: tuple[int, ...]
    hours: Ints
    seen: Ints
    arrived: Ints
    converted: Ints

    @cached_property
    def running(self) -> RunningTotals:
        """Everything counted up to each hour."""
        import numpy as np

        tables = np.stack((self.seen, self.arrived, self.converted))
        totals = np.zeros((3, len(self.hours) + 1, len(self.weights)), dtype=np.int64)
        tables.cumsum(axis=1, out=totals[:, 1:])
        return RunningTotals(*totals)

    def totals(self) -> list[statistics.Counts]:
        """Everything counted so far, for each variant."""
        return _counts(self.running.seen[-1], self.running.arrived[-1])

    def until(self, before: int) -> list[statistics.Counts]:
        """Sightings and conversions of the hours that were over at ``before``."""
        count = self.over(before)
        return _counts(self.running.seen[count], self.running.arrived[count])

    def settled(self, before: int) -> list[statistics.Counts]:
        """Those seen in hours that were over at ``before``, and which of them converted.

        With ``before`` one conversion window ago, nothing of theirs is still to come.
        """
        count = self.over(before)
        return _counts(self.running.seen[count], self.running.converted[count])

    def since(self, start: int, before: int) -> list[statistics.Counts]:
        """As ``settled``, of those seen in hours that began at ``start`` or later."""
        first = self.begun(start)
        last = max(self.over(before), first)
        seen, converted = self.running.seen, self.running.converted
        return _counts(seen[last] - seen[first], converted[last] - converted[first])

    def without(self, part: HourCounts) -> HourCounts:
        """Return the same without some of those counted; their hours are among these."""
        rows = self.hours.searchsorted(part.hours)
        tables = []
        for name in ("seen", "arrived", "converted"):
            left = getattr(self, name).copy()
            left[rows] -= getattr(part, name)
            tables.append(left)
        return HourCounts(self.started, self.weights, self.hours, *tables)

    def over(self, before: int) -> int:
        """How many hours were over at ``before``."""
        return int(self.hours.searchsorted(before - HOUR, "right"))

    def begun(self, start: int) -> int:
        """How many hours began before ``start``."""
        return int(self.hours.searchsorted(start, "left"))


def _counts(seen: Ints, converted: Ints) -> list[statistics.Counts]:
    return statistics.counts_of(seen.tolist(), converted.tolist())


class EvidencePath(NamedTuple):
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


def look(
    hours: HourCounts, rule: Hypothesis, now: datetime, fair: HourCounts | None = None
) -> EvidencePath:
    """Return the evidence at the end of every hour that is over, and at ``now``.

    A look sees sightings and conversions that had come by then. ``below`` sees only visitors whose
    sealed conversion window had passed, since a late sign-up must not count against.
    ``fair`` are the same hours without visitors who alone break the split, if there are such.
    """
    import numpy as np

    window, moment = rule.conversion_window_hours * HOUR, int(now.timestamp())
    # When an hour was over, or the window of those seen in it.
    over = hours.hours + HOUR
    full = np.union1d(*(over[: hours.over(moment - later)] + later for later in (0, window)))
    ends = np.append(full, moment)
    # The last look is now: it sees the hour that is not over yet.
    when = np.append(over.searchsorted(full, "right"), -1)
    old = over.searchsorted(ends - window, "right")
    running = hours.running
    seen, arrived = running.seen[when], running.arrived[when]
    split = statistics.log_e_split_path(seen, hours.weights)
    if fair is not None:
        # An alarm that falls silent without them is none.
        split = np.minimum(
            split, statistics.log_e_split_path(fair.running.seen[when], fair.weights)
        )
    return EvidencePath(
        ends=ends,
        above=statistics.log_e_above_path(arrived, seen, rule.target, rule.hoped_for),
        above_floor=statistics.log_e_above_path(arrived, seen, rule.floor),
        below=statistics.log_e_below_path(running.converted[old], running.seen[old], rule.target),
        split=split,
        seen=seen.sum(axis=1),
    )
