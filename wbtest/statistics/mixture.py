"""The numerics beneath: mixture likelihood ratios, where they reach a bar, and how it is found.

Imports numpy and scipy, which take a third of a second to load, so the other modules import this
one inside their functions. Arguments were checked by the caller. ``scipy.optimize`` would bring
along 24 MB in each process that shows results, so ``root_of`` is our own.
"""

from collections.abc import Callable
from math import copysign, inf, isnan, log, log1p, sqrt

import numpy as np
import numpy.typing as npt
from scipy import special

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

    ``at_ends`` is its value there, from callers that know it already.

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


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Real = float | Floats | Ints
Sum = float | npt.NDArray[np.floating]

# Below this the incomplete beta function is about to lose its digits to underflow.
SMALLEST = 1e-290
# From this rate on 1 − t keeps enough digits of t, and betainc takes a seventh of betaincc's time.
FROM_THE_OTHER_SIDE = 1e-3
# Rates are sought between 1e-13 and 1 - 1e-13, here in log-odds; beyond lie 0 and 1.
EDGE = 30.0


def log_e_above(x: Real, f: Real, t: float, a: float, b: float) -> Floats:
    """Return log E against "the rate is at most t", after x conversions and f without one.

    E is the likelihood averaged over Beta(a, b) cut to rates above t, divided by that at t:
    log E = betaln(a+x, b+f) − betaln(a, b) − x log t − f log(1−t)
    + log betaincc(a+x, b+f, t) − log betaincc(a, b, t). It is an e-process: under the null
    P(ever E ≥ 1/α) ≤ α (Ville 1939; Robbins 1970; Howard et al. 2021, Annals of Statistics 49).

    >>> round(float(log_e_above(x=30, f=270, t=0.05, a=2, b=38)), 3)
    5.077
    """
    mass = _above(a + x, b + f, t)
    log_e = _log_ratio(x, f, t, a, b) + _log(mass) - np.log(_above(a, b, t))
    if np.any(mass < SMALLEST):
        log_e = np.where(mass < SMALLEST, _log_e_far(x, f, t, a, b), log_e)
    return np.asarray(log_e, dtype=np.float64)


def log_e_below(x: Real, f: Real, t: float, a: float, b: float) -> Floats:
    """Return log E against "the rate is at least t": the mirror image, over rates below t.

    >>> round(float(log_e_below(x=3, f=297, t=0.05, a=2, b=38)), 3)
    6.133
    """
    mass = np.asarray(special.betainc(a + x, b + f, t), dtype=np.float64)
    log_e = _log_ratio(x, f, t, a, b) + _log(mass) - np.log(special.betainc(a, b, t))
    if np.any(mass < SMALLEST):
        log_e = np.where(mass < SMALLEST, _log_e_far(f, x, 1 - t, b, a), log_e)
    return np.asarray(log_e, dtype=np.float64)


def log_e_with_point(log_e: Real, x: Real, n: Real, t: float, odds_ratio: float) -> Floats:
    """Return log E against "the rate is at most t", half of whose prior is that of ``log_e``.

    The other half is one rate, whose odds are ``odds_ratio`` times those of t. Its likelihood ratio
    is odds_ratioˣ / (1 + (odds_ratio − 1) t)ⁿ, which falls with t whatever was counted.

    >>> round(float(log_e_with_point(5.0767, x=30, n=300, t=0.05, odds_ratio=2.1)), 3)
    5.785
    """
    at_point = x * log(odds_ratio) - n * log1p((odds_ratio - 1) * t)
    return np.asarray(np.logaddexp(log_e, at_point) - log(2), dtype=np.float64)


def log_e_shares(counts: Ints, shares: Floats, concentration: float) -> Floats:
    """Return log E against "each count falls to its arm with exactly its share".

    The alternative is Dirichlet(concentration × shares); arms are the last axis of ``counts``.
    log E = gammaln(κ) − gammaln(κ+n) + Σ[gammaln(κρ+n_k) − gammaln(κρ)] − Σ n_k log ρ
    (Lindon & Malek 2022, Anytime-valid inference for multinomial count data).

    >>> round(float(log_e_shares(np.array([5187, 4813]), np.array([0.5, 0.5]), 100.0)), 3)
    4.617
    """
    total = counts.sum(axis=-1)
    prior = concentration * shares
    arms = special.gammaln(prior + counts) - special.gammaln(prior) - special.xlogy(counts, shares)
    log_e = special.gammaln(concentration) - special.gammaln(concentration + total)
    return np.asarray(log_e + arms.sum(axis=-1), dtype=np.float64)


