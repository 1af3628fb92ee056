"""How long a test will take, for whoever writes its rule."""

from __future__ import annotations

from dataclasses import dataclass

from wbtest.results import statistics


@dataclass(frozen=True, slots=True)
class Planned:
    """What a test needs: ``visitors`` at most over all variants, in ``days`` of whole weeks.

    ``per_variant`` is what it takes on average.
    """

    visitors: int
    per_variant: int
    days: int


def plan(
    *, target: float, floor: float, alpha: float, power: float, daily: float, variants: int
) -> Planned:
    """Return what a test of ``variants`` needs with ``daily`` visitors in all.

    Raises ValueError, with a sentence, for values that cannot be planned with.
    """
    needed = statistics.plan(
        target=target, floor=floor, alpha=alpha, power=power, daily=daily, variants=variants
    )
    return Planned(needed.maximum_visitors, needed.fixed_visitors, needed.days)
