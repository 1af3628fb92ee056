"""`make bench`: measure, print one table, say when a visit was lost. Takes about a minute."""

import shutil
import sys
import tempfile
from pathlib import Path

import click

from bench import coach, page, serving, writing


def main() -> int:
    """Print the table and return the exit code: 0, 1 when a visit was lost, 2 when we cannot."""
    if shutil.which("wrk") is None:
        click.echo("The benchmark needs wrk. On Debian: apt install wrk", err=True)
        return 2
    with tempfile.TemporaryDirectory(prefix="wbtest-bench-") as name:
        folder = Path(name) / "instance"
        app, experiment_id = page.make(folder)
        click.echo("Measuring for about 45 seconds …")
        served = serving.measure(app, folder, experiment_id)
        written = writing.measure(app, experiment_id, folder)
    _print(served, written)
    _print_coach(coach.measure(), coach.measure_hostile())
    if served.recorded < served.answered:
        click.echo(f"LOST: {served.answered - served.recorded} answered visits were not recorded.")
        return 1
    click.echo(f"All {served.answered:,} answered visits were recorded, also those under SIGTERM.")
    return 0


def _print(served: serving.Served, written: writing.Written) -> None:
    """Each row: what, its figure, the floor it is held against, the ratio, the goal."""
    rows = [
        ("a recorded visit", served.page, "constant Flask answer", served.constant, "≥ 2.0"),
        ("a recorded visit", served.page, "raw WSGI answer", served.raw, "≥ 0.8"),
        ("visits written", written.visit_rows, "plain rows, no roll-up", written.plain_rows, ""),
        ("durable sign-ups", written.grouped.rate, "a commit each", written.single.rate, "≥ 2.5"),
    ]
    ratios = [
        served.to_constant,
        served.to_raw,
        *[rate / floor for _, rate, _, floor, _ in rows[2:]],
    ]
    click.echo(f"{'what':<18}{'a second':>10}   {'floor':<24}{'a second':>10}{'ratio':>8}  goal")
    for (what, rate, floor, floor_rate, goal), ratio in zip(rows, ratios, strict=True):
        click.echo(
            f"{what:<18}{rate:>10,.0f}   {floor:<24}{floor_rate:>10,.0f}{ratio:>8.2f}  {goal}"
        )
    ours, theirs = written.grouped.p99_ms, written.single.p99_ms
    click.echo(
        f"{'… their p99, ms':<18}{ours:>10,.0f}   {'a commit each':<24}{theirs:>10,.0f}"
        f"{ours / theirs:>8.2f}  ≤ 0.1"
    )


def _print_coach(read: coach.Read, slowest: coach.Slowest) -> None:
    click.echo(
        f"The coach reads {read.words:,} words in {read.median_ms:.0f} ms, at worst "
        f"{read.worst_ms:.0f} ms, and finds {read.findings} things (goal: 100 ms)."
    )
    click.echo(
        f"Its slowest rule over {coach.HOSTILE_LENGTH:,} hostile characters: {slowest.rule} over "
        f"{slowest.text}, {slowest.ms:.0f} ms (goal: under 1,000 ms)."
    )


if __name__ == "__main__":
    sys.exit(main())