def lower_log_odds(log_e: Callable[[float], float], x: int, f: int, needed: float) -> float:
    """Return the log-odds below which ``log_e`` excludes every rate; −inf when it excludes none."""
    return _crossing(log_e, x, f, needed, direction=-1.0)


def upper_log_odds(log_e: Callable[[float], float], x: int, f: int, needed: float) -> float:
    """Return the log-odds above which ``log_e`` excludes every rate; inf when it excludes none."""
    return _crossing(log_e, x, f, needed, direction=1.0)


def rate_at(log_odds: float) -> float:
    """Return the rate with these log-odds, 0 to 1.

    >>> round(rate_at(-2.0), 4)
    0.1192
    """
    return float(special.expit(log_odds))


def check_cumulative(name: str, values: Ints) -> None:
    """Raise ValueError unless ``values`` are whole, not negative, and never fall along axis 0."""
    if not np.issubdtype(values.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers, not {values.dtype}")
    if np.any(values < 0):
        raise ValueError(f"{name} must not be negative")
    if np.any(np.diff(values, axis=0) < 0):
        raise ValueError(f"{name} must be totals up to each look, which never fall")


def _crossing(
    log_e: Callable[[float], float], x: int, f: int, needed: float, direction: float
) -> float:
    """Walk from the observed rate outwards until ``log_e`` reaches ``needed``; return where.

    At the observed rate E is at most 1, since no other rate explains the data better; further out
    E rises once it is above 1. So the first crossing is the only one.
    """
    # The addend gives nothing, everything and no data at all a place on the scale.
    observed = log((x + 1e-13) / (f + 1e-13))
    inner = outer = min(max(observed, -EDGE), EDGE)
    step = 4 / sqrt(1 + x * f / max(x + f, 1))

    def margin(odds: float) -> float:
        return log_e(rate_at(odds)) - needed

    at_inner = at_outer = margin(outer)
    while at_outer < 0:
        if outer == direction * EDGE:
            return copysign(inf, direction)
        inner, outer = outer, min(max(outer + direction * step, -EDGE), EDGE)
        at_inner, at_outer = at_outer, margin(outer)
        step *= 2
    return root_of(margin, inner, outer, exact=1e-12, at_ends=(at_inner, at_outer))


def _above(a: Sum, b: Sum, t: float) -> Floats:
    """Return betaincc(a, b, t), the mass of Beta(a, b) above t."""
    far = special.betainc(b, a, 1 - t) if t >= FROM_THE_OTHER_SIDE else special.betaincc(a, b, t)
    return np.asarray(far, dtype=np.float64)


def _log_ratio(x: Real, f: Real, t: float, a: float, b: float) -> Floats:
    """Return the log of the likelihood averaged over the whole of Beta(a, b), over that at t."""
    whole = special.betaln(a + x, b + f) - special.betaln(a, b)
    at_t = special.xlogy(x, t) + special.xlog1py(f, -t)
    return np.asarray(whole - at_t, dtype=np.float64)


def _log(mass: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(mass, SMALLEST)), dtype=np.float64)


def _log_e_far(x: Real, f: Real, t: float, a: float, b: float) -> Floats:
    """Return ``log_e_above`` where the data lie so far below t that betaincc underflows.

    The tail is its first term times a series whose ratios begin at r and fall, so 1/(1 − r)
    bounds it; E comes out a little high, and still far below 1.
    """
    after = b + f
    ratio = (a + x + after) * (1 - t) / (after + 1)
    # Entries that are not far away are computed too, and thrown away; they must only not warn.
    series = -np.log1p(-np.minimum(ratio, 1 - 1e-12))
    first = a * np.log(t) + b * np.log1p(-t) - np.log(after) - special.betaln(a, b)
    return np.asarray(first + series - np.log(_above(a, b, t)), dtype=np.float64)
