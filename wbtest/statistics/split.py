"""Sample ratio mismatch: did visitors fall to the variants as the weights say?

Always valid. An alarm withholds every comparison between variants: something on the way from
the link to the page treats them differently, and so may whatever else is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

from msgspec import Struct

from wbtest.statistics.counts import check_count, check_lengths, shares_of

if TYPE_CHECKING:
    from wbtest.statistics.mixture import Floats, Ints

CONCENTRATION = 100.0
# Several checks of a page ask the same, and so does the next page.
REMEMBERED = 1024
# A sound experiment raises a false alarm at most once in a hundred lives.
ALARM = log(100)


class Split(Struct, frozen=True):
    """Evidence against the promised split, and how many were ``expected`` in each variant.

    ``chi_square`` and its ``p_value`` are for reference: valid for one look, not for many.
    """

    log_e: float
    p_value: float
    chi_square: float
    expected: tuple[float, ...]

    @property
    def mismatch(self) -> bool:
        """Whether the alarm is raised: log E ≥ log 100."""
        return self.log_e >= ALARM


def split(seen: Sequence[int], weights: Sequence[float]) -> Split:
    """Return the evidence that visitors do not follow the weights.

    Dirichlet(100 · share) mixture, formula in ``mixture.log_e_shares``; beside it Pearson's χ² with
    K − 1 degrees of freedom. Raises ValueError for impossible counts or weights.

    >>> split([5186, 4814], [1, 1]).mismatch, split([5187, 4813], [1, 1]).mismatch
    (False, True)
    """
    check_lengths("seen", len(seen), "weights", len(weights))
    for count in seen:
        check_count("seen", count)
    return _split(tuple(seen), tuple(weights))


@lru_cache(REMEMBERED)
def _split(seen: tuple[int, ...], weights: tuple[float, ...]) -> Split:
    from scipy import special

    from wbtest.statistics import scalar

    shares, visitors = shares_of(weights), sum(seen)
    expected = tuple(share * visitors for share in shares)
    distance = 0.0
    # Not by ``sum``, which rounds otherwise from Python 3.12 on.
    for number, of in zip(seen, expected, strict=True):
        distance += (number - of) ** 2 / of if visitors else 0.0
    # With one variant there are no degrees of freedom, and nothing that could differ.
    p_value = float(special.chdtrc(len(seen) - 1, distance)) if len(seen) > 1 else 1.0
    return Split(scalar.log_e_shares(seen, shares, CONCENTRATION), p_value, distance, expected)


def log_e_split_path(seen: Ints, weights: Sequence[float]) -> Floats:
    """Return the log evidence at every look; ``seen`` has a row of totals for each look.

    >>> import numpy as np
    >>> log_e_split_path(np.array([[5, 5], [5187, 4813]]), [1, 1]).round(2).tolist()
    [-0.05, 4.62]
    """
    import numpy as np

    from wbtest.statistics import mixture

    check_lengths("seen", seen.shape[-1], "weights", len(weights))
    mixture.check_cumulative("seen", seen)
    return mixture.log_e_shares(seen, np.array(shares_of(weights)), CONCENTRATION)
