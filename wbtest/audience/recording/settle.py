"""What of one visitor counts: the sighting, and the one sign-up that is the conversion. Pure.

The same gate stands before both sides of the rate: a visitor enters the seen and the converted by
a beacon that came before any of the visitor's sign-ups. Everything is decided by when it happened,
so it does not matter in which order the rows reached the store.
"""

from collections.abc import Sequence
from typing import NamedTuple

from wbtest.publishing.rule import Conversion


class SignupTimes(NamedTuple):
    """When a sign-up arrived, and each step after it, in microseconds since 1970."""

    at_us: int
    confirmed_us: int | None = None
    price_us: int | None = None
    call_us: int | None = None
    preorder_us: int | None = None

    def moment_of(self, conversion: Conversion) -> int | None:
        """Return when this happened, or None when it has not."""
        moment: int | None = (
            self.at_us if conversion == "signup" else getattr(self, f"{conversion}_us")
        )
        return moment


class Settled(NamedTuple):
    """Whether the sighting counts, and which sign-up is the conversion: its index, or None.

    ``unseen`` are the indexes of sign-ups that no counted sighting preceded within the window.
    """

    is_counted: bool
    conversion: int | None
    unseen: frozenset[int]


def settle(
    sighting_us: int | None,
    signups: Sequence[SignupTimes],
    conversion: Conversion,
    window_us: int,
) -> Settled:
    """Return what counts of a visitor first seen at ``sighting_us``, None for never.

    The sighting counts unless a sign-up came before it or with it. The conversion is the sign-up
    that took the converting step first, within the window after the sighting; of two at once the
    one that signed up first. So nobody can move a conversion out of an hour that is over. A visitor
    converts once at most. Give only the sign-ups that stand under the same reason for exclusion as
    the sighting, '' for none.

    >>> settle(100, [SignupTimes(160), SignupTimes(130)], "signup", window_us=50)
    Settled(is_counted=True, conversion=1, unseen=frozenset({0}))
    """
    everyone = frozenset(range(len(signups)))
    if sighting_us is None or any(signup.at_us <= sighting_us for signup in signups):
        return Settled(is_counted=False, conversion=None, unseen=everyone)
    ends_us = sighting_us + window_us
    converting = [
        (moment, signup.at_us, index)
        for index, signup in enumerate(signups)
        if (moment := signup.moment_of(conversion)) is not None and moment <= ends_us
    ]
    return Settled(
        is_counted=True,
        conversion=min(converting)[2] if converting else None,
        unseen=frozenset(index for index in everyone if signups[index].at_us > ends_us),
    )
