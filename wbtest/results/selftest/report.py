"""What was measured, as tables a person reads in a terminal and pastes into a document."""

from __future__ import annotations

from collections.abc import Sequence

from wbtest.results.selftest.lines import Line

# The groups in the order of the report, each with its title and what the columns mean in it.
GROUPS = {
    "go": (
        "False go",
        "Ever called above the target although no variant is. A look after every visitor; peeking: "
        "a one-sided z test of the target at 5 %, from the 100th visitor on.",
    ),
    "not_met": (
        "False “not met”",
        "Ever called below the target although a variant reaches it. A look after every visitor; "
        "peeking: the same z test from the other side.",
    ),
    "coverage": (
        "Confidence sequences",
        "Ever leave out what is true. A look after every visitor; peeking: a two-sided z test.",
    ),
    "lift": (
        "False difference between two variants",
        "Ever called different although equal. A look after every visitor; peeking: a two-sided z "
        "test.",
    ),
    "best": (
        "False best",
        "Ever called best although another is as good. A look after each visitor.",
    ),
    "peeking": (
        "Two identical variants",
        "Ever called different, by our test and by what else is in use.",
    ),
    "split": (
        "Split of the visitors",
        "A sound split ever doubted; peeking: χ² at 0.1 %. And how soon a broken one is found.",
    ),
    "power": ("Power", "Go by the planned cap, when the true rate is what was hoped for."),
    "visitors": ("Visitors", "How many it takes on average, looking after each of them."),
    "founders": (
        "Founders who look every day",
        "Two variants, target 8 %, floor 4 %, 120 visitors a day, verdicts from 400 visitors and 7 "
        "days on, 14 days; through the code that the dashboard runs. Peeking: a one-sided z test "
        "of each variant, read every day.",
    ),
    "eager": (
        "Founders in a hurry",
        "One page, target 8 %, floor 4 %, 100 visitors a day, verdicts from the first day on, 28 "
        "days. Lines without a bound lie outside what is promised.",
    ),
}
HEAD = ("what", "measured", "99 % limit", "bound", "peeking", "")


def as_text(lines: Sequence[Line]) -> str:
    """Return a table for each group, in Markdown."""
    parts = []
    for group, (title, means) in GROUPS.items():
        rows = [_row(line) for line in lines if line.group == group]
        if rows:
            parts.append(f"### {title}\n\n{means}\n\n{as_table([HEAD, *rows])}")
    return "\n\n".join(parts)


def as_table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a Markdown table whose columns stand under each other; the first is the head.

    >>> print(as_table([("", "rate"), ("one", "5 %")]))
    |     | rate |
    | --- | ---: |
    | one |  5 % |
    """
    widths = [max(3, *(len(row[k]) for row in rows)) for k in range(len(rows[0]))]
    head, *rest = [
        "| "
        + " | ".join(
            cell.rjust(width) if k else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in rows
    ]
    rule = " | ".join("-" * (width - bool(k)) + ":" * bool(k) for k, width in enumerate(widths))
    return "\n".join([head, f"| {rule} |", *rest])


def summary(lines: Sequence[Line], seconds: float) -> str:
    """Return how many bounds were kept, and which were not."""
    bounds = [line for line in lines if line.bound is not None]
    broken = [line for line in bounds if not line.is_kept]
    time = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
    if not broken:
        return f"All {len(bounds)} bounds are kept. It took {time}."
    names = "".join(f"\n  {line.group}: {line.name}" for line in broken)
    return f"{len(broken)} of {len(bounds)} bounds are broken. It took {time}.{names}"


def _row(line: Line) -> tuple[str, ...]:
    least = "≥ " if line.is_least else "≤ "
    limit = "computed" if not line.lives else "" if line.limit is None else _said(line, line.limit)
    return (
        line.name,
        _said(line, line.measured),
        limit,
        "" if line.bound is None else least + _said(line, line.bound, is_round=True),
        "" if line.peeking is None else _said(line, line.peeking),
        "" if line.is_kept else "BROKEN",
    )


def _said(line: Line, value: float, *, is_round: bool = False) -> str:
    match line.kind:
        case "visitors":
            return f"{value:,.0f}"
        case "times":
            return f"{value:.2f} ×"
    return f"{100 * value:.0f} %" if is_round else f"{100 * value:.2f} %"
