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


@dataclass(frozen=True, slots=True)
class Found:
    """The numbers of a drill as text, and every sentence that says what did not hold."""

    numbers: str
    failures: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Drill:
    """``row`` names it; ``run`` is given an empty folder of its own.

    One that ``is_patient`` measures no time, so another such may run beside it. ``asked_seconds``
    is how long it was asked to last.
    """

    row: str
    did: str
    must: str
    run: Callable[[Path], Found]
    is_patient: bool = False
    asked_seconds: float = 0.0


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


def show(outcomes: Sequence[Outcome], seconds: float, *, as_json: bool) -> None:
    """Print all of them and the time for all, for a person or for a program."""
    if as_json:
        lines = [asdict(each) for each in outcomes]
        whole = {"machine": machine(), "seconds": seconds, "drills": lines}
        click.echo(json.dumps(whole, indent=2))
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
    told = ", ".join(f"{number} {word}" for word, number in counts.items())
    click.echo(f"{told}; {seconds / 60:.1f} minutes")
