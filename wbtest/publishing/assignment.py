"""Which variant a new visitor is shown. Pure: visitor, salt, weights in; variant out."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

# Large enough that rounding moves fewer than one visitor in a thousand million.
SPREAD = 2**32


def spread(variants: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Return the same variants with weights that add up to 2³² for any weights given.

    Then a visitor's point lies at the same place whatever the weights are, and only those between
    an old and a new boundary change their variant when the weights do.

    >>> spread([("control", 1), ("photo", 3)])
    (('control', 1073741824), ('photo', 3221225472))
    """
    total = sum([weight for _, weight in variants])
    found, before, start = [], 0, 0
    for key, weight in variants:
        before += weight
        end = SPREAD * before // total
        found.append((key, end - start))
        start = end
    return tuple(found)


def assign(visitor: str, salt: str, variants: Sequence[tuple[str, int]]) -> str:
    """Return the key of the variant for ``visitor``, in proportion to the weights.

    ``variants`` are (key, weight) in a fixed order, weights from 1 to 1,000. The first 8 bytes of
    SHA-256(salt, visitor) are spread over the sum of the weights; the bias is below 1e-15.

    >>> assign("visitor-7", "salt", [("control", 1)])
    'control'
    """
    begun = _salted(salt).copy()
    begun.update(visitor.encode())
    total = 0
    for _, weight in variants:
        total += weight
    point = int.from_bytes(begun.digest()[:8]) % total
    for key, weight in variants:
        if point < weight:
            return key
        point -= weight
    raise AssertionError("the point lies within the sum of the weights")


@lru_cache(maxsize=1024)
def _salted(salt: str) -> "hashlib._Hash":
    """A hash that has read the salt already, to be copied: to begin a new one takes longer."""
    return hashlib.sha256(f"{salt}:".encode())
