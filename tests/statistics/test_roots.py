"""The root finder: the same numbers as scipy's, to the last digit."""

from collections.abc import Callable
from math import cos, exp, inf, log, nan, sin

import pytest
from scipy import optimize

from wbtest.statistics import mixture
from wbtest.statistics.mixture import root_of


def _evidence(odds: float) -> float:
    return float(mixture.log_e_above(30, 270, mixture.rate_at(odds), 2, 38)) - log(20)


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [
        (_evidence, -30.0, -2.2),
        (lambda x: x**3 - 2 * x - 5, 2.0, 3.0),
        (lambda x: cos(x) - x, 0.0, 30.0),
        (lambda x: exp(-x) - 1e-9, 0.0, 30.0),
        (lambda x: -1.0 if x < 0.3 else 1.0, -2.0, 5.0),
        (sin, 2.0, 4.0),
        (lambda x: x, 0.0, 1.0),
        (lambda x: x - 1, 0.0, 1.0),
    ],
)
def test_it_says_what_scipy_says_to_the_last_digit(
    function: Callable[[float], float], low: float, high: float
) -> None:
    found = [root_of(function, *ends, exact=1e-12) for ends in ((low, high), (high, low))]

    assert found == [
        optimize.brentq(function, *ends, xtol=1e-12) for ends in ((low, high), (high, low))
    ]


def test_without_a_change_of_sign_there_is_nothing_to_find() -> None:
    with pytest.raises(ValueError, match="same sign"):
        root_of(lambda x: x * x + 1, -1.0, 1.0, exact=1e-12)


@pytest.mark.parametrize("strange", [(-1.0, -0.9), (-0.9, 1.9), (1.9, 2.0)])
def test_no_root_is_told_where_the_function_is_not_a_number(strange: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="not a number"):
        root_of(lambda x: nan if strange[0] <= x <= strange[1] else x, -1.0, 2.0, exact=1e-12)


def test_it_gives_up_where_halving_does_not_end() -> None:
    with pytest.raises(ArithmeticError, match="100 steps"):
        root_of(lambda x: inf if x > 0 else -inf, -1e300, 1.0, exact=0.0)
