"""How a program asks for a part of a list."""

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

import msgspec

from wbtest.api.cursors import cursor_after, number_in


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
