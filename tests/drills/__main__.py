"""`python -m tests.drills [NAMES…]`: break it on purpose, then count. Without names, all of it."""

import signal
import sys

import click

from tests.drills import lanes
from tests.drills.catalogue import ALL
from tests.drills.outcome import Drill, show
from tests.drills.progress import seconds


@click.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@click.option("--list", "is_list", is_flag=True, help="Print what there is, and do nothing.")
def main(names: tuple[str, ...], *, as_json: bool, is_list: bool) -> None:
    """Run the drills of these NAMES (F1, F4 …), or all; 1 when something did not hold."""
    unknown = [name for name in names if not any(_is_named(drill, [name]) for drill in ALL)]
    if unknown:
        raise click.UsageError(f"There is no drill {', '.join(unknown)}. See --list.")
    chosen = [drill for drill in ALL if not names or _is_named(drill, names)]
    if is_list:
        for drill in chosen:
            click.echo(f"{drill.row:<15}{drill.did}")
        return
    # SIGTERM also ends every process that we started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    outcomes = lanes.run(chosen)
    show(outcomes, seconds(), as_json=as_json)
    sys.exit(any(outcome.word == "failed" for outcome in outcomes))


def _is_named(drill: Drill, names: tuple[str, ...] | list[str]) -> bool:
    row = drill.row.lower()
    return any(row == name.lower() or row.split()[0] == name.lower() for name in names)


if __name__ == "__main__":
    main()
