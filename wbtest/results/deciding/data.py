"""The counts that a decision rests on, as plain values with a digest, and back again. Pure.

``docs/memo.md`` says the same for whoever recomputes it with other tools.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from msgspec.structs import astuple

from wbtest.audience.counts import Totals
from wbtest.audience.recording.hours import day_of, hour_of
from wbtest.results.history import History
from wbtest.results.looks import HourCounts
from wbtest.results.totals import SetAside, total

# As they stand in each entry of ``days``.
TOTALS = Totals.__struct_fields__
NONE = Totals()
# Seen, arrived, converted.
Sums = tuple[int, int, int]


def data_of(variants: Sequence[str], counted: History) -> dict[str, Any]:
    """Return what was counted of these variants, in the sealed order.

    An entry of ``hours`` is the hour's start in seconds since 1970, then a number for each variant
    of ``seen``, ``arrived`` and ``converted``; see ``looks.HourCounts``. An entry of ``days`` is
    the local day, and for each variant the numbers that ``totals`` names.
    """
    hours = counted.hours
    return {
        "variants": list(variants),
        "totals": list(TOTALS),
        "started": hours.started,
        "weights": list(hours.weights),
        "hours": [
            [hour, *map(list, rows)]
            for hour, *rows in zip(
                hours.hours, hours.seen, hours.arrived, hours.converted, strict=True
            )
        ],
        "days": [
            [day.isoformat(), [list(astuple(totals)) for totals in row]]
            for day, row in sorted(counted.days.items())
        ],
        "left_out": {why: [list(aside) for aside in row] for why, row in counted.set_aside.items()},
        "machines": {why: list(row) for why, row in counted.machines.items()},
    }


def counted_from(data: Mapping[str, Any]) -> History:
    """Return the same as results are made of; sources alone are not among them."""
    arms = len(data["variants"])
    days = {
        date.fromisoformat(day): [
            Totals(**dict(zip(data["totals"], numbers, strict=True))) for numbers in row
        ]
        for day, row in data["days"]
    }
    return History(
        hours=_hours(data),
        variants=[total(column) for column in zip(*days.values(), strict=True)] or [NONE] * arms,
        days=days,
        sources={},
        set_aside={why: [SetAside(*pair) for pair in row] for why, row in data["left_out"].items()},
        machines={why: list(row) for why, row in data["machines"].items()},
    )


def find_quarrel(counted: History, zone: str) -> str:
    """Return the sentence that says where hours and days tell different numbers, or ''.

    Hours of the experiment's own time ``zone`` add up to its local days.
    """
    hours = counted.hours
    if any(later <= hour for hour, later in pairwise(hours.hours)):
        return "the hours do not ascend"
    if strange := [hour for hour in hours.hours if hour_of(hour * 1_000_000, zone) != hour]:
        return f"no hour of {zone} begins at {strange[0]}"
    by_hour = _by_day(hours, zone)
    for day in sorted(by_hour.keys() | counted.days.keys()):
        for k, found in enumerate(by_hour[day]):
            told = _as_hours(counted.days[day][k] if day in counted.days else NONE)
            if found != told:
                return (
                    f"of variant {k + 1} on {day} the hours add up to {found[1]:,} of "
                    f"{found[0]:,}, the day to {told[1]:,} of {told[0]:,}"
                )
    return ""


def canonical(values: Any) -> str:
    """Return the one text of plain JSON values: keys in order, no space, no letter escaped."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(values: Any) -> str:
    """SHA-256 of the canonical text, 64 hex digits.

    >>> digest({"b": [1], "a": "é"}) == digest({"a": "é", "b": [1]})
    True
    """
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def _by_day(hours: HourCounts, zone: str) -> defaultdict[date, list[Sums]]:
    """Who was seen, arrived and converted on each local day, for each variant."""
    found: defaultdict[date, list[Sums]] = defaultdict(lambda: [(0, 0, 0)] * len(hours.weights))
    rows = zip(hours.seen, hours.arrived, hours.converted, strict=True)
    for hour, row in zip(hours.hours, rows, strict=True):
        day = day_of(hour, zone)
        found[day] = [
            (seen + s, arrived + a, converted + c)
            for (seen, arrived, converted), s, a, c in zip(found[day], *row, strict=True)
        ]
    return found


def _as_hours(totals: Totals) -> Sums:
    return totals.seen, totals.arrived, totals.converted


def _hours(data: Mapping[str, Any]) -> HourCounts:
    rows = data["hours"]
    return HourCounts(
        started=data["started"],
        weights=tuple(data["weights"]),
        hours=tuple(row[0] for row in rows),
        seen=tuple(tuple(row[1]) for row in rows),
        arrived=tuple(tuple(row[2]) for row in rows),
        converted=tuple(tuple(row[3]) for row in rows),
    )
