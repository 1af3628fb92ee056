"""The evidence at the end of every hour, from hourly counts. Pure.

Counts of several phases are never added up to compare variants: weights differ, and the rate may
have drifted meanwhile. What adds up is log E, each phase's at the same moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeVar

from wbtest.results import statistics

if TYPE_CHECKING:
    from wbtest.results.statistics.mixture import Floats, Ints

HOUR = 3600
Row = tuple[int, ...]
T = TypeVar("T")
Side = Literal["above", "below"]
# Looks a day. The evidence of a day depends on its counts alone, and those of days that are over
# hardly change: so a view computes the day that runs, and finds the others.
DAY = 24
REMEMBERED_DAYS = 2048


@dataclass(frozen=True, slots=True)
class PhaseHours:
    """What one phase counted. A row is an hour, a column a variant, in the sealed order.

    A weight of 0 says that nobody new was shown the variant: then the phase says nothing of it.
    ``started`` and the ``hours``, ascending, are in seconds since 1970; an hour goes by its start.
    ``seen`` stands at the hour of the sighting, ``arrived`` at the hour of the conversion, and
    ``converted`` holds the same conversions at the hour in which their visitor was seen.
    """

    started: int
    weights: Row
    hours: Row
    seen: tuple[Row, ...]
    arrived: tuple[Row, ...]
    converted: tuple[Row, ...]

    @property
    def open_arms(self) -> list[int]:
        """The places of the variants that newcomers were shown."""
        return [k for k, weight in enumerate(self.weights) if weight]

    @property
    def open_weights(self) -> Row:
        """Their weights."""
        return tuple(weight for weight in self.weights if weight)

    def of_open(self, row: Sequence[T]) -> list[T]:
        """Return the entries of a row that belong to them."""
        return [row[k] for k in self.open_arms]

    def totals(self) -> list[statistics.Counts]:
        """Everything counted so far, for each variant."""
        return self._counts(self.seen, self.arrived)

    def until(self, before: int) -> list[statistics.Counts]:
        """Sightings and conversions of the hours that were over at ``before``."""
        count = self._over(before)
        return self._counts(self.seen[:count], self.arrived[:count])

    def settled(self, before: int) -> list[statistics.Counts]:
        """Those seen in hours that were over at ``before``, and which of them converted.

        With ``before`` one conversion window ago, nothing of theirs is still to come.
        """
        count = self._over(before)
        return self._counts(self.seen[:count], self.converted[:count])

    def since(self, start: int, before: int) -> list[statistics.Counts]:
        """As ``settled``, of those seen in hours that began at ``start`` or later."""
        inside = [start <= hour and hour + HOUR <= before for hour in self.hours]
        seen = [row for row, is_in in zip(self.seen, inside, strict=True) if is_in]
        converted = [row for row, is_in in zip(self.converted, inside, strict=True) if is_in]
        return self._counts(seen, converted)

    def _over(self, before: int) -> int:
        return sum(hour + HOUR <= before for hour in self.hours)

    def _counts(self, seen: Sequence[Row], converted: Sequence[Row]) -> list[statistics.Counts]:
        nothing: Row = (0,) * len(self.weights)
        n = [sum(column) for column in zip(nothing, *seen, strict=True)]
        x = [sum(column) for column in zip(nothing, *converted, strict=True)]
        return statistics.counts_of(n, x)


@dataclass(frozen=True, slots=True)
class Looks:
    """The evidence at each look; the last one is now, every other the end of an hour.

    ``above`` and ``above_floor`` say that a variant's rate is above target and floor, ``below``
    that it is below the target; a row is a look, a column a variant. ``split`` speaks against the
    promised split, ``seen`` is how many visitors of the phase then running had been seen. All
    evidence is log E at that moment, not its maximum so far.
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
    phases: Sequence[PhaseHours], *, target: float, floor: float, window_hours: int, now: datetime
) -> Looks:
    """Return the evidence at the end of every hour that is over, and at ``now``.

    A look sees sightings and conversions that had come by then. ``below`` sees only visitors whose
    conversion window of ``window_hours`` had passed, since a late sign-up must not count against.
    """
    import numpy as np

    window = window_hours * HOUR
    moment = int(now.timestamp())
    over = [hour + HOUR for phase in phases for hour in phase.hours]
    steps = {end for start in over for end in (start, start + window) if end <= moment}
    ends = np.array([*sorted(steps), moment], dtype=np.int64)
    arms = len(phases[-1].weights)
    above = np.zeros((len(ends), arms))
    above_floor, below = np.zeros_like(above), np.zeros_like(above)
    split, visitors = np.zeros(len(ends)), np.zeros(len(ends), dtype=np.int64)
    for phase in phases:
        # The last look is now: it sees the hour that is not over yet.
        when = np.append(np.searchsorted(np.array(phase.hours) + HOUR, ends[:-1], "right"), -1)
        old = np.searchsorted(np.array(phase.hours) + HOUR, ends - window, "right")
        seen, arrived = _total(phase.seen, arms), _total(phase.arrived, arms)
        above += _path("above", arrived[when], seen[when], target)
        above_floor += _path("above", arrived[when], seen[when], floor)
        converted = _total(phase.converted, arms)
        below += _path("below", converted[old], seen[old], target)
        split += statistics.log_e_split_path(seen[when][:, phase.open_arms], phase.open_weights)
        visitors = np.where(ends > phase.started, seen[when].sum(axis=1), visitors)
    return Looks(ends, above, above_floor, below, split, visitors)


def _path(side: Side, converted: Ints, seen: Ints, target: float) -> Floats:
    """Return the evidence at every look, a day of them at a time."""
    import numpy as np

    arms = seen.shape[1]
    days = [slice(start, start + DAY) for start in range(0, len(seen), DAY)]
    return np.concatenate(
        [_day(side, converted[day].tobytes(), seen[day].tobytes(), arms, target) for day in days]
    )


@lru_cache(REMEMBERED_DAYS)
def _day(side: Side, converted: bytes, seen: bytes, arms: int, target: float) -> Floats:
    import numpy as np

    path = statistics.log_e_above_path if side == "above" else statistics.log_e_below_path
    x, n = (np.frombuffer(each, dtype=np.int64).reshape(-1, arms) for each in (converted, seen))
    return path(x, n, target)


def _total(rows: Sequence[Row], arms: int) -> Ints:
    """Return totals up to each hour; entry i holds the first i hours, so entry -1 holds all."""
    import numpy as np

    hours = np.array(rows, dtype=np.int64).reshape(len(rows), arms)
    return np.vstack([np.zeros((1, arms), dtype=np.int64), hours.cumsum(axis=0)])
