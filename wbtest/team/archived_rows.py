"""The rows of an export: what a column holds as JSON, and back, checked. No database.

SQLite keeps a word where a number belongs, so what may stand in a column is asked here.
"""

import base64
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from wbtest.store import UtcDateTime

Row = dict[str, Any]
# What 64 bits hold.
LARGEST = 2**63 - 1
LONGEST_SHOWN = 40


class Unfit(ValueError):
    """A value that its column cannot hold; the text begins with table and column."""


def packed(table: sa.Table, row: Any) -> Row:
    """Return the row as values of JSON, by column."""
    values: Row = {}
    for column in table.columns:
        value = row[column.name]
        if isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, bytes):
            value = base64.b85encode(value).decode("ascii")
        values[column.name] = value
    return values


def unpacked(table: sa.Table, values: Any) -> Row:
    """Return the row as it is stored. Raises Unfit with the first column that cannot be."""
    if not isinstance(values, Mapping):
        raise Unfit(f"{table.name}: this is no row.")
    row: Row = {}
    for name, is_nullable, read in _readers(table):
        if name not in values:
            raise Unfit(f"{table.name}.{name} is missing.")
        value = values[name]
        if value is None:
            if not is_nullable:
                raise Unfit(f"{table.name}.{name} is empty.")
            row[name] = None
            continue
        try:
            row[name] = read(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise Unfit(f"{table.name}.{name} cannot be {shown(value)}.") from error
    if len(row) < len(values):
        strange = min(name for name in values if name not in row)
        raise Unfit(f"{table.name} has no column {shown(strange)}.")
    return row


def shown(value: Any) -> str:
    """Return a value of a file as it may stand in a sentence, cut where it is long.

    >>> shown("=1+1"), shown(["a"] * 50)
    ('"=1+1"', '["a", "a", "a", "a", "a", "a", "a", "a",…')
    """
    text = json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


@cache
def _readers(table: sa.Table) -> list[tuple[str, bool, Callable[[Any], Any]]]:
    """Of each column its name, whether it may be empty, and what reads a value of it."""
    return [(each.name, bool(each.nullable), _reader(each.type)) for each in table.columns]


def _reader(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any]:
    return next(read for known, read in _READERS if isinstance(kind, known))


def _text(value: Any) -> str:
    # Half characters are none that a database keeps.
    str.encode(value)
    return str(value)


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) > LARGEST:
        raise ValueError
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _moment(value: Any) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError
    # In UTC the first and the last hours that can be written do not exist.
    return at.astimezone(UTC)


def _values(value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise TypeError
    return value


# A kind that is derived from another stands above it.
_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (UtcDateTime, _moment),
    (sa.Date, date.fromisoformat),
    (sa.LargeBinary, base64.b85decode),
    (sa.Boolean, _yes_or_no),
    (sa.Integer, _whole),
    (sa.Double, _number),
    (sa.String, _text),
    (sa.JSON, _values),
)
