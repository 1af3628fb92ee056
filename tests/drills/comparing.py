"""Whether the time of an answer tells which of two kinds of question it was to. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median, quantiles
from typing import NamedTuple

# How often who bets that the slower of two answers is of one kind may be right. By chance that is
# half of the time; of 200 answers of each kind it is beyond 0.4 to 0.6 one time in 2,000. Medians
# alone would tell more of what else the machine does.
MOST_RIGHT = 0.6


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
        """Whether the time tells enough for somebody to learn from it."""
        return not 1 - MOST_RIGHT <= self.guessed <= MOST_RIGHT

    def __str__(self) -> str:
        first, _, third = quantiles([*self.known, *self.unknown], n=4)
        return (
            f"{median(self.known) * 1000:.1f} and {median(self.unknown) * 1000:.1f} ms "
            f"({self.apart:+.1%}; half of all {first * 1000:.0f} to {third * 1000:.0f} ms; "
            f"the slower is the known one {self.guessed:.0%} of the time)"
        )
