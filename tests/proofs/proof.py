"""What a proof is: it runs in a folder of its own, in full or small, and ends with figures."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.proofs.figure import Figure


Size = TypeVar("Size")


@dataclass(frozen=True, slots=True)
class Run:
    """How much is done; ``folder`` is empty and the proof's own.

    A small run goes the same way with tiny numbers, so that CI sees each step.
    """

    folder: Path
    is_small: bool = False

    def size(self, full: Size, small: Size) -> Size:
        """Return one of both sizes."""
        return small if self.is_small else full


@dataclass(slots=True)
class Result:
    """The figures, and every sentence that says what did not hold."""

    figures: list[Figure] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, what: str, value: float, unit: str = "", **parts: Any) -> None:
        """Add a figure; ``parts`` are its other fields."""
        self.figures.append(Figure(name, what, value, unit, **parts))

    def must(self, is_so: bool, sentence: str) -> None:
        """Note the sentence as a failure, unless it is so."""
        if not is_so:
            self.failures.append(sentence)


@dataclass(frozen=True, slots=True)
class Proof:
    """One of a suite: what is done or measured, and ``reads``, the code that its figures are of.

    Those are paths below the top folder: a change there makes the figures old.
    """

    name: str
    what: str
    run: Callable[[Run], Result]
    reads: tuple[str, ...] = ("wbtest",)


def is_small_asked() -> bool:
    """Return whether the environment asks for small runs."""
    return os.environ.get("SMALL", "") not in ("", "0")
