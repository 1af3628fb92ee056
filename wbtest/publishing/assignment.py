"""Which variant a new visitor is shown. Pure: visitor, salt, weights in; variant out."""

import hashlib
from collections.abc import Sequence
from itertools import accumulate


class Draw:
    """Gives one visitor after the other a variant; what is the same for all is reckoned once.

    ``variants`` are (key, weight) in a fixed order, weights from 1 to 1,000.

    >>> Draw("salt", [("control", 1)]).variant_of("visitor-7")
    'control'
    """

    __slots__ = ("_begun", "_ends", "_total")

    def __init__(self, salt: str, variants: Sequence[tuple[str, int]]) -> None:
        # A hash that has read the salt already, to be copied: to begin a new one takes longer.
        self._begun = hashlib.sha256(f"{salt}:".encode())
        ends = accumulate([weight for _, weight in variants])
        self._ends = tuple(zip([key for key, _ in variants], ends, strict=True))
        self._total = self._ends[-1][1]

    def variant_of(self, visitor: str) -> str:
        """Return the key of the visitor's variant, in proportion to the weights.

        The first 8 bytes of SHA-256(salt, visitor) are spread over the sum of the weights; the
        bias is below 1e-15.
        """
        begun = self._begun.copy()
        begun.update(visitor.encode())
        point = int.from_bytes(begun.digest()[:8]) % self._total
        for key, end in self._ends:
            if point < end:
                return key
        raise AssertionError("the point lies within the sum of the weights")
