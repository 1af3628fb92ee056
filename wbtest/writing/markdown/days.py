"""Days as people write them, and the date line that begins a summary. Pure.

Months are in English, French, German or Spanish, whatever the release's language is.
"""

import re
from datetime import date
from functools import cache
from typing import NamedTuple

from wbtest.writing.coach.days import months_of
from wbtest.writing.markdown.lines import Line

# In which the months of a date line are known.
_LANGUAGES = ("en", "fr", "de", "es")
_NUMBER = "([0-9]{1,2})(?:st|nd|rd|th|er|º)?"
_YEAR = "([0-9]{4})"
# ASCII: else a long s would be a letter of September.
_FLAGS = re.IGNORECASE | re.ASCII
_ISO = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_MARK = re.compile(r"\s*(\*\*|__|\*|_)")
_LONGEST = 200
_BETWEEN = " \t,–—-:(/"
_DASH = r"\s*(?:[–—:]|--?)?\s*"


class Begun(NamedTuple):
    """The start of a summary taken apart: where, when as ISO 8601, and what is said."""

    city: Line
    day: Line
    date: str
    text: Line


def as_day(text: str) -> str:
    """Return the day as ISO 8601, or the text as it is when it is none.

    >>> as_day("March 3rd, 2027"), as_day("3 Mar 2027"), as_day("soon")
    ('2027-03-03', '2027-03-03', 'soon')
    """
    found = _find_day(text) if len(text) <= _LONGEST else None
    return found[2] if found and found[:2] == (0, len(text)) else text


def dateline_of(line: Line) -> Begun | None:
    """Return city, day and text of "**LEEDS, 3 March 2027.** Larder is …", or None."""
    found = _find_day(line.raw[:_LONGEST])
    if found is None:
        return None
    start, day_end, day = found
    before = line.raw[:start]
    opening = _MARK.match(before)
    mark = opening[1] if opening else ""
    city = line.cut(len(before) - len(before.lstrip(" \t*_(")), len(before.rstrip(_BETWEEN + "*_")))
    is_apart = before.rstrip(" \t*_")[-1:] in tuple(",–—-:/(")
    is_closed = before.count(mark) > 1 if mark else True
    end = _end_of(line.raw, day_end, "" if is_closed else mark)
    if not (is_apart and end and _is_place(city.raw, bool(mark))):
        return None
    return Begun(city, line.cut(start, day_end), day, line.cut(end))


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
    for pattern, order in ((_ISO, "ymd"), (_day_first(), "dmy"), (_month_first(), "mdy")):
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
        name: int(number) for language in _LANGUAGES for name, number in months_of(language).items()
    }


@cache
def _day_first() -> re.Pattern[str]:
    """ "3 March 2027", "le 3 mars 2027", "3. März 2027", "3 de marzo de 2027"."""
    day = rf"\b(?:(?:le|den|el|a) )?{_NUMBER}\.? (?:de )?"
    return re.compile(rf"{day}{_month()}\.?,? (?:de |del )?{_YEAR}\b", _FLAGS)


@cache
def _month_first() -> re.Pattern[str]:
    return re.compile(rf"\b{_month()}\.? {_NUMBER},? {_YEAR}\b", _FLAGS)


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
