"""Lines of a Markdown file: their text and place, their spellings, front matter, date lines. Pure.

A backslash before a mark or a space stands for that character; a line that is nothing but a
backslash is an empty line that belongs to the text. Any other backslash is itself. Headings, fields
and months may be English, French, German or Spanish, whatever the release's language is. Front
matter is written as YAML that other programs read as the same texts; only plain and quoted values
are read.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from wbtest.writing.coach.numbers import months_of
from wbtest.writing.document import PARTS, NotADocument
from wbtest.writing.text_rules import is_day

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


class SourceLine(NamedTuple):
    """A stretch of one line as it stands in the file; number and column are counted from 1."""

    number: int
    raw: str
    column: int = 1

    def cut(self, start: int, end: int | None = None) -> "SourceLine":
        """The part of it from ``start`` to ``end``, as slices count."""
        return SourceLine(self.number, self.raw[start:end], self.column + start)

    def trimmed(self) -> "SourceLine":
        """The line without spaces at its ends, but for one that has a backslash before it."""
        if self.raw == self.raw.strip():
            return self
        bare = self.raw.rstrip()
        end = len(bare) + (ends_in_backslash(bare) and len(bare) < len(self.raw))
        return self.cut(len(self.raw) - len(self.raw.lstrip()), end)


class SourcePlace(NamedTuple):
    """Where a text goes on in the file: the ``offset`` in the text, and its line and column."""

    offset: int
    line: int
    column: int


def ends_in_backslash(raw: str) -> bool:
    """Whether the last backslash stands for what comes next, and not for itself."""
    return (len(raw) - len(raw.rstrip("\\"))) % 2 == 1


def is_blank(line: SourceLine) -> bool:
    """Whether nothing is on the line."""
    return not line.raw.strip()


def without_edges(lines: Sequence[SourceLine]) -> list[SourceLine]:
    """The lines without the empty ones before and after."""
    filled = [i for i, line in enumerate(lines) if not is_blank(line)]
    return list(lines[filled[0] : filled[-1] + 1]) if filled else []


def text_of(lines: Sequence[SourceLine], glue: str = "\n") -> tuple[str, tuple[SourcePlace, ...]]:
    """Return the text in these lines, and a place wherever it stops standing there as it is."""
    parts: list[str] = []
    places: list[SourcePlace] = []
    offset = 0
    for number, raw, column in lines:
        if places:
            parts.append(glue)
            offset += len(glue)
        places.append(SourcePlace(offset, number, column))
        start = 0
        for escaped in () if raw == "\\" else _ESCAPED.finditer(raw):
            parts.append(raw[start : escaped.start()])
            offset += escaped.start() - start
            start = escaped.end() - 1
            places.append(SourcePlace(offset, number, column + start))
        if raw != "\\":
            parts.append(raw[start:])
            offset += len(raw) - start
    return "".join(parts), tuple(places)


def plain(line: SourceLine) -> str:
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
    return spell(text, lambda raw: plain(SourceLine(1, raw)) == text and is_safe(raw))


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


FAQ = ("external", "internal", "faq")
# The headings that are written, and other ways to spell them; "faq" does not say who asks.
_SPELLINGS = tomllib.loads(Path(__file__).with_name("file_words.toml").read_text("utf-8"))


def _spellings_in(block: str) -> list[str]:
    return [words for line in block.splitlines() for words in line.strip().split(" | ") if words]


def _names_of(table: str) -> dict[str, str]:
    """The name of each spelling in a table of the words of a file."""
    return {key: name for name, keys in _SPELLINGS[table].items() for key in _spellings_in(keys)}


_ARTICLES = frozenset(_spellings_in(_SPELLINGS["before_a_title"]["articles"]))
_FAQ_SPELLINGS = re.compile(
    r"\b(?:frequently asked questions|faqs|questions fréquentes|foire aux questions"
    r"|häufig gestellte fragen|häufige fragen|preguntas frecuentes)\b"
)
LONGEST_TITLE = 80
_WORD = re.compile(r"[^\W_]+")


def title_key(title: str) -> str:
    """Return the words of a title in the form in which the tables hold them.

    >>> title_key("2. The **Problem** paragraph:"), title_key("FAQs – Internal")
    ('problem', 'faq internal')
    """
    words = (
        _WORD.findall(title.casefold().replace("&", " and ")) if len(title) <= LONGEST_TITLE else []
    )
    while len(words) > 1 and (words[0] in _ARTICLES or words[0].isdigit()):
        del words[0]
    while len(words) > 1 and words[-1] in ("paragraph", "section"):
        del words[-1]
    return _FAQ_SPELLINGS.sub("faq", " ".join(words))


PART_OF = _names_of("parts") | {title_key(part.label): part.name for part in PARTS["full"]}
# The fields of a call to action and of a question, written "- Price: free".
FIELD_OF = _names_of("fields")
QUESTION_FIELD_OF = _names_of("question_fields")

FRONT_MATTER_PATHS = _names_of("front_matter")
_FIELD = re.compile(r"([^\W\d_][\w -]{0,39}?)[ \t]*:(?:\s+|$)")
# Words that YAML takes for something other than text.
_NOT_TEXT = ("true", "false", "yes", "no", "on", "off", "y", "n", "null")


class FrontMatterEntry(NamedTuple):
    """One key and its value; ``path`` is '' when the key is not known."""

    line: SourceLine
    path: str
    value: str
    column: int


def split_front_matter(
    lines: Sequence[SourceLine],
) -> tuple[list[FrontMatterEntry], list[SourceLine]]:
    """Return what the front matter says, and the lines after it.

    Raises Unreadable for front matter that has no end or a line that is no "key: value".
    """
    first = next((i for i, line in enumerate(lines) if not is_blank(line)), len(lines))
    if first == len(lines) or lines[first].raw.rstrip() != "---":
        return [], list(lines)
    entries: dict[str, FrontMatterEntry] = {}
    for i, line in enumerate(lines[first + 1 :], first + 1):
        if line.raw.rstrip() in ("---", "..."):
            return list(entries.values()), list(lines[i + 1 :])
        if is_blank(line) or line.raw.lstrip().startswith("#"):
            continue
        entry = _front_matter_entry(line)
        name = entry.path or line.raw
        if name in entries:
            raise Unreadable(line.number, "front matter", "This is given twice.")
        entries[name] = entry
    raise Unreadable(
        lines[first].number, "front matter", "A line with only --- is missing at its end."
    )


def front_matter_line(key: str, value: str) -> str:
    """Return the line that says so, with quotation marks where the value needs them."""
    if not value:
        return f"{key}:"
    return f"{key}: {value if _is_plain(value) else json.dumps(value, ensure_ascii=False)}"


def _front_matter_entry(line: SourceLine) -> FrontMatterEntry:
    field = _FIELD.match(line.raw)
    if field is None:
        raise Unreadable(
            line.number, "front matter", "Each line must be like “product: Larder”, until ---."
        )
    typed = line.cut(field.end()).trimmed()
    is_quoted = typed.raw.startswith('"') or _is_in_single(typed.raw)
    value = _value_of(line.number, typed.raw)
    return FrontMatterEntry(
        line, FRONT_MATTER_PATHS.get(title_key(field[1]), ""), value, typed.column + is_quoted
    )


def _value_of(number: int, typed: str) -> str:
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


# In which the months of a date line are known.
_MONTH_LANGUAGES = ("en", "fr", "de", "es")
_DAY_OF_MONTH = "([0-9]{1,2})(?:st|nd|rd|th|er|º)?"
_YEAR = "([0-9]{4})"
# ASCII: else a long s would be a letter of September.
_FLAGS = re.IGNORECASE | re.ASCII
_ISO_DAY = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_EMPHASIS = re.compile(r"\s*(\*\*|__|\*|_)")
_LONGEST_DATELINE = 200
_BETWEEN = " \t,–—-:(/"
_DASH = r"\s*(?:[–—:]|--?)?\s*"


class SplitDateline(NamedTuple):
    """The start of a summary taken apart: where, when as ISO 8601, and what is said."""

    city: SourceLine
    day: SourceLine
    date: str
    text: SourceLine


def iso_day(text: str) -> str:
    """Return the day as ISO 8601, or the text as it is when it is none.

    >>> iso_day("March 3rd, 2027"), iso_day("3 Mar 2027"), iso_day("soon")
    ('2027-03-03', '2027-03-03', 'soon')
    """
    found = _find_day(text) if len(text) <= _LONGEST_DATELINE else None
    return found[2] if found and found[:2] == (0, len(text)) else text


def split_dateline(line: SourceLine) -> SplitDateline | None:
    """Return city, day and text of "**LEEDS, 3 March 2027.** Larder is …", or None."""
    found = _find_day(line.raw[:_LONGEST_DATELINE])
    if found is None:
        return None
    start, day_end, day = found
    before = line.raw[:start]
    opening = _EMPHASIS.match(before)
    mark = opening[1] if opening else ""
    city = line.cut(len(before) - len(before.lstrip(" \t*_(")), len(before.rstrip(_BETWEEN + "*_")))
    is_apart = before.rstrip(" \t*_")[-1:] in tuple(",–—-:/(")
    is_closed = before.count(mark) > 1 if mark else True
    end = _end_of(line.raw, day_end, "" if is_closed else mark)
    if not (is_apart and end and _is_place(city.raw, bool(mark))):
        return None
    return SplitDateline(city, line.cut(start, day_end), day, line.cut(end))


def as_city(text: str) -> str:
    """The name as it is written elsewhere; capitals are how the page prints it.

    >>> as_city("NEW YORK"), as_city("AUSTIN, TX"), as_city("Leeds")
    ('New York', 'Austin, TX', 'Leeds')
    """
    return (
        re.sub(r"[^\W\d_]{3,}", lambda word: word[0].capitalize(), text) if text.isupper() else text
    )


def _find_day(text: str) -> tuple[int, int, str] | None:
    """Start and end of the first day of the calendar in a text, and the day as ISO 8601."""
    for pattern, order in ((_ISO_DAY, "ymd"), (_day_first(), "dmy"), (_month_first(), "mdy")):
        if found := pattern.search(text):
            parts = dict(zip(order, found.groups(), strict=True))
            month = _months().get(parts["m"].casefold()) or int(parts["m"])
            try:
                day = date(int(parts["y"]), month, int(parts["d"]))
            except ValueError:
                return None
            return found.start(), found.end(), day.isoformat()
    return None


@cache
def _months() -> dict[str, int]:
    return {
        name: int(number)
        for language in _MONTH_LANGUAGES
        for name, number in months_of(language).items()
    }


@cache
def _day_first() -> re.Pattern[str]:
    """ "3 March 2027", "le 3 mars 2027", "3. März 2027", "3 de marzo de 2027"."""
    day = rf"\b(?:(?:le|den|el|a) )?{_DAY_OF_MONTH}\.? (?:de )?"
    return re.compile(rf"{day}{_month()}\.?,? (?:de |del )?{_YEAR}\b", _FLAGS)


@cache
def _month_first() -> re.Pattern[str]:
    return re.compile(rf"\b{_month()}\.? {_DAY_OF_MONTH},? {_YEAR}\b", _FLAGS)


def _month() -> str:
    """A pattern for the name of a month; the flags know no capital letter but those of ASCII."""
    names = {spelled for name in _months() for spelled in (name, name.upper())}
    return f"({'|'.join(sorted(names, key=len, reverse=True))})"


def _end_of(raw: str, start: int, mark: str) -> int:
    """Where the text begins after a date that ends a date line, or 0 when none ends here."""
    closing = rf"[.,:)]{{0,2}}{re.escape(mark)}" if mark else ""
    rest = re.compile(rf"\s?{closing}[.:)]?{_DASH}").match(raw, start)
    is_ended = rest is not None and (bool(rest[0].strip()) or rest.end() == len(raw))
    return rest.end() if rest and is_ended else 0


def _is_place(city: str, is_marked: bool) -> bool:
    """Whether this may be a city: few words, each with a capital, where nothing marks it."""
    words = city.split()
    if "\\" in city or not words or len(city) > 60 or len(words) > 6:
        return False
    return is_marked or not any(word.islower() and len(word) > 3 for word in words)
