"""Runs proofs one after the other, each in a folder of its own, and prints what they found."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

import click

from tests.proofs.figure import Figure, goal_text, short, value_text
from tests.proofs.proof import Proof, Result, Run
from tests.service.errors import Broken, NotPossible

WIDTH = 110
_BEGUN = time.monotonic()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a proof; ``missing`` says what this machine lacks to run it, '' for nothing."""

    proof: Proof
    figures: Sequence[Figure]
    failures: Sequence[str]
    missing: str
    seconds: float

    @property
    def word(self) -> str:
        """How it went, in a word or two."""
        return "failed" if self.failures else "not run" if self.missing else "ok"


def say(text: str) -> None:
    """Print how far we are, with the seconds since the start, for the person who waits."""
    click.echo(f"{time.monotonic() - _BEGUN:6.0f} s  {text}", err=True)


def run_proof(proof: Proof, *, is_small: bool = False) -> Outcome:
    """Run one; its folder is kept when something did not hold."""
    say(f"{proof.name}: {proof.what}")
    folder = Path(tempfile.mkdtemp(prefix=f"wbtest-{proof.name.replace(' ', '-')}-"))
    begun, result, missing = time.monotonic(), Result(), ""
    try:
        result = proof.run(Run(folder, is_small))
    except NotPossible as reason:
        missing = str(reason)
    except Broken as reason:
        result.failures.append(str(reason))
    except Exception as error:
        # One proof that falls over must not hide what the others find.
        result.failures.append(f"it broke: {type(error).__name__}: {error}")
        sys.excepthook(type(error), error, error.__traceback__)
    if result.failures:
        say(f"its files are kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    seconds = time.monotonic() - begun
    outcome = Outcome(proof, result.figures, result.failures, missing, seconds)
    say(f"{proof.name}: {outcome.word} after {seconds:.0f} s")
    return outcome


def run_all(proofs: Iterable[Proof], *, is_small: bool = False) -> list[Outcome]:
    """Run them; what was found by then is returned when somebody ends it."""
    found: list[Outcome] = []
    try:
        for proof in proofs:
            found.append(run_proof(proof, is_small=is_small))
    except (KeyboardInterrupt, SystemExit):
        click.echo("Ended from outside: the rest was not run.", err=True)
        found.append(Outcome(proof, (), ["it was ended from outside"], "", 0.0))
    return found


def as_text(outcomes: Sequence[Outcome], *, has_notes: bool = True) -> str:
    """Return all figures as a table, with how to read them, and what did not hold."""
    lines = [f"{'what':<58}{'found':>20}{'floor':>12}{'ratio':>8}  {'range':<14}goal"]
    for outcome in outcomes:
        lines += ["", f"{outcome.proof.name}: {outcome.proof.what}"]
        for figure in outcome.figures:
            lines += _lines_of(figure, has_notes=has_notes)
        lines += [f"  not run: {outcome.missing}"] if outcome.missing else []
        lines += [f"  FAILED: {sentence}" for sentence in outcome.failures]
    figures = [figure for outcome in outcomes for figure in outcome.figures]
    goals = ", ".join(
        f"{sum(each.word == word for each in figures)} {word}" for word in ("met", "missed")
    )
    words = ", ".join(
        f"{sum(each.word == word for each in outcomes)} {word}"
        for word in ("ok", "failed", "not run")
    )
    seconds = sum(each.seconds for each in outcomes)
    return "\n".join([*lines, "", f"Goals: {goals}. {words}, in {seconds:,.0f} s."])


def _lines_of(figure: Figure, *, has_notes: bool) -> list[str]:
    floor = "" if figure.floor is None else short(figure.floor)
    ratio = "" if figure.ratio is None else short(figure.ratio)
    spread = ""
    if figure.least is not None and figure.greatest is not None:
        spread = f"{short(figure.least)}–{short(figure.greatest)}"
    line = (
        f"  {figure.what:<56}{value_text(figure):>20}{floor:>12}{ratio:>8}  {spread:<14}"
        f"{goal_text(figure)} {figure.word}"
    ).rstrip()
    indent = "      "
    notes = " ".join(filter(None, (figure.floor_is and f"÷ {figure.floor_is}.", figure.how)))
    if not (has_notes and notes):
        return [line]
    return [line, fill(notes, WIDTH, initial_indent=indent, subsequent_indent=indent)]
