"""Which variant a new visitor is shown. Pure: visitor, salt, weights in; variant out."""

import hashlib
from collections.abc import Sequence


def assign(visitor: str, salt: str, variants: Sequence[tuple[str, int]]) -> str:
    """Return the key of the variant for ``visitor``, in proportion to the weights.

    ``variants`` are (key, weight) in a fixed order, weights from 1 to 1,000. The first 8 bytes of
    SHA-256(salt, visitor) are spread over the sum of the weights; the bias is below 1e-15.

    >>> assign("visitor-7", "salt", [("control", 1)])
    'control'
    """
    digest = hashlib.sha256(f"{salt}:{visitor}".encode()).digest()
    point = int.from_bytes(digest[:8]) % sum([weight for _, weight in variants])
    for key, weight in variants:
        if point < weight:
            return key
        point -= weight
    raise AssertionError("the point lies within the sum of the weights")
