"""Whether the time of an answer tells which of two kinds of question it was to. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import sqrt
from statistics import median, quantiles
from typing import NamedTuple

# Who bets that the slower of two answers is of one kind is right half of the time by chance, and
# further from that than so many standard errors one time in 2,000: of 200 answers of each kind,
# beyond 0.4 to 0.6. Medians alone would tell more of what else the machine does.
MOST_ERRORS = 3.46


class Times(NamedTuple):
    """Seconds of the answers for addresses that are known here, and for those that are not."""

    known: Sequence[float]
    unknown: Sequence[float]

    @property
    def apart(self) -> float:
        """By how much the medians differ, in parts of that for unknown ones."""
        return median(self.known) / median(self.unknown) - 1

    @property
    def guessed(self) -> float:
        """How often the slower of two answers, one of each kind, is for the known one.

        That is Mann and Whitney's U as a part of all pairs; a tie counts half.

        >>> Times([3, 4], [1, 2]).guessed, Times([1, 2], [1, 2]).guessed
        (1.0, 0.5)
        """
        others = sorted(self.unknown)
        below = sum(bisect_left(others, each) + bisect_right(others, each) for each in self.known)
        return below / (2 * len(self.known) * len(others))

    @property
    def is_told(self) -> bool:
        """Whether the time tells enough for somebody to learn from it.

        >>> Times(range(200), range(19, 219)).is_told, Times(range(200), range(22, 222)).is_told
        (False, True)
        """
        known, unknown = len(self.known), len(self.unknown)
        # That of Mann and Whitney's U as a part of all pairs.
        error = sqrt((known + unknown + 1) / (12 * known * unknown))
        return abs(self.guessed - 0.5) > MOST_ERRORS * error

    def __str__(self) -> str:
        first, _, third = quantiles([*self.known, *self.unknown], n=4)
        return (
            f"{median(self.known) * 1000:.1f} and {median(self.unknown) * 1000:.1f} ms "
            f"({self.apart:+.1%}; half of all {first * 1000:.0f} to {third * 1000:.0f} ms; "
            f"the slower is the known one {self.guessed:.0%} of the time)"
        )
