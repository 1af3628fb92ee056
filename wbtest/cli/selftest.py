"""`wbtest selftest`: how often the verdict is wrong, measured, beside what is promised."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from wbtest.results.error_rates import Line

# In the order of the report.
GROUPS = {
    "go": "False go: a page exactly at its target, a look after every visitor",
    "not_met": "False “not met”: a page exactly at its target, a look after every visitor",
    "evidence": "Mean of the evidence E while the rate is exactly the target",
    "founders": "Founders who look every day: two variants, a verdict from the seventh day on",
    "eager": "Founders in a hurry: one page, a verdict from the first day on",
}
HEAD = ("what", "measured", "bound", "peeking", "chance", "")


@click.command()
@click.option(
    "--founders",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="Simulated founders for each truth.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Random seed.")
@click.option("--json", "as_json", is_flag=True, help="Print the measurements as JSON.")
def selftest(founders: int, seed: int, as_json: bool) -> None:
    """Measure how often the verdict is wrong, beside what is promised.

    A page exactly at its target is computed for every path of visitors; founders who look every
    day are simulated through the verdict's own code. A simulated bound counts as broken when so
    bad a result is rarer than 1 in 10,000 runs. Needs no database. Exit 1 when a bound is broken.
    """
    # These load numpy, which no other command should wait for.
    from wbtest.results import error_rates
    from wbtest.results.error_rates import broken

    # On the other channel, so that the figures can be piped.
    with click.progressbar(
        length=error_rates.length(founders), label="Measuring", file=sys.stderr
    ) as bar:
        lines = error_rates.computed(bar.update) + error_rates.simulated(founders, seed, bar.update)
    faults = broken(lines)
    if as_json:
        rows = [
            line._asdict() | {"chance": line.chance, "is_kept": line not in faults}
            for line in lines
        ]
        values = {"seed": seed, "is_kept": not faults, "lines": rows}
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
    else:
        click.echo(as_text(lines, faults))
    if faults:
        raise SystemExit(1)


def as_text(lines: Sequence[Line], faults: Sequence[Line]) -> str:
    """Return a Markdown table for each group, and how many bounds are kept."""
    parts = []
    for group, title in GROUPS.items():
        rows = [_row(line, is_kept=line not in faults) for line in lines if line.group == group]
        if rows:
            table = "\n".join(f"| {' | '.join(row)} |" for row in (HEAD, ("---",) * 6, *rows))
            parts.append(f"### {title}\n\n{table}")
    bounds = sum(line.bound is not None for line in lines)
    said = f"{len(faults)} of {bounds} bounds are broken." if faults else f"All {bounds} are kept."
    return "\n\n".join([*parts, said])


def _row(line: Line, *, is_kept: bool) -> tuple[str, ...]:
    def shown(value: float | None) -> str:
        if value is None:
            return ""
        return f"{value:.6f}" if line.group == "evidence" else f"{100 * value:.2f}%"

    sign = "≥ " if line.is_least else "≤ "
    return (
        line.name,
        shown(line.measured),
        "" if line.bound is None else sign + shown(line.bound),
        shown(line.peeking),
        "" if line.chance is None else f"{line.chance:.2g}",
        "" if is_kept else "BROKEN",
    )
