"""The table of all rows, for a person and for a program."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from textwrap import fill
from typing import Any

from tests.bench.machine import Machine
from tests.bench.row import Row, Spread

WIDTH = 110
HEAD = f"{'what · floor':<46}{'ours':>10}{'floor':>10}{'ratio':>8}  {'range':<15}{'goal':<14}"


def as_text(machine: Machine, rows: Sequence[Row], seconds: float) -> str:
    """Return the table: two lines a row, and how to read it below."""
    counts = Counter(row.word for row in rows)
    told = ", ".join(f"{counts[word]} {word}" for word in ("met", "missed", "not run"))
    parts = [str(machine), "", HEAD.rstrip(), *map(_as_lines, rows)]
    return "\n".join([*parts, "", f"Goals: {told}. Measured in {seconds:.0f} s."])


def as_json(machine: Machine, rows: Sequence[Row], seconds: float) -> str:
    """Return the same with every round's figures."""
    said = {"machine": asdict(machine), "seconds": round(seconds), "rows": list(map(_said, rows))}
    return json.dumps(said, indent=2, ensure_ascii=False)


def short(figure: float) -> str:
    """Return a figure with three digits that count, or all of a greater one.

    >>> short(38514.2), short(27.31), short(0.0921)
    ('38,514', '27.3', '0.09')
    """
    if abs(figure) >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def _as_lines(row: Row) -> str:
    line, goal = row.line, row.line.goal
    wanted = f"{goal.sign} {goal.limit:g}" if goal else ""
    if goal and goal.of == "ours":
        wanted += f" {line.unit}"
    if row.missing:
        figures = f"{'':>28}  not run: {row.missing}"
    else:
        # Where the goal is about our own figure, so is the range.
        spread = row.ours if goal and goal.of == "ours" else row.ratio or row.ours
        figures = (
            f"{_middle(row.ours):>10}{_middle(row.floor):>10}{_middle(row.ratio):>8}  "
            f"{_range(spread):<15}{wanted:<14}{row.word}"
        )
    below = f"÷ {line.floor}" if line.floor else ""
    unit = f"[{line.unit}]"
    text = fill(
        " ".join(each.strip() for each in (line.how_to_read, row.note) if each),
        WIDTH,
        initial_indent="    ",
        subsequent_indent="    ",
    )
    head = f"\n{line.what:<46}{figures}".rstrip()
    return "\n".join([head, f"{below:<46}{unit:>10}", text])


def _said(row: Row) -> dict[str, Any]:
    line = row.line
    return {
        "name": line.name,
        "what": line.what,
        "floor": line.floor,
        "unit": line.unit,
        "goal": asdict(line.goal) if line.goal else None,
        "ours": _parts(row.ours),
        "floor_figure": _parts(row.floor),
        "ratio": _parts(row.ratio),
        "result": row.word,
        "missing": row.missing,
        "note": row.note,
        "how_to_read": line.how_to_read,
        "rounds": row.rounds,
        "floor_rounds": row.floors,
    }


def _parts(spread: Spread | None) -> dict[str, float] | None:
    return asdict(spread) if spread else None


def _middle(spread: Spread | None) -> str:
    return short(spread.median) if spread else ""


def _range(spread: Spread | None) -> str:
    return f"{short(spread.least)}–{short(spread.greatest)}" if spread else ""
