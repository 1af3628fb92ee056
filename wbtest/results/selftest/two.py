"""What two variants are promised, by simulation, beside what else is in use. Imports numpy."""

from __future__ import annotations

import numpy as np

from wbtest.results.selftest import peeking
from wbtest.results.selftest.crowds import Crowd, crowds, steady
from wbtest.results.selftest.lines import Line, counted
from wbtest.results.selftest.walks import Bools, evidence_bars
from wbtest.results.statistics import comparison_visitors, evidence_needed
from wbtest.results.statistics.comparison import CONCENTRATION
from wbtest.results.statistics.mixture import Ints

ALPHA = 0.05
# The rates two variants are told apart at, and how much sooner than the sequence of a platform.
PAIRS = ((0.05, 0.075), (0.05, 0.1), (0.01, 0.02), (0.1, 0.13))
SOONER = 0.85
# One-sided, 99 %.
Z_LIMIT = 2.326348
Random = np.random.Generator


def peeking_at_two(rng: Random, rate: float, lives: int, visitors: int) -> list[Line]:
    """Return how often four tests call two identical variants different; ours first."""
    hits = np.zeros(4, dtype=np.int64)
    for crowd in crowds(rng, lives, [1, 1], steady(visitors, [rate, rate])):
        calls = [
            _is_different(crowd),
            peeking.z_test(crowd),
            peeking.chance_to_win(crowd),
            peeking.platform(crowd),
        ]
        hits += [int(call.any(axis=1).sum()) for call in calls]
    of = f"both at {100 * rate:g} %"
    names = (
        f"a difference, {of}: our test",
        f"… a z test at 5 %, {of}",
        f"… 95 % probability to be best, a look each 100, {of}",
        f"… a platform’s sequential mode, {of}",
    )
    bounds = (ALPHA, None, None, None)
    return [
        counted("peeking", name, int(hit), lives, bound=bound)
        for name, hit, bound in zip(names, hits, bounds, strict=True)
    ]


def sooner(rng: Random, pair: tuple[float, float], lives: int) -> list[Line]:
    """Return how many visitors our comparison takes, over those of a platform's sequential mode."""
    most = 2 * comparison_visitors(pair, (1, 1), ALPHA, power=0.8)
    ours, platform = np.empty(0), np.empty(0)
    for crowd in crowds(rng, lives, [1, 1], steady(most, pair)):
        ours = np.append(ours, _until(_is_different(crowd)))
        platform = np.append(platform, _until(peeking.platform(crowd)))
    over = float(ours.mean() / platform.mean())
    # The same visitors came to both, so what varies is the difference from that ratio.
    spread = float((ours - over * platform).std() / platform.mean() / np.sqrt(lives))
    told = f"{100 * pair[0]:g} % from {100 * pair[1]:g} %"
    return [
        Line("visitors", f"to tell {told}", float(ours.mean()), lives=lives, kind="visitors"),
        Line(
            "visitors",
            f"to tell {told}, over a platform’s sequential mode",
            over,
            SOONER,
            lives,
            over + Z_LIMIT * spread,
            kind="times",
        ),
    ]


def _is_different(crowd: Crowd) -> Bools:
    """After which visitors one of two variants of equal weight is called better."""
    looks = crowd.is_convert.sum(axis=1).max(initial=0)
    needed = evidence_needed(ALPHA, arms=2)
    half = CONCENTRATION / 2
    bars = evidence_bars(int(looks), 0.5, (half, half), above=needed, below=needed)
    first, second = crowd.converted(0), crowd.converted(1)
    both = first + second
    called: Bools = (second >= bars.upper[both]) | (second <= bars.lower[both])
    return called


def _until(called: Bools) -> Ints:
    """The visitors until the first call, all of them where there is none."""
    looks = called.shape[1]
    until: Ints = np.where(called.any(axis=1), called.argmax(axis=1) + 1, looks)
    return until
