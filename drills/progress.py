"""What is going on, for whoever waits."""

import time

import click

_BEGUN = time.monotonic()


def say(text: str) -> None:
    """Print a line, with the seconds since the start."""
    click.echo(f"{time.monotonic() - _BEGUN:6.0f} s  {text}", err=True)
