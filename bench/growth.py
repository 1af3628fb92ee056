"""`python -m bench.growth`: which pages of a team cost more when there is more of everything.

Two instances that are the same but for their size: ten of everything, and a workspace after years.
Each page of a team is opened in both, and those are listed that ask the database more often, take
more time or weigh more. Processor time, so that others on the machine disturb less. Takes about
five minutes.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import click
from flask import Flask
from flask.testing import FlaskClient

from bench.grown import FEW, MANY, Size, make
from tests.statements import counted
from tests.team_pages import team_pages
from wbtest.extensions import db

ROUNDS = 3
# A page grows when it passes one of these: times as long, times as heavy.
SLOWER, HEAVIER = 1.5, 1.5
# Nobody notices less than that: milliseconds, and bytes.
QUICK_MS, LIGHT = 30, 20_000
# They read everything there is and are sent while they are made, or draw for seconds.
WHOLE = (".csv", ".json", ".md", ".pdf", ".png", ".svg", ".docx")


class Cost(NamedTuple):
    """What one page cost: its status, statements, milliseconds of processor time, and bytes."""

    status: int
    queries: int
    ms: float
    size: int


def measure(few: Size = FEW, many: Size = MANY) -> Iterator[tuple[str, Cost, Cost]]:
    """Yield each page that both instances have, with its cost in each."""
    with tempfile.TemporaryDirectory(prefix="wbtest-growth-") as name:
        sides = [_side(Path(name) / str(size.experiments), size) for size in (few, many)]
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)
        for address in sides[0][2]:
            if address.endswith(WHOLE):
                continue
            one, other = (_cost(app, client, address) for app, client, _ in sides)
            if one.status == 200:
                yield address, one, other
            elif one.status != other.status:
                click.echo(f"{address}: {one.status} with few, {other.status} with many")


def _side(folder: Path, size: Size) -> tuple[Flask, FlaskClient, list[str]]:
    before = time.monotonic()
    app, client, values = make(folder, size)
    click.echo(f"{size.experiments:,} experiments in {time.monotonic() - before:.0f} s", err=True)
    pages = team_pages(app, values).values()
    return app, client, sorted({address for addresses in pages for address in addresses})


def _cost(app: Flask, client: FlaskClient, address: str) -> Cost:
    took = []
    # The first round is for what is read or compiled once.
    for _ in range(ROUNDS + 1):
        with app.app_context(), counted() as statements:
            before = time.process_time()
            answer = client.get(address, buffered=True)
            took.append(1000 * (time.process_time() - before))
            db.session.remove()
    return Cost(answer.status_code, len(statements), median(took[1:]), len(answer.data))


def main() -> int:
    """Print the table, the worst first; 1 when a page asks the database more often."""
    rows = sorted(measure(), key=lambda row: row[2].ms, reverse=True)
    click.echo(f"{'':<52}{'queries':>12}{'ms':>16}{'bytes':>22}")
    for address, one, other in rows:
        click.echo(
            f"{address:<52}{one.queries:>6}{other.queries:>6}{one.ms:>8.0f}{other.ms:>8.0f}"
            f"{one.size:>11,}{other.size:>11,}  {_grown(one, other)}"
        )
    return 1 if any(other.queries > one.queries for _, one, other in rows) else 0


def _grown(one: Cost, other: Cost) -> str:
    """What of a page grows with the instance, in words."""
    grown = {
        "queries": other.queries > one.queries,
        "time": other.ms > max(SLOWER * one.ms, QUICK_MS),
        "bytes": other.size > max(HEAVIER * one.size, LIGHT),
    }
    return ", ".join(name for name, has in grown.items() if has)


if __name__ == "__main__":
    sys.exit(main())
