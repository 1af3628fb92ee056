"""`python -m tests.proofs SUITE [NAMES…]` runs proofs; `figures` runs all and writes the docs."""

import os
import signal
import sys
from collections.abc import Sequence

import click

from tests.proofs import machine, pages, record
from tests.proofs.proof import is_small_asked
from tests.proofs.running import Outcome, as_text, run_all, run_proof, say
from tests.proofs.suites import SUITES, find_proofs


@click.command()
@click.argument("suite", type=click.Choice([*SUITES, "figures", "pages"]))
@click.argument("names", nargs=-1)
@click.option("--small", "is_small", is_flag=True, help="Tiny numbers, in seconds (or SMALL=1).")
@click.option("--list", "is_list", is_flag=True, help="Print what there is, and do nothing.")
def main(suite: str, names: tuple[str, ...], *, is_small: bool, is_list: bool) -> None:
    """Run the proofs of a suite, or those of these NAMES; ends with 1 when something did not hold.

    "figures" runs all suites in full, or those of these NAMES, keeps what they find in
    docs/figures.json and writes it into the docs; "pages" writes the docs alone.
    """
    # SIGTERM also ends every process that we started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # Modules are compiled once, as everywhere; the first process would else tell of the compiler.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    is_small = is_small or is_small_asked()
    try:
        if suite == "figures":
            sys.exit(write_figures(names or tuple(SUITES)))
        if suite == "pages":
            write_pages(record.read())
            return
        chosen = find_proofs(suite, names)
    except LookupError as reason:
        raise click.UsageError(str(reason)) from None
    if is_list:
        for proof in chosen:
            click.echo(f"{proof.name:<18}{proof.what}")
        return
    click.echo(machine.as_text(machine.look()))
    outcomes = run_all(chosen, is_small=is_small)
    click.echo(as_text(outcomes))
    sys.exit(any(outcome.failures for outcome in outcomes))


def write_figures(wanted: Sequence[str]) -> bool:
    """Run whole suites, or a proof as SUITE/NAME; return whether something did not hold."""
    outcomes: list[Outcome] = []
    for each in wanted:
        suite, _, name = each.partition("/")
        if suite not in SUITES:
            raise LookupError(f"There is no suite {suite}.")
        for proof in find_proofs(suite, [name] if name else ()):
            looked = machine.look()
            outcomes.append(run_proof(proof))
            if outcomes[-1].word == "ok":
                # Kept at once, so that an hour is not lost with the last of it.
                kept = record.read()
                record.enter(kept, suite, outcomes[-1], looked)
                record.write(kept)
    click.echo(as_text(outcomes, has_notes=False))
    write_pages(record.read())
    return any(outcome.word != "ok" for outcome in outcomes)


def write_pages(kept: record.Record) -> None:
    """Write the docs, and say which figures are older than the code they are of."""
    for file in pages.write_all(kept):
        say(f"{file.relative_to(machine.ROOT)} was written")
    reads = [
        (suite, proof.name, proof.reads) for suite, proofs in SUITES.items() for proof in proofs
    ]
    for line in record.old_figures(kept, reads):
        click.echo(f"Older than the code: {line}")


if __name__ == "__main__":
    main()
