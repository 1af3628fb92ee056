"""What a name of a list means that a pattern found without regard to capitals. Pure."""

import re
from collections.abc import Mapping
from functools import lru_cache


def meaning(names: Mapping[str, str], found: str) -> str:
    """What stands behind the name; ``names`` are in small letters, and one of them was found.

    Patterns take ſ for s, ı and İ for i, and the sign of the Kelvin for k; small letters alone do
    not, so that the pattern is asked again.

    >>> meaning({"six": "6"}, "ſIX")
    '6'
    """
    plain = names.get(found.lower())
    if plain is not None:
        return plain
    return next(value for name, value in names.items() if _is_same(name, found))


@lru_cache(maxsize=1024)
def _is_same(name: str, found: str) -> bool:
    return re.fullmatch(re.escape(name), found, re.IGNORECASE) is not None
