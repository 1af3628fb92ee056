"""A row of the table: what was measured, against which floor, and whether its goal is met."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

Word = Literal["met", "missed", "not run", ""]


class Lost(Exception):
    """Something was answered and is not stored, so no figure of this run means anything."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a row must reach, at least or at most.

    It is about the ratio to the floor, or about our own figure in the row's unit.
    """

    sign: Literal["≥", "≤"]
    limit: float
    of: Literal["ratio", "ours"] = "ratio"

    def is_met(self, figure: float) -> bool:
        """Whether the figure is on the right side; the limit itself is.

        >>> Goal("≥", 2).is_met(2), Goal("≤", 2).is_met(2.1)
        (True, False)
        """
        return figure >= self.limit if self.sign == "≥" else figure <= self.limit


@dataclass(frozen=True, slots=True)
class Line:
    """A row before it is measured; ``floor`` is '' where a figure stands for itself."""

    name: str
    what: str
    floor: str
    unit: str
    goal: Goal | None
    how_to_read: str


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of some figures, the least and the greatest of them."""

    median: float
    least: float
    greatest: float


@dataclass(frozen=True, slots=True)
class Row:
    """A line with one figure a round, or with what is ``missing`` to measure it.

    ``note`` is what this run has to say beside.
    """

    line: Line
    rounds: tuple[float, ...] = ()
    floors: tuple[float, ...] = ()
    missing: str = ""
    note: str = ""

    @property
    def ours(self) -> Spread | None:
        return _spread(self.rounds)

    @property
    def floor(self) -> Spread | None:
        return _spread(self.floors)

    @property
    def ratio(self) -> Spread | None:
        """Ours ÷ floor. A machine is faster in one moment than in another, so by the round."""
        if not self.floors:
            return None
        return _spread(
            tuple(ours / floor for ours, floor in zip(self.rounds, self.floors, strict=True))
        )

    @property
    def word(self) -> Word:
        """Whether the goal is met, '' where there is none."""
        if self.missing:
            return "not run"
        goal = self.line.goal
        if goal is None:
            return ""
        spread = self.ratio if goal.of == "ratio" else self.ours
        assert spread is not None, self.line.name
        return "met" if goal.is_met(spread.median) else "missed"


@dataclass(frozen=True, slots=True)
class Run:
    """How much is measured; ``folder`` is empty and the part's own."""

    folder: Path
    rounds: int
    is_full: bool = False
    with_peers: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that are measured together, since they share an instance or a floor."""

    name: str
    lines: tuple[Line, ...]
    measure: Callable[[Run], Iterable[Row]]


def not_run(lines: Iterable[Line], reason: str) -> list[Row]:
    """The rows of these lines where something is missing."""
    return [Row(line, missing=reason) for line in lines]


def _spread(figures: tuple[float, ...]) -> Spread | None:
    return Spread(median(figures), min(figures), max(figures)) if figures else None
