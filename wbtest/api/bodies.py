"""The JSON that a program sent, read strictly: what two could read in two ways is refused. Pure."""

import json
import math
from collections import Counter
from typing import Any

from wbtest.store import Refused

DEEPEST = 32


class Unfit(Refused):
    """A request that cannot be read."""

    status = 400


def read_json(data: bytes) -> Any:
    """Return the values in ``data``.

    Raises Unfit for what is no JSON in UTF-8, for a key that stands twice in an object, for NaN,
    Infinity and numbers too large to be one, for the character NUL and half characters, which no
    database keeps, and for more than 32 levels.

    >>> read_json(b'{"headline": "Dinner", "faq": []}')
    {'headline': 'Dinner', 'faq': []}
    """
    try:
        values = json.loads(
            data.decode(), object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise Unfit("This is not text in UTF-8.") from error
    except RecursionError as error:
        raise Unfit(f"This goes more than {DEEPEST} levels deep.") from error
    except json.JSONDecodeError as error:
        raise Unfit(f"This is not JSON: {error}.") from error
    except ValueError as error:
        # Python reads no whole number of more than 4,300 digits.
        raise Unfit("A number is too long.") from error
    _check(values, 1)
    return values


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, times in counts.items() if times > 1)
        raise Unfit(f"{twice[:80]!r} stands twice in one object.")
    return values


def _no_number(text: str) -> Any:
    raise Unfit(f"{text} is no number of JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Unfit(f"{text[:20]} is too large a number.")
    return number


def _check(value: Any, level: int) -> None:
    """Raise Unfit for what lies too deep, or for a text that cannot be stored."""
    if level > DEEPEST:
        raise Unfit(f"This goes more than {DEEPEST} levels deep.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(name, level)
            _check(inner, level + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, level + 1)
    elif isinstance(value, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        raise Unfit("A text holds a character that no text has: NUL, or half of one.")
