"""The lines between two --- at the top of a file: one "key: value" each. Pure.

What is written is YAML that other programs read as the same texts; what is read is only this much
of it: plain values, and values between quotation marks.
"""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from wbtest.writing.limits import is_day
from wbtest.writing.markdown.lines import Line, Unreadable, is_blank
from wbtest.writing.markdown.spellings import key_of, names_of

KEYS = {
    "form": "form",
    "product": "product|name|product name",
    "language": "language|lang",
    "segment": "segment|customer|customers|audience",
    "headline": "headline|title",
    "subheading": "subheading|subtitle",
    "dateline.city": "city|place|location",
    "dateline.date": "date|day|launch|launch date",
    "vision": "vision|product vision",
    "roadmap": "roadmap|product roadmap",
}
PATH_OF = names_of(KEYS)
_FIELD = re.compile(r"([^\W\d_][\w -]{0,39}?)[ \t]*:(?:\s+|$)")
# Words that YAML takes for something other than text.
_NOT_TEXT = ("true", "false", "yes", "no", "on", "off", "y", "n", "null")


class Entry(NamedTuple):
    """One key and its value; ``path`` is '' when the key is not known."""

    line: Line
    path: str
    value: str
    column: int


def split(lines: Sequence[Line]) -> tuple[list[Entry], list[Line]]:
    """Return what the front matter says, and the lines after it.

    Raises Unreadable for front matter that has no end or a line that is no "key: value".
    """
    first = next((i for i, line in enumerate(lines) if not is_blank(line)), len(lines))
    if first == len(lines) or lines[first].raw.rstrip() != "---":
        return [], list(lines)
    entries: dict[str, Entry] = {}
    for i, line in enumerate(lines[first + 1 :], first + 1):
        if line.raw.rstrip() in ("---", "..."):
            return list(entries.values()), list(lines[i + 1 :])
        if is_blank(line) or line.raw.lstrip().startswith("#"):
            continue
        entry = _entry(line)
        name = entry.path or line.raw
        if name in entries:
            raise Unreadable(line.number, "front matter", "This is given twice.")
        entries[name] = entry
    raise Unreadable(
        lines[first].number, "front matter", "A line with only --- is missing at its end."
    )


def written(key: str, value: str) -> str:
    """Return the line that says so, with quotation marks where the value needs them."""
    if not value:
        return f"{key}:"
    return f"{key}: {value if _is_plain(value) else json.dumps(value, ensure_ascii=False)}"


def _entry(line: Line) -> Entry:
    field = _FIELD.match(line.raw)
    if field is None:
        raise Unreadable(
            line.number, "front matter", "Each line must be like “product: Larder”, until ---."
        )
    typed = line.cut(field.end()).trimmed()
    is_quoted = typed.raw.startswith('"') or _is_in_single(typed.raw)
    value = _unquoted(line.number, typed.raw)
    return Entry(line, PATH_OF.get(key_of(field[1]), ""), value, typed.column + is_quoted)


def _unquoted(number: int, typed: str) -> str:
    if _is_in_single(typed):
        return typed[1:-1].replace("''", "'")
    if not typed.startswith('"'):
        return typed.strip()
    try:
        return str(json.loads(typed, strict=False))
    except ValueError:
        raise Unreadable(
            number, "front matter", 'Put " before and after the text, and \\ before a " in it.'
        ) from None


def _is_in_single(typed: str) -> bool:
    return len(typed) > 1 and typed[0] == typed[-1] == "'"


def _is_plain(value: str) -> bool:
    """Whether YAML and we read the value as it stands, as text."""
    return is_day(value) or (
        value[0].isalpha()
        and value == value.strip()
        and value.isprintable()
        and ": " not in value
        and " #" not in value
        and not value.endswith(":")
        and value.lower() not in _NOT_TEXT
    )
