"""The trust panel: one colour and sentence over all checks, and which are shown first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wbtest.results.trust import Check, Colour

SEVERITY: tuple[Colour, ...] = ("red", "amber", "grey", "green")
# While this one is too early, so are all.
FIRST = "beacons"


class Panel(NamedTuple):
    """What the panel shows. ``shown`` stand open, what is worst first; ``checks`` are all."""

    colour: Colour
    sentence: str
    shown: tuple[Check, ...]
    checks: tuple[Check, ...]


def panel_of(checks: Sequence[Check]) -> Panel:
    """Return the panel of these checks.

    >>> from wbtest.results.trust import Check
    >>> panel_of([Check("split", "ok", "As planned.", "Split", "yes")]).sentence
    'Green: nothing speaks against these figures.'
    """
    colour, sentence = _overall(checks)
    shown = sorted(
        (check for check in checks if check.is_shown), key=lambda c: SEVERITY.index(c.colour)
    )
    return Panel(colour, sentence, tuple(shown), tuple(checks))


def _overall(checks: Sequence[Check]) -> tuple[Colour, str]:
    red = sum(check.colour == "red" for check in checks)
    amber = sum(check.colour == "amber" for check in checks)
    if red:
        stops = "one check stops the verdict" if red == 1 else f"{red} checks stop the verdict"
        return "red", f"Red: {stops}. Decide nothing on these figures."
    if amber:
        want = "one check wants a look" if amber == 1 else f"{amber} checks want a look"
        stops = "It does not stop a verdict." if amber == 1 else "None of them stops a verdict."
        return "amber", f"Amber: {want} before you decide. {stops}"
    if any(check.is_early for check in checks if check.check == FIRST):
        return "grey", "Too early to say: nothing speaks against these figures yet."
    return "green", "Green: nothing speaks against these figures."
