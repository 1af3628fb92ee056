"""The formulas of ``mixture`` for one pair of counts, without arrays around them.

Looking for the end of an interval asks for them a dozen times, and a page has fifty ends. The
values are those of ``mixture`` to the last digit. Imports numpy and scipy; see there.
"""

import numpy as np
from scipy.special import cython_special as special

from wbtest.results.statistics import mixture


def log_e_above(x: int, f: int, t: float, a: float, b: float) -> float:
    """Return ``mixture.log_e_above`` of x conversions and f visitors without one."""
    mass = special.betaincc(a + x, b + f, t)
    if mass < mixture.SMALLEST:
        return float(mixture.log_e_above(x, f, t, a, b))
    # In the order of ``mixture``: other orders round otherwise.
    return float(_log_ratio(x, f, t, a, b) + np.log(mass) - np.log(special.betaincc(a, b, t)))


def log_e_below(x: int, f: int, t: float, a: float, b: float) -> float:
    """Return ``mixture.log_e_below`` of x conversions and f visitors without one."""
    mass = special.betainc(a + x, b + f, t)
    if mass < mixture.SMALLEST:
        return float(mixture.log_e_below(x, f, t, a, b))
    return float(_log_ratio(x, f, t, a, b) + np.log(mass) - np.log(special.betainc(a, b, t)))


def _log_ratio(x: int, f: int, t: float, a: float, b: float) -> float:
    whole = special.betaln(a + x, b + f) - special.betaln(a, b)
    at_t = special.xlogy(float(x), t) + special.xlog1py(float(f), -t)
    # These two know complex numbers as well.
    return float(whole - at_t.real)
