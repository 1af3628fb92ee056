"""A figure that a proof measured, and the goal that it is held against. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Literal

Sign = Literal["≥", "≤"]
Word = Literal["met", "missed", ""]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure must reach at least, or may be at most; the limit itself is met."""

    sign: Sign
    limit: float

    def is_met(self, value: float) -> bool:
        """Return whether the value is on the right side.

        >>> Goal("≥", 2).is_met(2), Goal("≤", 2).is_met(2.1)
        (True, False)
        """
        return value >= self.limit if self.sign == "≥" else value <= self.limit


AT_MOST_0 = Goal("≤", 0)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured ``value`` in ``unit``; ``name`` is how docs and docs/figures.json call it.

    ``of`` is the whole of which the value is a part. Where a ``floor`` was measured in turn, the
    ``ratio`` to it is the median over the rounds, and the goal is about the ratio; otherwise about
    the value. ``least`` and ``greatest`` are those of the rounds, of what the goal is about.
    ``how`` says how to read it. A share has the unit "%" and is a fraction.
    """

    name: str
    what: str
    value: float
    unit: str = ""
    of: float | None = None
    goal: Goal | None = None
    floor: float | None = None
    floor_is: str = ""
    ratio: float | None = None
    least: float | None = None
    greatest: float | None = None
    how: str = ""

    @property
    def judged(self) -> float:
        """What the goal is about."""
        return self.value if self.ratio is None else self.ratio

    @property
    def word(self) -> Word:
        """Whether the goal is met, '' where there is none."""
        if self.goal is None:
            return ""
        return "met" if self.goal.is_met(self.judged) else "missed"

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it: each field that says something."""
        kept = {name: part for name, part in asdict(self).items() if part not in (None, "")}
        if self.goal is not None:
            kept["goal"] = goal_text(self)
        return {name: _rounded(part) for name, part in kept.items() if name != "how"}


def rounds_of(
    name: str,
    what: str,
    unit: str,
    rounds: Sequence[float],
    floors: Sequence[float] = (),
    goal: Goal | None = None,
    *,
    floor_is: str = "",
    how: str = "",
) -> Figure:
    """Return the figure of so many rounds; ``floors`` were measured in turn with them.

    A machine is faster in one moment than in another, so ratios are taken round by round.

    >>> rounds_of("speed", "pages", "a second", (10, 20, 60), (5, 20, 12)).ratio
    2.0
    """
    ratios = [ours / floor for ours, floor in zip(rounds, floors, strict=True)] if floors else []
    judged = ratios or rounds
    return Figure(
        name,
        what,
        median(rounds),
        unit,
        goal=goal,
        floor=median(floors) if floors else None,
        floor_is=floor_is,
        ratio=median(ratios) if ratios else None,
        least=min(judged),
        greatest=max(judged),
        how=how,
    )


def short(number: float) -> str:
    """Return a number with three digits that count, or all before its point.

    >>> [short(number) for number in (38514.2, 27.31, 2.0, 0.0921, 0)]
    ['38,514', '27.3', '2.00', '0.092', '0']
    """
    size = abs(number)
    if size >= 100 or number == 0:
        return f"{number:,.0f}"
    digits = 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{number:.{digits}f}"


def shown(number: float, unit: str = "") -> str:
    """Return a number with its unit, as it stands in a table.

    >>> shown(0.018, "%"), shown(7580.4, "a second"), shown(133.2, "ms"), shown(3.0), shown(0.3)
    ('1.8%', '7,580 a second', '133 ms', '3', '0.300')
    """
    if unit == "%":
        return f"{100 * number:.0f}%" if number in (0, 1) else f"{100 * number:.1f}%"
    text = f"{number:,.0f}" if number == int(number) and unit != "ratio" else short(number)
    return f"{text} {unit}" if unit and unit != "ratio" else text


def value_text(figure: Figure) -> str:
    """Return the value as a table shows it.

    >>> value_text(Figure("lost", "sign-ups lost", 0, of=4286))
    '0 of 4,286'
    """
    text = shown(figure.value, figure.unit)
    return text if figure.of is None else f"{text} of {shown(figure.of)}"


def goal_text(figure: Figure) -> str:
    """Return the goal as a table shows it, '' for none.

    >>> goal_text(Figure("weight", "page", 13.6, "KB", goal=Goal("≤", 14)))
    '≤ 14 KB'
    """
    if figure.goal is None:
        return ""
    unit = figure.unit if figure.ratio is None else ""
    limit = f"{100 * figure.goal.limit:g}%" if unit == "%" else f"{figure.goal.limit:g}"
    return f"{figure.goal.sign} {limit}{f' {unit}' if unit not in ('', '%') else ''}"


def _rounded(part: object) -> object:
    """A float with five digits that count: more say nothing, and change with each run."""
    return float(f"{part:.5g}") if isinstance(part, float) else part
