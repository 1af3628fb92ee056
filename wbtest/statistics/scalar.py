"""The formulas of ``mixture`` for the counts of one look, without arrays around them.

Looking for the end of an interval asks for them a dozen times, and a page has fifty ends. The
values are those of ``mixture`` to the last digit. Imports numpy and scipy; see there.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.special import cython_special as special

from wbtest.statistics import mixture


def _of_doubles(function: Any) -> Callable[..., float]:
    """Return the function for this kind of number, which is otherwise looked for at each call."""
    found: Callable[..., float] = function["double"]
    return found


_betainc, _betaincc = _of_doubles(special.betainc), _of_doubles(special.betaincc)
_xlogy, _xlog1py = _of_doubles(special.xlogy), _of_doubles(special.xlog1py)
# These are of doubles alone.
_betaln: Callable[[float, float], float] = special.betaln
_gammaln: Callable[[float], float] = special.gammaln
# numpy's, whose last digit need not be that of Python's.
_log = np.log


def log_e_above(x: int, f: int, t: float, a: float, b: float) -> float:
    """Return ``mixture.log_e_above`` of x conversions and f visitors without one."""
    mass = _above(a + x, b + f, t)
    if mass < mixture.SMALLEST:
        return _log_e_far(x, f, t, a, b)
    return float(_log_ratio(x, f, t, a, b) + _log(mass) - _log(_above(a, b, t)))


def log_e_below(x: int, f: int, t: float, a: float, b: float) -> float:
    """Return ``mixture.log_e_below`` of x conversions and f visitors without one."""
    mass = _betainc(a + x, b + f, t)
    if mass < mixture.SMALLEST:
        return _log_e_far(f, x, 1 - t, b, a)
    return float(_log_ratio(x, f, t, a, b) + _log(mass) - _log(_betainc(a, b, t)))


def log_e_shares(counts: Sequence[int], shares: Sequence[float], concentration: float) -> float:
    """Return ``mixture.log_e_shares`` of one look."""
    arms = 0.0
    for count, share in zip(counts, shares, strict=True):
        prior = concentration * share
        arms += _gammaln(prior + count) - _gammaln(prior) - _xlogy(float(count), share)
    return _gammaln(concentration) - _gammaln(concentration + sum(counts)) + arms


def _log_ratio(x: int, f: int, t: float, a: float, b: float) -> float:
    # In the order of ``mixture``: other orders round otherwise.
    whole = _betaln(a + x, b + f) - _betaln(a, b)
    return whole - (_xlogy(float(x), t) + _xlog1py(float(f), -t))


def _above(a: float, b: float, t: float) -> float:
    """Return ``mixture._above`` of one pair."""
    if t >= mixture.FROM_THE_OTHER_SIDE:
        return _betainc(b, a, 1 - t)
    return _betaincc(a, b, t)


def _log_e_far(x: int, f: int, t: float, a: float, b: float) -> float:
    """Return ``mixture._log_e_far`` of one pair."""
    after = b + f
    ratio = (a + x + after) * (1 - t) / (after + 1)
    series = -np.log1p(-min(ratio, 1 - 1e-12))
    first = a * _log(t) + b * np.log1p(-t) - _log(after) - _betaln(a, b)
    return float(first + series - _log(_above(a, b, t)))
