"""How much is measured: with ``SMALL=1`` so little that the figures only show that a part runs."""

import os
from typing import TypeVar

IS_SMALL = os.environ.get("SMALL", "0") != "0"
Number = TypeVar("Number", int, float)


def amount(usual: Number, small: Number) -> Number:
    """Return the usual number, or the small one if little is to be measured."""
    return small if IS_SMALL else usual
