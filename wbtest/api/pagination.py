"""How programs ask for a page of a list, with a cursor that they hand back as it is. Pure."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

import msgspec

from wbtest.api.parsing import BadRequest

LARGEST = 2**31 - 1


def cursor_after(number: int) -> str:
    """Return the cursor for what comes after the row of this number.

    >>> cursor_after(41), number_in(cursor_after(41))
    ('YWZ0ZXIgNDE', 41)
    """
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode().rstrip("=")


def number_in(cursor: str) -> int | None:
    """Return the number in a cursor, None in an empty one. Raises Unfit for any other word."""
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
