"""`python -m tests.fuzz [api|forms|believed]`: ask for a long time, and print what came of it."""

import logging
import random
import signal
import sys
import tempfile
from pathlib import Path

import click

from tests.fuzz import api, forms
from tests.fuzz.believed import believed
from tests.fuzz.tally import Tally
from tests.fuzz.walk import find_forms
from tests.fuzz.world import World, make_world

MEMORY = "/dev/shm"


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(["believed", "api", "forms"]))
@click.option("--number", "-n", default=2_000, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="That of an earlier run asks the same again.")
def main(parts: tuple[str, ...], number: int, seed: int | None) -> None:
    """Send NUMBER requests to the API and as many forms; ends with 1 when something is at fault.

    "believed" sends each form once, with fields that nobody may set.
    """
    seed = random.randrange(10**6) if seed is None else seed
    # Each fault is told once, with its request; the log would tell each time.
    logging.disable()
    # What was found by then is worth reading.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    has_faults = False
    for part in parts or ("believed", "api", "forms"):
        tally = Tally(part, 0 if part == "believed" else number, seed)
        where = MEMORY if Path(MEMORY).is_dir() else None
        with (
            tempfile.TemporaryDirectory(prefix="wbtest-fuzz-", dir=where) as folder,
            make_world(Path(folder)) as world,
        ):
            try:
                _run(part, world, tally)
            except KeyboardInterrupt:
                click.echo("Ended from outside: the rest was not asked.", err=True)
        click.echo(tally.told())
        has_faults |= bool(tally.faults)
    sys.exit(has_faults)


def _run(part: str, world: World, tally: Tally) -> None:
    if part == "api":
        api.fuzz(world, tally)
    elif part == "forms":
        forms.fuzz(world, find_forms(world), tally)
    else:
        for fault in believed(world, find_forms(world)):
            tally.blame(*fault)


if __name__ == "__main__":
    main()
