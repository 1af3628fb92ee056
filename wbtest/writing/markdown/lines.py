"""Lines of a file that know where they stand, and the text in them once backslashes are gone. Pure.

A backslash before a mark or a space stands for that character; a line that is nothing but a
backslash is an empty line that belongs to the text. Any other backslash is itself.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from wbtest.writing.document import NotADocument

_MARK = r"[\s!-/:-@\[-`{-~–—―]"
_ESCAPED = re.compile(rf"\\{_MARK}")
_WOULD_ESCAPE = re.compile(rf"\\(?={_MARK})")
_FIRST_MARK = re.compile(rf"(?!\s){_MARK}")
_EVERY_MARK = re.compile(rf"^\s|(?!\s){_MARK}|\s$")
_EDGES = re.compile(rf"^{_MARK}|{_MARK}$")


class Unreadable(NotADocument):
    """The file is no press release, or this ``line`` of it, counted from 1, cannot be used."""

    def __init__(self, line: int, part: str, sentence: str) -> None:
        super().__init__(part, sentence)
        self.line = line

    def __str__(self) -> str:
        return f"line {self.line}: {self.part}: {self.sentence}"


class Line(NamedTuple):
    """A stretch of one line as it stands in the file; number and column are counted from 1."""

    number: int
    raw: str
    column: int = 1

    def cut(self, start: int, end: int | None = None) -> "Line":
        """The part of it from ``start`` to ``end``, as slices count."""
        return Line(self.number, self.raw[start:end], self.column + start)

    def trimmed(self) -> "Line":
        """The line without spaces at its ends, but for one that has a backslash before it."""
        if self.raw == self.raw.strip():
            return self
        bare = self.raw.rstrip()
        end = len(bare) + (ends_in_backslash(bare) and len(bare) < len(self.raw))
        return self.cut(len(self.raw) - len(self.raw.lstrip()), end)


class Place(NamedTuple):
    """Where a text goes on in the file: the ``offset`` in the text, and its line and column."""

    offset: int
    line: int
    column: int


def ends_in_backslash(raw: str) -> bool:
    """Whether the last backslash stands for what comes next, and not for itself."""
    return (len(raw) - len(raw.rstrip("\\"))) % 2 == 1


def is_blank(line: Line) -> bool:
    """Whether nothing is on the line."""
    return not line.raw.strip()


def without_edges(lines: Sequence[Line]) -> list[Line]:
    """The lines without the empty ones before and after."""
    filled = [i for i, line in enumerate(lines) if not is_blank(line)]
    return list(lines[filled[0] : filled[-1] + 1]) if filled else []


def text_of(lines: Sequence[Line], glue: str = "\n") -> tuple[str, tuple[Place, ...]]:
    """Return the text in these lines, and a place wherever it stops standing there as it is."""
    parts: list[str] = []
    places: list[Place] = []
    offset = 0
    for number, raw, column in lines:
        if places:
            parts.append(glue)
            offset += len(glue)
        places.append(Place(offset, number, column))
        start = 0
        for escaped in () if raw == "\\" else _ESCAPED.finditer(raw):
            parts.append(raw[start : escaped.start()])
            offset += escaped.start() - start
            start = escaped.end() - 1
            places.append(Place(offset, number, column + start))
        if raw != "\\":
            parts.append(raw[start:])
            offset += len(raw) - start
    return "".join(parts), tuple(places)


def plain(line: Line) -> str:
    """The text in one line."""
    return text_of([line])[0]


def spell(text: str, is_read: Callable[[str], bool]) -> str:
    """Return ``text`` of one line with as few backslashes as make it true that it ``is_read``."""
    spelling = find_spelling(text, is_read)
    assert spelling is not None, "with a backslash before every mark, no text is structure"
    return spelling


def find_spelling(text: str, is_read: Callable[[str], bool]) -> str | None:
    """Return what ``spell`` does, or None where no backslash helps."""
    return next(filter(is_read, _spellings(text)), None)


def spell_line(text: str, is_safe: Callable[[str], bool]) -> str:
    """Return ``text`` as one line of prose, where every space counts."""
    return spell(text, lambda raw: plain(Line(1, raw)) == text and is_safe(raw))


def spell_lines(text: str, is_safe: Callable[[str], bool]) -> list[str]:
    """Return the lines of a text; the empty ones at its ends have a mark, others are left out."""
    lines = text.split("\n") if text else []
    filled = [i for i, line in enumerate(lines) if line.strip()]
    inside = range(filled[0], filled[-1]) if filled else ()
    return [
        spell_line(line, is_safe) if line.strip() else line if i in inside else "\\" + line
        for i, line in enumerate(lines)
    ]


def _spellings(text: str) -> Iterator[str]:
    """The ways to write a text, the cleanest first; the last leaves no mark to itself."""
    itself = _WOULD_ESCAPE.sub(r"\\\\", text)
    yield itself
    yield _FIRST_MARK.sub(r"\\\g<0>", itself, count=1)
    yield _EDGES.sub(r"\\\g<0>", text)
    yield _EVERY_MARK.sub(r"\\\g<0>", text)
