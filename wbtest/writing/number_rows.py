"""The rows of the sheet on which a release says what its numbers rest on."""

import re
import zlib
from collections.abc import Iterator
from typing import Any

from wtforms import FieldList

from wbtest.writing.coach.ledger import Row, numbers_of
from wbtest.writing.document import Document
from wbtest.writing.evidence import key_of
from wbtest.writing.limits import MOST_EVIDENCE

# What stands before "rests on" in the order of the choices; rows without words offer the last.
SAID = {"sourced": "We have a source", "assumed": "We assume it", "imagined": "We made it up"}
REMOVE = "remove"
CHOICES = {"": "Not said yet"} | SAID
CHOICES_WHEN_GONE = SAID | {REMOVE: "Remove it"}


class Rows(FieldList):  # type: ignore[type-arg]  # its stubs are generic, it is not
    """Rows of a sheet. What is sent under any other number is no part of it."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        # The base class breaks on digits that are no number, such as ², and on thousands of them.
        for name in formdata:
            if found := re.match(rf"{re.escape(prefix)}-([0-9]{{1,10}})(?:-|$)", name):
                yield int(found[1])


class NumberRows(Rows):
    """Rows that are called by their words: a row keeps its name while others come and go.

    So what was typed in one browser finds its row in another text.
    """

    def process(self, formdata: Any, data: Any = (), extra_filters: Any = None) -> None:
        """Read what was typed, or make a row for each of ``data``."""
        # The base class would hand data to what was typed by place, not by name.
        super().process(formdata, (), extra_filters)
        taken: set[int] = set()
        for values in () if formdata else data or ():
            index = zlib.crc32(key_of(values["words"]).encode())
            while index in taken:
                index += 1
            taken.add(index)
            self.last_index = index - 1
            self.append_entry(values)

    def _compact_indices(self) -> None:
        """Leave the names as they are; the base class would count the rows from 0."""


def rows_of(document: Document) -> list[Row]:
    """The rows that the sheet shows: every entry, and as many other numbers as have room."""
    rows = numbers_of(document).rows
    room = MOST_EVIDENCE - sum(row.entry is not None for row in rows)
    unsaid = [row for row in rows if row.entry is None][:room]
    return [row for row in rows if row.entry is not None or row in unsaid]


def values_of(row: Row) -> dict[str, str]:
    """What stands in the fields of a row."""
    entry = row.entry
    return {
        "words": row.words,
        "kind": entry.kind if entry else "",
        "source": entry.source if entry else "",
    }
