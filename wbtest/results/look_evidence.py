"""The evidence at some looks, from what had been counted by then. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import gt
from typing import TYPE_CHECKING, NamedTuple

from wbtest.audience.hour_rows import Row
from wbtest.results import statistics

if TYPE_CHECKING:
    from wbtest.results.statistics.mixture import Floats, Ints

# So few looks are taken one by one; with more, arrays are quicker.
FEW = 4
# Of all tests together. An hour that is over is looked at until the next one is.
REMEMBERED = 256


class Known(NamedTuple):
    """What is known at some looks, a row each: totals up to then.

    ``settled`` are of those seen whose conversion window was over, ``converted`` those of them who
    did; ``arrived`` are conversions that had come by then.
    """

    seen: Ints
    arrived: Ints
    settled: Ints
    converted: Ints


def at_once(known: Known, weights: Row, target: float, floor: float) -> Sequence[Floats]:
    """Return the evidence at these looks: above, above the floor, below and split."""
    seen, arrived, settled, converted = known
    return (
        statistics.log_e_above_path(arrived, seen, target),
        statistics.log_e_above_path(arrived, seen, floor),
        statistics.log_e_below_path(converted, settled, target),
        statistics.log_e_split_path(seen, weights),
    )


def one_by_one(known: Known, weights: Row, target: float, floor: float) -> Sequence[Floats]:
    """Return the same to the last digit: of few looks sooner, since most were taken before."""
    import numpy as np

    rows = [[tuple(row) for row in table.tolist()] for table in known]
    for name, table in zip(Known._fields, rows, strict=True):
        if any(any(map(gt, *both)) for both in pairwise(table)):
            raise ValueError(f"{name} must be totals up to each look, which never fall")
    found = [_at_look(*row, weights, target, floor) for row in zip(*rows, strict=True)]
    return [np.array(column) for column in zip(*found, strict=True)]


@lru_cache(REMEMBERED)
def _at_look(
    seen: Row,
    arrived: Row,
    settled: Row,
    converted: Row,
    weights: Row,
    target: float,
    floor: float,
) -> tuple[Sequence[float], Sequence[float], Sequence[float], float]:
    counts = statistics.counts_of(seen, arrived)
    return (
        [statistics.log_e_above(each, target) for each in counts],
        [statistics.log_e_above(each, floor) for each in counts],
        [statistics.log_e_below(each, target) for each in statistics.counts_of(settled, converted)],
        statistics.split(seen, weights).log_e,
    )
