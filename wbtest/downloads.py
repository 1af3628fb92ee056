"""Files that are sent while they are made. CSV: UTF-8, RFC 4180, and no cell that is a formula.

A cell that a spreadsheet might take for a formula, or that begins with an apostrophe or white
space, gets one apostrophe in front. So does what follows a semicolon, a tab or a line break within
a cell: whoever opens the file with another separator than ours splits it there, quoted or not.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from defusedcsv import csv
from flask import Response, stream_with_context

# As keyboards for Chinese and Japanese type them: = + - @
WIDE = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
# In characters: so much is handed over at once, and no more is held.
PIECE = 32_768
# Spreadsheets read these as the beginning of a formula, some after white space too.
FORMULA = ("=", "+", "-", "@", "|", "%", ";", "'", '"', *WIDE)
# Where a formula begins within a cell, for a spreadsheet that takes another separator than ours.
_RISKY = rf"[^\S;\t\r\n]*[=+\-@|%'\"{''.join(WIDE)}]"
_WITHIN = re.compile(rf"(?<=[;\t\r\n])(?={_RISKY})")


def as_csv(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Return the rows as lines of CSV, one at a time, so that any number can be streamed."""
    for row in rows:
        line = io.StringIO()
        # Every cell is quoted, so that no program splits one at another separator.
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow([_defused(cell) for cell in row])
        yield line.getvalue()


def as_ndjson(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Return the records as lines of JSON, one at a time."""
    for record in records:
        yield json.dumps(record, ensure_ascii=False) + "\n"


def send_file(lines: Iterator[str], name: str, mimetype: str = "text/csv") -> Response:
    """Return the lines as a file to download, sent while they are made.

    That begins when the request is over and its session closed: lines that read the database begin
    a session of their own, and know rows of the request by what was read of them by then.
    """
    answer = Response(stream_with_context(_in_pieces(lines)), mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _in_pieces(lines: Iterator[str]) -> Iterator[str]:
    """Return the same text in fewer pieces: to hand one over costs more than to make a line."""
    piece: list[str] = []
    length = 0
    for line in lines:
        piece.append(line)
        length += len(line)
        if length >= PIECE:
            yield "".join(piece)
            piece, length = [], 0
    if piece:
        yield "".join(piece)


def _defused(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    within = _WITHIN.sub("'", cell)
    return f"'{within}" if _is_risky(cell) else within


def _is_risky(cell: str) -> bool:
    return bool(cell) and (cell[0].isspace() or cell.startswith(FORMULA))
