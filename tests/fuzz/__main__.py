"""`python -m tests.fuzz [api|forms|rows]`: ask for a long time, and print what came of it."""

import logging
import random
import signal
import sys
import tempfile
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import click

from tests.fuzz import api, forms, rows_of_forms, rows_of_json, rows_of_pages
from tests.fuzz.believed import believed
from tests.fuzz.rows import ask_row
from tests.fuzz.tally import Tally
from tests.fuzz.walk import find_forms
from tests.fuzz.world import World, make_world

MEMORY = "/dev/shm"


class Shard(NamedTuple):
    """Which of the rows are asked here: the first, second … of so many."""

    number: int
    of: int

    @property
    def slice(self) -> slice:
        return slice(self.number - 1, None, self.of)


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(["rows", "api", "forms"]))
@click.option("--number", "-n", default=2_000, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="That of an earlier run asks the same again.")
@click.option("--shard", "part_of", default="1/1", help="Of the rows, only the first half: 1/2.")
def main(parts: tuple[str, ...], number: int, seed: int | None, part_of: str) -> None:
    """Send NUMBER requests to the API and as many forms; ends with 1 when something is at fault.

    There are as many rows as there are; they may be split over processes.
    """
    shard = _shard_of(part_of)
    seed = random.randrange(10**6) if seed is None else seed
    # Each fault is told once, with its request; the log would tell each time.
    logging.disable()
    # What was found by then is worth reading.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    has_faults = False
    for part in parts or ("rows", "api", "forms"):
        tally = Tally(part, 0 if part == "rows" else number, seed)
        where = MEMORY if Path(MEMORY).is_dir() else None
        with (
            tempfile.TemporaryDirectory(prefix="wbtest-fuzz-", dir=where) as folder,
            make_world(Path(folder)) as world,
        ):
            try:
                _run(part, world, tally, shard)
            except KeyboardInterrupt:
                click.echo("Ended from outside: the rest was not asked.", err=True)
        click.echo(tally.told())
        has_faults |= bool(tally.faults)
    sys.exit(has_faults)


def _shard_of(text: str) -> Shard:
    """Read 1/2. Raises BadParameter."""
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise click.BadParameter(f"{text} is no part, as 1/2 is.", param_hint="--shard")
    return Shard(int(number), int(of))


def _run(part: str, world: World, tally: Tally, shard: Shard) -> None:
    if part == "rows":
        _ask_rows(world, tally, shard)
    elif part == "api":
        api.fuzz(world, tally)
    else:
        forms.fuzz(world, find_forms(world), tally)


def _ask_rows(world: World, tally: Tally, shard: Shard) -> None:
    found = find_forms(world)
    sets = (
        rows_of_json.json_rows,
        rows_of_forms.empty_forms,
        rows_of_forms.parts_rows,
        rows_of_pages.queries,
        rows_of_pages.garbage,
        partial(rows_of_forms.form_rows, found=found),
    )
    # One after the other, since all of them at once would take a gigabyte.
    rows = chain.from_iterable(make(world) for make in sets)
    for row in islice(rows, shard.number - 1, None, shard.of):
        ask_row(world, row, tally)
    if shard.number == 1:
        for fault in chain(rows_of_pages.unknown_methods(world), rows_of_pages.heads(world)):
            tally.blame(*fault)
    for fault in believed(world, found[shard.slice]):
        tally.blame(*fault)


if __name__ == "__main__":
    main()
