"""`python -m tests.bench [NAMES…]`: measure, and print one table. Without names, all of it."""

import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import click

from tests.bench import (
    dashboard,
    landing,
    machine,
    machines,
    results,
    screens,
    service,
    signups,
    table,
    visits,
    writing,
)
from tests.bench.row import Lost, Part, Row, Run, not_run
from tests.drills.progress import say
from tests.service.errors import NotPossible

MODULES = (visits, signups, writing, results, screens, landing, dashboard, service, machines)
PARTS: tuple[Part, ...] = tuple(module.PART for module in MODULES)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@click.option("--list", "is_list", is_flag=True, help="Print what there is, and do nothing.")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 100))
@click.option("--peers", "with_peers", is_flag=True, help="Measure flask-split too (PyPI, Redis).")
@click.option(
    "--full", "is_full", is_flag=True, help="10 million visits for the results; takes long."
)
def main(
    names: tuple[str, ...],
    *,
    as_json: bool,
    is_list: bool,
    rounds: int,
    with_peers: bool,
    is_full: bool,
) -> None:
    """Measure the parts of these NAMES (visits, landing …), or all.

    Ends with 1 when something was lost that had been answered, or a part broke. With SMALL=1 in the
    environment as little is measured as shows that a part runs.
    """
    unknown = set(names) - {part.name for part in PARTS}
    if unknown:
        raise click.UsageError(f"There is no part {', '.join(sorted(unknown))}. See --list.")
    chosen = [part for part in PARTS if not names or part.name in names]
    if is_list:
        for part in chosen:
            for line in part.lines:
                floor = f" ÷ {line.floor}" if line.floor else ""
                click.echo(f"{part.name:<12}{line.what}{floor}")
        return
    # SIGTERM also ends every process that we started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Modules are compiled once, as everywhere; the first process would else tell of the compiler.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    looked, begun = machine.look(), time.monotonic()
    measured: list[Row] = []
    failures: list[str] = []
    try:
        for part in chosen:
            found, failure = _measure(part, Run(Path(), rounds, is_full, with_peers))
            measured += found
            failures += [failure] if failure else []
    except (KeyboardInterrupt, SystemExit):
        # What was measured by then is worth reading.
        failures.append("Ended from outside: the rest of the rows is missing.")
    show = table.as_json if as_json else table.as_text
    click.echo(show(looked, measured, time.monotonic() - begun))
    for failure in failures:
        click.echo(failure, err=True)
    sys.exit(bool(failures))


def _measure(part: Part, run: Run) -> tuple[list[Row], str]:
    """The rows of a part, and what failed, '' for nothing."""
    say(f"{part.name} …")
    folder = Path(tempfile.mkdtemp(prefix="wbtest-bench-"))
    try:
        return list(part.measure(replace(run, folder=folder))), ""
    except NotPossible as reason:
        return not_run(part.lines, str(reason)), ""
    except Lost as reason:
        return not_run(part.lines, f"LOST: {reason}"), f"LOST: {reason}."
    except Exception as error:
        # One part that falls over must not hide what the others measure.
        reason = f"{type(error).__name__}: {error}"
        return not_run(part.lines, f"the part broke: {reason}"), f"{part.name} broke: {reason}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
