"""`wbtest verify-memo`: whether a memo of a decision agrees with itself, without a database."""

import sys
from pathlib import Path

import click

from wbtest.results.deciding.proving import Unreadable, prove, read_export

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)
# In bytes. A year of six variants in three phases stays below it.
LARGEST_FILE = 32 * 1024 * 1024


@click.command("verify-memo")
@click.argument("file", type=FILE)
def verify_memo(file: str) -> None:
    """Recompute a memo from FILE, its JSON export (- for standard input).

    Every digest, the verdict and each figure follow anew from the texts and counts in FILE. Exit 1
    when something differs, 2 when FILE is no memo.
    """
    proofs = prove(read_export(_text_of(file)))
    for proof in proofs:
        click.echo(f"{proof.what:<12}{proof.state}")
        for sentence in proof.said:
            click.echo(f"  {sentence}")
    if any(proof.state == "differs" for proof in proofs):
        raise SystemExit(1)


def _text_of(file: str) -> str:
    if file == "-":
        read = sys.stdin.buffer.read(LARGEST_FILE + 1)
    else:
        with Path(file).open("rb") as opened:
            read = opened.read(LARGEST_FILE + 1)
    if len(read) > LARGEST_FILE:
        raise Unreadable(f"{file} is longer than {LARGEST_FILE:,} bytes.")
    try:
        return read.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{file} is no text in UTF-8.") from error
