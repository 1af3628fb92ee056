"""`wbtest selftest`: how often the verdicts are wrong, measured, beside what is promised."""

import json
import platform
import sys
import time

import click


@click.command()
@click.option(
    "--full/--quick",
    "is_full",
    default=False,
    help="Minutes instead of seconds: longer lives, more of them, and founders who look daily.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of all chance.")
@click.option("--json", "as_json", is_flag=True, help="Print the measurements as JSON.")
def selftest(is_full: bool, seed: int, as_json: bool) -> None:
    """Measure how often a verdict is wrong when somebody looks after every visitor.

    What can be computed is computed for every path of visitors, the rest is simulated. Each figure
    stands beside its bound and beside what looking again and again at a z test would have done.
    Needs no database. Exit 1 when a bound is broken.
    """
    # These load numpy, which no other command should wait for.
    from wbtest.results.selftest import report
    from wbtest.results.selftest.course import FULL, QUICK, measure, steps
    from wbtest.results.selftest.lines import to_json

    size = FULL if is_full else QUICK
    started = time.monotonic()
    # On the other channel, so that what is measured can be sent on.
    with click.progressbar(
        length=sum(step.weight for step in steps(size)), label="Measuring", file=sys.stderr
    ) as bar:
        lines = measure(size, seed, lambda done: bar.update(done - bar.pos))
    seconds = time.monotonic() - started
    is_kept = all(line.is_kept for line in lines)
    if as_json:
        values = {
            "size": "full" if is_full else "quick",
            "seed": seed,
            "seconds": round(seconds, 1),
            "python": platform.python_version(),
            "machine": platform.machine(),
            "is_kept": is_kept,
            "lines": to_json(lines),
        }
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
    else:
        click.echo(report.as_text(lines))
        click.echo(f"\n{report.summary(lines, seconds)} Seed {seed}.")
    if not is_kept:
        raise SystemExit(1)
