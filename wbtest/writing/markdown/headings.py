"""Which lines are headings, and which part of a release each begins. Pure."""

import re
from typing import NamedTuple

from wbtest.writing.markdown.lines import Line, ends_in_backslash
from wbtest.writing.markdown.spellings import LONGEST, PART_OF, key_of

_ROLES = ["customer", "customers", "user", "users", "client", "clients", "buyer", "buyers"]
_ROLES += ["cliente", "clienta", "kunde", "kunden", "kundin"]
_GENERIC = {*_ROLES, "us", "you", "company", "spokesperson", "leader", "founder", "ceo"}
_HASHES = re.compile(r" {0,3}(#{1,6})(?!#)(\s*)")
_LABEL = re.compile(r"\s*(\*\*|__)([^*_\\]{1,80})\1(:?)\s*")
_QUOTE_FROM = re.compile(
    r"(?:\w+ ){0,2}(?:quote (?:from|by|of)|citation de|zitat von|cita de) +", re.IGNORECASE
)


class Heading(NamedTuple):
    """A heading: its level, the part it begins ('' when nobody knows), and what else it says.

    ``text`` is the part's first line, ``speaker`` whose quote it is.
    """

    level: int
    title: Line
    part: str
    text: Line | None = None
    speaker: Line | None = None

    @property
    def is_question(self) -> bool:
        """Whether the title ends as a question does, in any script."""
        return self.title.raw.rstrip("*_ ").endswith(("?", "？", "؟"))


def unwrapped(line: Line) -> Line:
    """The line without the bold or italics that is around all of it."""
    # Said first, since it is asked of every line, and nearly none begins so.
    if not line.raw.startswith(("*", "_")):
        return line
    for mark in ("**", "__", "*", "_"):
        inner = line.cut(len(mark), len(line.raw) - len(mark))
        if (
            len(line.raw) > 2 * len(mark)
            and line.raw.startswith(mark)
            and line.raw.endswith(mark)
            and inner == inner.trimmed()
            and not ends_in_backslash(inner.raw)
            and inner.raw.count(mark[0]) == inner.raw.count("\\" + mark[0])
        ):
            return inner
    return line


def heading_of(line: Line) -> Heading | None:
    """Return the heading on this line, or None: one with #, or the bold name of a part."""
    if hashes := _HASHES.match(line.raw):
        title = _without_closing(line.cut(hashes.end()).trimmed())
        heading = titled(title, len(hashes[1]))
        # Without a space it may be a #tag.
        return heading if hashes[2] or heading.part or not title.raw else None
    if label := _LABEL.match(line.raw):
        text = line.cut(label.end()).trimmed()
        ends = label[2].rstrip().endswith(":") or label[3]
        part = PART_OF.get(key_of(label[2]))
        if part and (ends or not text.raw):
            title = line.cut(label.start(2), label.end(2))
            return Heading(2, title, part, text if text.raw else None)
    return None


def titled(title: Line, level: int) -> Heading:
    """Return the heading that these words make."""
    words = unwrapped(title)
    if part := PART_OF.get(key_of(words.raw)):
        return Heading(level, title, part)
    before = words.raw[: LONGEST + 1].partition(":")[0]
    text = words.cut(len(before) + 1).trimmed()
    if text.raw and len(before) <= LONGEST and (part := PART_OF.get(key_of(before))):
        return Heading(level, title, part, text)
    if quote := _QUOTE_FROM.match(words.raw):
        speaker = words.cut(quote.end())
        said_of = key_of(words.raw).split()
        part = "customer_quote" if any(word in _ROLES for word in said_of) else "company_quote"
        is_named = key_of(speaker.raw) not in _GENERIC
        return Heading(level, title, part, speaker=speaker if is_named else None)
    return Heading(level, title, "")


def _without_closing(title: Line) -> Line:
    """The title without the # that some put after it."""
    bare = title.raw.rstrip("#")
    if bare and not bare[-1].isspace():
        return title
    return title.cut(0, len(bare)).trimmed()
