"""A list as a file holds it: bytes → text → cells, whatever program saved it.

Cells that our own files guard against spreadsheets come back as they were typed.
"""

import csv
import io
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from wbtest.downloads import undefused

LARGEST = 8 * 1024 * 1024
MOST_ROWS = 100_000
# Of the rows of a list, those that have as many cells as most.
NEARLY_ALL = 0.8
# Empty ones, too: a file may hold millions, and each look at it goes through all of them.
MOST_LINES = 2 * MOST_ROWS
MOST_COLUMNS = 60
LONGEST_CELL = 5_000
# Longer than any question that a page asks.
LONGEST_HEADING = 250
SEPARATORS = ",;\t"
# So many rows tell which sign parts the cells, looked for in so many characters: the rest of a file
# may be empty rows.
ROWS_TO_TELL = 20
CHARACTERS_TO_TELL = 100_000
UNICODE, WESTERN = "UTF-8", "Windows-1252"
_MARKS = {
    b"\xef\xbb\xbf": ("utf-8-sig", UNICODE),
    b"\xff\xfe": ("utf-16", "UTF-16"),
    b"\xfe\xff": ("utf-16", "UTF-16"),
}
# Excel writes it to tell itself which sign parts the cells: none that quotes one or ends a row.
_SEP_LINE = re.compile(r'sep=([^"\r\n])\r?\n', re.IGNORECASE)


class NotAList(ValueError):
    """The file holds no list; the text is a sentence that says what to do."""


class Row(NamedTuple):
    """The cells of a row, and which one it is in a spreadsheet: from 1, empty ones counted."""

    number: int
    cells: list[str]


class Table(NamedTuple):
    """What the columns are called, and the rows below; a file without headings has numbers."""

    headings: tuple[str, ...]
    rows: list[Row]


def text_of(content: bytes) -> tuple[str, str]:
    """Return the text of a file, and the name of the characters' code. Raises NotAList.

    What is no Unicode is taken for the code of Windows in the west, whose every byte is a letter:
    whoever reads the first rows sees whether that was right.
    """
    if not content.strip():
        raise NotAList("The file is empty.")
    if content.startswith(b"PK"):
        raise NotAList("This is an Excel file. Open it, save it as “CSV UTF-8”, and choose that.")
    code, name = next(
        (known for mark, known in _MARKS.items() if content.startswith(mark)), ("utf-8", UNICODE)
    )
    if name == UNICODE and b"\0" in content[:200]:
        # Every other byte of plain letters is 0, and on which side says the order.
        code, name = ("utf-16-be" if content[0] == 0 else "utf-16-le"), "UTF-16"
    try:
        text = content.decode(code)
    except UnicodeDecodeError:
        text, name = content.decode("cp1252", "replace"), WESTERN
    if "\0" in text:
        raise NotAList("This is no text. Save the list as CSV, and choose that file.")
    return text, name


def table_of(text: str) -> Table:
    """Return the rows of a list, without empty ones. Raises NotAList."""
    separator, text = _separator_of(text)
    rows = []
    for number, cells in _records(text, separator):
        if len(cells) > MOST_COLUMNS:
            raise NotAList(f"Row {number:,} has more than {MOST_COLUMNS} cells.")
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise NotAList(
                f"A cell of row {number:,} is longer than {LONGEST_CELL:,} characters. A quotation "
                "mark that is never closed does that, too."
            )
        rows.append(Row(number, [undefused(cell) for cell in cells]))
        if len(rows) > MOST_ROWS + 1:
            raise NotAList(f"Bring in {MOST_ROWS:,} people at most at a time; cut the file in two.")
    has_head = bool(rows) and not any("@" in cell for cell in rows[0].cells)
    width = max((len(row.cells) for row in rows), default=0)
    head = [_one_line(cell) for cell in rows[0].cells] if has_head else []
    names = [*head, *[""] * (width - len(head))]
    headings = tuple(_different(name or f"Column {n}" for n, name in enumerate(names, 1)))
    if not (below := rows[has_head:]):
        raise NotAList("There is no row with an e-mail address below the headings.")
    return Table(headings, below)


def _separator_of(text: str) -> tuple[str, str]:
    """What parts the cells, and the text without a line that says so."""
    if said := _SEP_LINE.match(text):
        return said[1], text[said.end() :]

    head = text[:CHARACTERS_TO_TELL]

    def columns(separator: str) -> tuple[bool, float]:
        """Whether nearly all rows are of one width, and how wide they are."""
        widths = [len(cells) for _, cells in islice(_records(head, separator), ROWS_TO_TELL)]
        usual = statistics.median(widths or [1])
        # A sign within the cells parts some rows often, and others not at all.
        return usual > 1 and widths.count(int(usual)) >= NEARLY_ALL * len(widths), usual

    return max(SEPARATORS, key=columns), text


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The records with anything in them, and the number of each."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for number, cells in enumerate(reader, 1):
            if number > MOST_LINES:
                raise NotAList(
                    f"The file has more than {MOST_LINES:,} rows, empty ones counted. Delete the "
                    "empty rows below the list, and save it as CSV once more."
                )
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise NotAList(
            "The file is no table: a quotation mark may be open. Save it as CSV once more."
        ) from error


def _different(names: Iterable[str]) -> Iterator[str]:
    """The names, with a number where one comes again."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_HEADING]
