"""What was spent as a file: CSV, with every wrong line named. Pure."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from wbtest.downloads import undefused
from wbtest.results.spending.lines import Fault, Line, Span, line_of
from wbtest.results.spending.money import Currency, points_in

MOST_LINES = 1_000
MOST_FAULTS = 20
COLUMNS = ("source", "first", "last", "amount", "note")
NEEDED = ("source", "first", "amount")
# What each column may be called; spaces, lines and capitals make no difference.
CALLED = {
    "source": ("source",),
    "first": ("first day", "day", "date", "first"),
    "last": ("last day", "last"),
    "amount": ("amount", "spend", "cost"),
    "note": ("note",),
    "currency": ("currency",),
    # Stand in our own files, and are ours to say.
    "": ("entered by", "entered at"),
}
_COLUMN_OF = {name: column for column, names in CALLED.items() for name in names}
# What is left of an amount whose comma was taken for the end of a column.
_CUT_OFF = re.compile(r"\d{1,3}(\.\d+)?", re.ASCII)
Row = tuple[int, list[str]]


class Unreadable(ValueError):
    """A file that holds a wrong line; ``faults`` are sentences, the first of them the text."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(faults[0])
        self.faults = tuple(faults)


def text_in(data: bytes) -> str:
    """Return the text of a file. Raises Unreadable when a spreadsheet saved it in another way."""
    coding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(coding)
    except UnicodeDecodeError as error:
        raise Unreadable(["This is no text in UTF-8. Save it as “CSV UTF-8”."]) from error


def read_lines(text: str, currency: Currency, span: Span) -> list[Line]:
    r"""Return the lines of a CSV, whose columns stand apart by comma, semicolon or tab.

    The first line may name the columns; else they are source, first day, last day, amount, note.
    Raises Unreadable with a sentence for each wrong line.

    >>> from datetime import date
    >>> from wbtest.results.spending.money import CURRENCIES
    >>> march = Span(date(2027, 3, 1), date(2027, 3, 29))
    >>> text = "x;2027-03-01;2027-03-07;12,50;the ad\nnewsletter;2027-03-02;;1.000,00"
    >>> [line.amount for line in read_lines(text, CURRENCIES["EUR"], march)]
    [1250, 100000]
    """
    separator = _separator(text)
    columns, rows = _columns(_rows(text, separator))
    if not rows:
        raise Unreadable(["There is no line in this."])
    if len(rows) > MOST_LINES:
        raise Unreadable([f"These are {len(rows):,} lines; {MOST_LINES:,} fit at once."])
    typed = [(number, _named(columns, cells)) for number, cells in rows]
    points = points_in(fields["amount"] for _, fields in typed)
    lines, faults = [], []
    for (number, fields), (_, cells) in zip(typed, rows, strict=True):
        fault = _find_fault(columns, cells, fields, currency, separator)
        try:
            if not fault:
                lines.append(line_of(fields, currency, span, points))
        except Fault as error:
            fault = str(error)
        if fault:
            faults.append(f"Line {number}: {fault}")
    if faults:
        more = len(faults) - MOST_FAULTS
        rest = [f"And {more:,} more."] if more > 0 else []
        raise Unreadable([*faults[:MOST_FAULTS], *rest])
    return lines


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    # Three columns are needed, so one sign may stand in a note, and a comma in an amount.
    return next((sign for sign in "\t;" if first.count(sign) >= 2), ",")


def _rows(text: str, separator: str) -> list[Row]:
    """The lines that hold something, with their numbers. Raises Unreadable."""
    reader = csv.reader(io.StringIO(text.removeprefix("\N{BOM}"), newline=""), delimiter=separator)
    rows, number = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                # Our own files put an apostrophe before what a spreadsheet might calculate.
                rows.append((number, [undefused(cell.strip()).strip() for cell in cells]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable([f"Line {number}: this cannot be read as CSV ({error})."]) from error
    return rows


def _columns(rows: list[Row]) -> tuple[Sequence[str], list[Row]]:
    """What each column holds, and the lines below their names. Raises Unreadable."""
    names = (
        [" ".join(re.split(r"[\s_-]+", cell.lower())).strip() for cell in rows[0][1]]
        if rows
        else []
    )
    while names and not names[-1]:
        names.pop()
    if not set(names) & {"source", "amount"}:
        return COLUMNS, rows
    strange = [name for name in names if name not in _COLUMN_OF]
    if strange:
        raise Unreadable([f"“{strange[0]}” is no column we know. Take it out, or rename it."])
    columns = [_COLUMN_OF[name] for name in names]
    for column in filter(None, columns):
        if columns.count(column) > 1:
            raise Unreadable([f"Two columns are called “{CALLED[column][0]}”. Take one out."])
    for column in NEEDED:
        if column not in columns:
            raise Unreadable([f"The first line names no column “{CALLED[column][0]}”."])
    return columns, rows[1:]


def _named(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found = dict(zip(columns, cells, strict=False))
    return {column: found.get(column, "") for column in (*COLUMNS, "currency")}


def _find_fault(
    columns: Sequence[str],
    cells: Sequence[str],
    fields: Mapping[str, str],
    currency: Currency,
    separator: str,
) -> str:
    """Why the line does not fit its columns, or ''."""
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        return f"it has {len(cells)} columns, not {len(columns)}. Put quotes around a comma."
    if columns is COLUMNS and len(cells) < COLUMNS.index("note"):
        return "it needs source, first day, last day (or nothing) and amount."
    is_next = "note" in columns and columns.index("note") == columns.index("amount") + 1
    if separator == "," and is_next and _CUT_OFF.fullmatch(fields["note"]):
        whole = f"{fields['amount']},{fields['note']}"
        return (
            f"“{whole}” is cut in two at its comma. Put quotes around it, or leave the comma out."
        )
    if fields["currency"] and fields["currency"].upper() != currency.code:
        return f"this is in {fields['currency']}, and amounts here are in {currency.code}."
    return ""
