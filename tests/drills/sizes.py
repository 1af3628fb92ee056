"""How much the drills do: as docs/faults.md tells of it, or little, when ``SMALL=1``."""

import os
from typing import TypeVar

Number = TypeVar("Number", int, float)

IS_SMALL = os.environ.get("SMALL") == "1"


def sized(usual: Number, small: Number) -> Number:
    """Return the usual number, or the small one; a drill does the same with either."""
    return small if IS_SMALL else usual


# Visitors at once, and the sign-ups that are waited for before something breaks, and after.
VISITORS, SIGNUPS = sized(80, 12), sized(20, 4)
