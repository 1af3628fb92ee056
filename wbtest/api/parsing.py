"""What programs send, read strictly: JSON that two could read in two ways is refused. Pure.

An ETag names a version or a digest, so that nobody changes what they have not read. A cursor names
where the next page of a list begins; programs hand it back as it is.
"""

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Protocol, TypeVar

import msgspec

from wbtest.store import Refused

DEEPEST = 32
_VERSION = re.compile(r'"v(\d{1,9})"')
_DIGEST = re.compile(r'"([0-9a-f]{64})"')
LARGEST = 2**31 - 1


class BadRequest(Refused):
    """A request that cannot be read."""

    status = 400


def read_json(data: bytes) -> Any:
    """Return the values in ``data``.

    Raises BadRequest for what is no JSON in UTF-8, for a key that stands twice in an object, for
    NaN, Infinity and numbers too large to be one, for the character NUL and half characters, which
    no database keeps, and for more than 32 levels.

    >>> read_json(b'{"headline": "Dinner", "faq": []}')
    {'headline': 'Dinner', 'faq': []}
    """
    try:
        values = json.loads(
            data.decode(),
            object_pairs_hook=_unique_members,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except UnicodeDecodeError as error:
        raise BadRequest("This is not text in UTF-8.") from error
    except RecursionError as error:
        raise BadRequest(f"This goes more than {DEEPEST} levels deep.") from error
    except json.JSONDecodeError as error:
        raise BadRequest(f"This is not JSON: {error}.") from error
    except ValueError as error:
        # Python reads no whole number of more than 4,300 digits.
        raise BadRequest("A number is too long.") from error
    _check(values, 1)
    return values


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, times in counts.items() if times > 1)
        raise BadRequest(f"{twice[:80]!r} stands twice in one object.")
    return values


def _no_number(text: str) -> Any:
    raise BadRequest(f"{text} is no number of JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise BadRequest(f"{text[:20]} is too large a number.")
    return number


def _check(value: Any, level: int) -> None:
    """Raise BadRequest for what lies too deep, or for a text that cannot be stored."""
    if level > DEEPEST:
        raise BadRequest(f"This goes more than {DEEPEST} levels deep.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(name, level)
            _check(inner, level + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, level + 1)
    elif isinstance(value, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        raise BadRequest("A text holds a character that no text has: NUL, or half of one.")


def version_etag(version: int) -> str:
    """Return the ETag of a version.

    >>> version_etag(7), version_wanted('"v7"'), version_wanted("*")
    ('"v7"', 7, None)
    """
    return f'"v{version}"'


def digest_etag(digest: str) -> str:
    """Return the ETag of what has no number."""
    return f'"{digest}"'


def version_wanted(if_match: str | None) -> int | None:
    """The version that an ``If-Match`` names; None without one, or for any. Raises BadRequest."""
    found = _tag_wanted(_VERSION, if_match)
    return int(found) if found else None


def digest_wanted(if_match: str | None) -> str:
    """The digest that an ``If-Match`` names; '' without one, or for any. Raises BadRequest."""
    return _tag_wanted(_DIGEST, if_match)


def _tag_wanted(tag: re.Pattern[str], if_match: str | None) -> str:
    if if_match is None or if_match.strip() == "*":
        return ""
    found = tag.fullmatch(if_match.strip())
    if found is None:
        raise BadRequest("If-Match takes the ETag of an answer, unchanged.")
    return found[1]


def cursor_after(number: int) -> str:
    """Return the cursor for what comes after the row of this number.

    >>> cursor_after(41), number_in(cursor_after(41))
    ('YWZ0ZXIgNDE', 41)
    """
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode().rstrip("=")


def number_in(cursor: str) -> int | None:
    """Return the number in a cursor, None in an empty one. Raises BadRequest for any other word."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        number = int(text.removeprefix("after "))
    except (binascii.Error, ValueError) as error:
        raise BadRequest("This cursor is none of ours. Begin without one.") from error
    if not 0 <= number <= LARGEST or cursor_after(number) != cursor:
        raise BadRequest("This cursor is none of ours. Begin without one.")
    return number


class Numbered(Protocol):
    """A row with a number."""

    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


class Page(msgspec.Struct, forbid_unknown_fields=True):
    """``cursor`` is the ``next`` of the page before."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50

    @property
    def before(self) -> int | None:
        """The number of the last row of the page before, None on the first."""
        return number_in(self.cursor)

    def cut(self, rows: Sequence[Row]) -> tuple[Sequence[Row], str | None]:
        """Return the page and where it goes on, of one row more than the page holds."""
        some = rows[: self.limit]
        return some, cursor_after(some[-1].id) if len(rows) > self.limit else None
