"""How evidence is read: the bar it has to pass, its p, and the interval it leaves open.

Evidence is the natural logarithm of an e-value: 0 says nothing, log 20 is what an error of 5 %
asks for. The evidence itself is computed in ``rate``, ``comparison`` and ``split``.
"""

from math import exp, log
from typing import NamedTuple

from wbtest.statistics.counts import check_fraction


class Interval(NamedTuple):
    """The values from ``low`` to ``high`` that the data leave open."""

    low: float
    high: float


def evidence_needed(error: float, arms: int = 1) -> float:
    """Return log(arms / error): the log E at which one of ``arms`` may be called.

    An e-process reaches 1/error with a probability of at most ``error``, however often one looks
    (Ville 1939). With K arms each has its own process, so each needs K times as much (Bonferroni).
    Raises ValueError unless 0 < error < 1 and arms ≥ 1.

    >>> round(evidence_needed(0.05), 3), round(evidence_needed(0.05, arms=6), 3)
    (2.996, 4.787)
    """
    check_fraction("the error", error)
    if arms < 1:
        raise ValueError(f"arms must be at least 1, not {arms}")
    return log(arms / error)


def p_value(log_e: float) -> float:
    """Return min(1, 1/E), a p-value that stays valid when one looks at any time.

    >>> p_value(-1.2), round(p_value(5.077134533), 6)
    (1.0, 0.006238)
    """
    return exp(-max(log_e, 0.0))
