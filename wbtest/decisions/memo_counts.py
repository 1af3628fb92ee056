"""The counts that a decision rests on, as plain values with a digest, and back again. Pure.

``docs/memo.md`` says the same for whoever recomputes it with other tools.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import astuple, replace

from wbtest.audience.counts import Totals
from wbtest.results.evidence_path import HourCounts
from wbtest.results.history import CrowdPeople, Findings, History, LeftOut, total

# As they stand in each entry of ``days``.
TOTALS = Totals.__struct_fields__


def data_of(variants: Sequence[str], counted: History) -> dict[str, Any]:
    """Return what was counted of these variants, in the sealed order.

    An entry of ``hours`` is the hour's start in seconds since 1970, then a number for each variant
    of ``seen``, ``arrived`` and ``converted``; see ``looks.HourCounts``. An entry of ``days`` is
    the local day, and for each variant the numbers that ``totals`` names. An entry of ``crowds``
    says of an announced crowd how many were let in, through how many networks, and its ``hours``.
    """
    hours = counted.hours
    crowds = [[crowd.admitted, crowd.networks, _rows(crowd.hours)] for crowd in counted.crowds]
    return {
        "variants": list(variants),
        "totals": list(TOTALS),
        "started": hours.started,
        "weights": list(hours.weights),
        "hours": _rows(hours),
        "days": [
            [day.isoformat(), [list(astuple(totals)) for totals in row]]
            for day, row in sorted(counted.days.items())
        ],
        "left_out": {why: [list(aside) for aside in row] for why, row in counted.left_out.items()},
        "machines": {why: list(row) for why, row in counted.machines.items()},
        # Marks of networks go with the visitors' rows, and a memo stays.
        "networks": msgspec.to_builtins(replace(counted.networks, marks=())),
        # Counts of a test that announced none have no such part.
        **({"crowds": crowds} if crowds else {}),
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
        hours=_hours(data, data["hours"]),
        variants=[total(column) for column in zip(*days.values(), strict=True)]
        or [Totals()] * arms,
        days=days,
        sources={},
        left_out={why: [LeftOut(*pair) for pair in row] for why, row in data["left_out"].items()},
        machines={why: list(row) for why, row in data["machines"].items()},
        networks=msgspec.convert(data["networks"], Findings),
        crowds=tuple(
            CrowdPeople(admitted, networks, _hours(data, rows))
            for admitted, networks, rows in data.get("crowds", ())
        ),
    )


def canonical(values: Any) -> str:
    """Return the one text of plain JSON values: keys in order, no space, no letter escaped."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(values: Any) -> str:
    """SHA-256 of the canonical text, 64 hex digits.

    >>> digest({"b": [1], "a": "é"}) == digest({"a": "é", "b": [1]})
    True
    """
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def _rows(hours: HourCounts) -> list[list[Any]]:
    tables = (hours.hours, hours.seen, hours.arrived, hours.converted)
    return [list(row) for row in zip(*(table.tolist() for table in tables), strict=True)]


def _hours(data: Mapping[str, Any], given: Sequence[Any]) -> HourCounts:
    import numpy as np

    arms = len(data["weights"])
    hours, *tables = zip(*given, strict=True) if given else ((),) * 4
    seen, arrived, converted = (np.array(rows, dtype=np.int64).reshape(-1, arms) for rows in tables)
    return HourCounts(
        started=data["started"],
        weights=tuple(data["weights"]),
        hours=np.array(hours, dtype=np.int64),
        seen=seen,
        arrived=arrived,
        converted=converted,
    )
