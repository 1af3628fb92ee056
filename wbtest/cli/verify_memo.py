"""`wbtest verify-memo`: whether a memo of a decision agrees with itself, without a database."""

from typing import BinaryIO

import click

from wbtest.decisions.memo_proof import differences


@click.command("verify-memo")
@click.argument("file", type=click.File("rb"))
def verify_memo(file: BinaryIO) -> None:
    """Recompute a memo from FILE, its JSON export (- for standard input).

    Every digest is compared with what it is of, then rates, intervals, evidence and verdict with
    those that follow from the counts in FILE. Needs no database.

    \b
    Exit code:
      0  everything agrees
      1  something differs: each value is listed with what it should be
      2  FILE is no memo, or cannot be read
    """
    found = differences(file.read())
    for difference in found:
        click.echo(difference)
    if found:
        raise SystemExit(1)
    click.echo("The digests hold, and the figures follow from the counts.")
