"""`python -m tests.drills.single ROW`: one drill in its own process; prints its line as JSON."""

import json
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import click

from tests.drills.catalogue import ALL
from tests.drills.outcome import Drill, Outcome, Word
from tests.drills.progress import say
from tests.service.errors import Broken, NotPossible


@click.command()
@click.argument("row", type=click.Choice([drill.row for drill in ALL]))
def main(row: str) -> None:
    """Run the drill of this ROW."""
    # SIGTERM also ends every process that we started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    [drill] = [drill for drill in ALL if drill.row == row]
    click.echo(json.dumps(asdict(run(drill))))


def run(drill: Drill) -> Outcome:
    """Run it in a folder of its own, which is kept when something did not hold."""
    say(drill.did)
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
    say(f"{word}. {text}")
    return Outcome(drill.row, drill.did, drill.must, text, word, time.monotonic() - begun)


if __name__ == "__main__":
    main()
