"""What a drill is, what it found, and the table of all of them."""

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from textwrap import wrap
from typing import Literal

import click

Word = Literal["ok", "failed", "not run"]
WIDTHS = {"row": 15, "what was done": 34, "what must hold": 38, "what was found": 50}


class NotPossible(Exception):
    """This machine does not let us do it; the text says what is missing."""


class Broken(Exception):
    """Something that must hold did not, before there were numbers to compare."""


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of a drill as text, and every sentence that says what did not hold."""

    numbers: str
    failures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Drill:
    """``row`` names it; ``run`` is given an empty folder of its own."""

    row: str
    did: str
    must: str
    run: Callable[[Path], Found]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A line of the table."""

    row: str
    did: str
    must: str
    found: str
    word: Word
    seconds: float


def machine() -> str:
    """Date and machine, as the page that quotes the table says them."""
    cores = sum(
        line.startswith("processor") for line in Path("/proc/cpuinfo").read_text().splitlines()
    )
    now = datetime.now(UTC)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {platform.system()} {platform.release()}, {cores} cores, "
        f"Python {platform.python_version()}"
    )


def show(outcomes: Sequence[Outcome], *, as_json: bool) -> None:
    """Print all of them, for a person or for a program."""
    if as_json:
        lines = [asdict(each) for each in outcomes]
        click.echo(json.dumps({"machine": machine(), "drills": lines}, indent=2))
        return
    click.echo(machine())
    click.echo("".join(f"{name:<{width}}" for name, width in WIDTHS.items()) + "result    seconds")
    for each in outcomes:
        texts = (each.row, each.did, each.must, each.found)
        columns = [
            wrap(text, width - 2) for text, width in zip(texts, WIDTHS.values(), strict=True)
        ]
        for number in range(max(map(len, columns))):
            cells = [column[number] if number < len(column) else "" for column in columns]
            line = "".join(
                f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS.values(), strict=True)
            )
            end = f"{each.word:<10}{each.seconds:>7.0f}" if number == 0 else ""
            click.echo((line + end).rstrip())
        click.echo()
    counts = {
        word: sum(each.word == word for each in outcomes) for word in ("ok", "failed", "not run")
    }
    click.echo(", ".join(f"{number} {word}" for word, number in counts.items()))
