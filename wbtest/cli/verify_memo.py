"""`wbtest verify-memo`: whether a memo of a decision agrees with itself, without a database."""

import sys
from pathlib import Path

import click

from wbtest.results.deciding.proving import Unreadable, prove, read_export

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)
# In bytes. A year of six variants stays below it.
LARGEST_FILE = 32 * 1024 * 1024
STATED = "stated, not proved: nothing in FILE tells it, only the digest of the memo binds it"
DIFFERS, IN_PART = 1, 3


@click.command("verify-memo")
@click.argument("file", type=FILE)
def verify_memo(file: str) -> None:
    """Recompute a memo from FILE, its JSON export (- for standard input).

    What follows from the texts and counts in FILE is computed anew: every digest, the verdict with
    its words, the figures, the checks of trust that counts can tell. A line for each part says
    how. What nothing in FILE can prove, such as names, is listed last.

    \b
    Exit code:
      0  everything that can follow does
      1  something differs
      2  FILE is no memo, or cannot be read
      3  nothing differs, and it could not be proved in full: another version
         worded it, or it is from before memos kept their counts
    """
    proofs = prove(read_export(_text_of(file)))
    for proof in proofs:
        how = STATED if proof.state == "stated" else f"{proof.state:<10}{proof.how}".rstrip()
        click.echo(f"{proof.what:<12}{how}")
        for sentence in proof.said:
            click.echo(f"  {sentence}")
    states = {proof.state for proof in proofs}
    if "differs" in states:
        raise SystemExit(DIFFERS)
    if "unproved" in states:
        raise SystemExit(IN_PART)


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
