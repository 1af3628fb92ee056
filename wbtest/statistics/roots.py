"""Where a function crosses zero. Pure.

Taken from scipy it would bring along ``scipy.optimize``: 24 MB in each process that shows results,
and a third of a second before its first ones.
"""

from collections.abc import Callable
from math import isnan

# What doubles can hold, four times over.
RELATIVE = 4 * 2.0**-52
MOST_STEPS = 100


def root_of(
    function: Callable[[float], float],
    low: float,
    high: float,
    exact: float,
    at_ends: tuple[float, float] | None = None,
) -> float:
    """Return x between ``low`` and ``high`` where ``function`` is 0, to within ``exact``.

    ``at_ends`` is what it is there, for whoever knows that already.

    Brent's method (1973, Algorithms for Minimization without Derivatives, chapter 4), step by step
    as ``scipy.optimize.brentq`` does it, so that both say the same to the last digit. Raises
    ValueError unless the signs at both ends differ, and where the function is not a number;
    ArithmeticError when it does not end.
    """
    last, here = low, high
    at_last, at_here = at_ends or (function(low), function(high))
    _check_number(at_last, low)
    _check_number(at_here, high)
    if at_last == 0:
        return last
    if at_here == 0:
        return here
    if (at_last < 0) == (at_here < 0):
        raise ValueError("the function has the same sign at both ends")
    # On the other side of the root; how far the step before the last one went, and the last.
    beyond = at_beyond = before = step = 0.0
    for _ in range(MOST_STEPS):
        if at_last != 0 and (at_last < 0) != (at_here < 0):
            beyond, at_beyond = last, at_last
            before = step = here - last
        if abs(at_beyond) < abs(at_here):
            last, here, beyond = here, beyond, here
            at_last, at_here, at_beyond = at_here, at_beyond, at_here
        least = (exact + RELATIVE * abs(here)) / 2
        half = (beyond - here) / 2
        if at_here == 0 or abs(half) < least:
            return here
        if abs(before) > least and abs(at_here) < abs(at_last):
            if last == beyond:
                tried = -at_here * (here - last) / (at_here - at_last)
            else:
                to_last = (at_last - at_here) / (last - here)
                to_beyond = (at_beyond - at_here) / (beyond - here)
                up = -at_here * (at_beyond * to_beyond - at_last * to_last)
                tried = up / (to_beyond * to_last * (at_beyond - at_last))
            is_good = 2 * abs(tried) < min(abs(before), 3 * abs(half) - least)
            before, step = (step, tried) if is_good else (half, half)
        else:
            before = step = half
        last, at_last = here, at_here
        here += step if abs(step) > least else (least if half > 0 else -least)
        at_here = function(here)
        _check_number(at_here, here)
    raise ArithmeticError(f"no root within {MOST_STEPS} steps")


def _check_number(found: float, x: float) -> None:
    """Raise ValueError for NaN: every comparison with it is false, so any end would do."""
    if isnan(found):
        raise ValueError(f"the function is not a number at {x}")
