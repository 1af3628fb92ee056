"""`python -m drills [NAMES…]`: break it on purpose, then count. Without names, all of it."""

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import click

from drills import (
    backing_up,
    database_gone,
    deploys,
    full_disk,
    killing,
    locked,
    machines,
    mailing,
    migrating,
    power,
    replica,
    rush,
)
from drills.outcome import Broken, Drill, NotPossible, Outcome, Word, show
from drills.progress import say

PARTS = (
    killing,
    deploys,
    locked,
    full_disk,
    database_gone,
    replica,
    backing_up,
    rush,
    power,
    mailing,
    migrating,
    machines,
)
ALL: list[Drill] = [drill for part in PARTS for drill in part.DRILLS]


@click.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@click.option("--list", "is_list", is_flag=True, help="Print what there is, and do nothing.")
def main(names: tuple[str, ...], *, as_json: bool, is_list: bool) -> None:
    """Run the drills of these NAMES (F1, F4 …), or all; 1 when something did not hold."""
    chosen = [drill for drill in ALL if not names or _is_named(drill, names)]
    if not chosen:
        raise click.UsageError(f"There is no drill {', '.join(names)}. See --list.")
    if is_list:
        for drill in chosen:
            click.echo(f"{drill.row:<15}{drill.did}")
        return
    # Whoever ends us ends all that we started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    outcomes = [_run(drill) for drill in chosen]
    show(outcomes, as_json=as_json)
    sys.exit(any(outcome.word == "failed" for outcome in outcomes))


def _is_named(drill: Drill, names: tuple[str, ...]) -> bool:
    row = drill.row.lower()
    return any(row == name.lower() or row.split()[0] == name.lower() for name in names)


def _run(drill: Drill) -> Outcome:
    say(f"{drill.row}: {drill.did}")
    folder = Path(tempfile.mkdtemp(prefix="wbtest-drill-"))
    begun = time.monotonic()
    word: Word = "ok"
    try:
        found = drill.run(folder)
        text = found.numbers
        if found.failures:
            word, text = "failed", f"{'; '.join(found.failures)}. {text}"
    except NotPossible as reason:
        word, text = "not run", f"not run: {reason}"
    except Broken as reason:
        word, text = "failed", str(reason)
    except Exception as error:
        # One drill that falls over must not hide what the others find.
        word, text = "failed", f"the drill itself broke: {type(error).__name__}: {error}"
    if word == "failed":
        text += f" (kept: {folder})"
    else:
        shutil.rmtree(folder)
    say(f"{drill.row}: {word}. {text}")
    return Outcome(drill.row, drill.did, drill.must, text, word, time.monotonic() - begun)


if __name__ == "__main__":
    main()
