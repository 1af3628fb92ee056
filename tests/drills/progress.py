"""What is going on, for the person who waits."""

import os
import time

import click

# Drills are processes of their own; all of them count from the start of the first.
SINCE, ROW = "WBTEST_DRILLS_SINCE", "WBTEST_DRILLS_ROW"
_BEGUN = float(os.environ.get(SINCE) or time.monotonic())


def seconds() -> float:
    """Seconds since the start."""
    return time.monotonic() - _BEGUN


def say(text: str) -> None:
    """Print a line, with the seconds since the start and the drill that says it."""
    row = os.environ.get(ROW, "")
    click.echo(f"{seconds():6.0f} s  {row:<15}{text}", err=True)


def environ_of(row: str) -> dict[str, str]:
    """The environment of the process of one drill."""
    return {**os.environ, SINCE: str(_BEGUN), ROW: row}
