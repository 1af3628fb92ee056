"""Whether a memo's file has the parts that one has, and no number that cannot be. Pure.

What has passed here can be computed with: it is short enough, and nothing stands beside its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

PARTS = ("format", "memo", "digest", "revision", "sealed", "data")
COUNTS = (
    *("variants", "totals", "started", "weights", "hours"),
    *("days", "left_out", "machines"),
)
# More visitors than people, and more than any second since 1970 that a clock will show.
MOST_COUNTED = 10**12
LARGEST = 10**15
MOST_ATTEMPTS = 1_000


def demand_form(export: Mapping[str, Any]) -> None:
    """Raise ValueError where a part is missing or too many, or a number cannot be."""
    _demand_keys("the file", export, PARTS)
    _demand_numbers("memo", export["memo"])
    attempt = export["memo"]["figures"]["attempt"]
    if not (type(attempt) is int and 1 <= attempt <= MOST_ATTEMPTS):
        raise ValueError(f"no release is tested {attempt} times")
    if export["data"] is not None:
        _demand_keys("data", export["data"], COUNTS)
        _demand_counts("data", export["data"])


def _demand_keys(where: str, values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    if unknown := [name for name in values if name not in names]:
        raise ValueError(f"{where} has “{unknown[0]}”, which no memo has")
    if missing := [name for name in names if name not in values]:
        raise ValueError(f"{where} has no “{missing[0]}”")


def _demand_numbers(where: str, value: Any) -> None:
    for place, inner in _inside(where, value):
        _demand_numbers(place, inner)
    if isinstance(value, int | float) and not (isfinite(value) and abs(value) <= LARGEST):
        raise ValueError(f"{where} is no number that a memo has")


def _demand_counts(where: str, value: Any) -> None:
    for place, inner in _inside(where, value):
        _demand_counts(place, inner)
    if isinstance(value, str | dict | list):
        return
    if not (type(value) is int and 0 <= value <= MOST_COUNTED):
        raise ValueError(f"{where} is no count")


def _inside(where: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(f"{where}.{name}", inner) for name, inner in value.items()]
    if isinstance(value, list):
        return [(f"{where}[{place}]", inner) for place, inner in enumerate(value)]
    return []
