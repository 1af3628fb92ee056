"""Days, months and launch days in a text, as each language writes them. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from wbtest.writing.coach.document_reader import Text
from wbtest.writing.coach.phrase_search import find_listed
from wbtest.writing.coach.word_lists import words_of


def meaning(names: Mapping[str, str], found: str) -> str:
    """What stands behind the name; ``names`` are in small letters, and one of them was found.

    Patterns take ſ for s, ı and İ for i, and the sign of the Kelvin for k; small letters alone do
    not, so that the pattern is asked again.

    >>> meaning({"six": "6"}, "ſIX")
    '6'
    """
    plain = names.get(found.lower())
    if plain is not None:
        return plain
    return next(value for name, value in names.items() if _is_same(name, found))


@lru_cache(maxsize=1024)
def _is_same(name: str, found: str) -> bool:
    return re.fullmatch(re.escape(name), found, re.IGNORECASE) is not None


_ISO = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_CJK = re.compile(r"(?:(?<!\d)(\d{4})[年년] ?)?(\d{1,2})[月월](?: ?(\d{1,2})[日일])?")
# Day and month change places from country to country: only that it is a day is certain.
_SLASHES = re.compile(r"(?<!\d)\d{1,2}/\d{1,2}/(\d{4})(?!\d)")
_DOTS = re.compile(r"(?<!\d)(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d)")
LAST_MONTH, LAST_DAY = 12, 31


class Day(NamedTuple):
    """Characters ``start`` to ``end``; what is not written is 0."""

    start: int
    end: int
    year: int
    month: int
    day: int


@lru_cache(maxsize=256)
def days_in(text: str, language: str) -> tuple[Day, ...]:
    """The days and months of a text, in order.

    >>> [day[2:] for day in days_in("Since 3 March 2027, and on April 9", "en")]
    [(2027, 3, 3), (0, 4, 9)]
    """
    if not any(map(str.isdecimal, text)):
        return ()
    found = [*_in_figures(text), *_in_words(text, language)]
    return tuple(sorted(day for day in found if day.month <= LAST_MONTH and day.day <= LAST_DAY))


def _in_figures(text: str) -> Iterator[Day]:
    for match in _ISO.finditer(text):
        yield Day(match.start(), match.end(), int(match[1]), int(match[2]), int(match[3]))
    for match in _DOTS.finditer(text):
        yield Day(match.start(), match.end(), int(match[3]), int(match[2]), int(match[1]))
    for match in _CJK.finditer(text):
        year, month, day = (int(part or 0) for part in match.groups())
        yield Day(match.start(), match.end(), year, month, day)
    for match in _SLASHES.finditer(text):
        yield Day(match.start(), match.end(), int(match[1]), 0, 0)


def _in_words(text: str, language: str) -> Iterator[Day]:
    names = months_of(language)
    pattern = _pattern(language)
    for match in pattern.finditer(text) if pattern else ():
        day = int(match["before"] or match["after"] or 0)
        year = int(match["year"] or 0)
        if day or year:
            month = int(meaning(names, match["month"]))
            yield Day(match.start(), match.end(), year, month, day)


@cache
def months_of(language: str) -> dict[str, str]:
    """The number of each month by its names, in small letters; empty without a list."""
    pairs = (line.partition("=>") for line in words_of(language, "months"))
    return {name.strip(): number.strip() for name, _, number in pairs}


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    """A day before or behind the month, or a year behind it; None where no list names the months.

    A month that is written with a capital letter counts only with it: "may 3" is none.
    """
    names = sorted(months_of(language), key=len, reverse=True)
    if not names:
        return None
    is_capital = language in ("en", "de")
    shown = "|".join(re.escape(name.capitalize() if is_capital else name) for name in names)
    case = "" if is_capital else "(?i:"
    return re.compile(
        r"(?:(?<!\d)(?P<before>\d{1,2})(?:\.|st|nd|rd|th|er|º)? (?:of |de )?)?"
        rf"\b{case}(?P<month>{shown}){'' if is_capital else ')'}\b\.?"
        r"(?: (?P<after>\d{1,2})(?:st|nd|rd|th)?(?![\d:.,]\d)(?!\d))?"
        r"(?:,? (?:de |del )?(?P<year>\d{4})(?!\d))?"
    )


# Between the words "available from" and the day.
REACH = 12
# A day without its year that lies further back belongs to the next year.
HALF_A_YEAR = 6


def launch_days(text: Text) -> Iterator[Day]:
    """Yield the days behind "available from"; in the call to action behind "from" alone."""
    places = find_listed(text, "launch")
    if text.path == "call_to_action.text":
        places = sorted([*places, *find_listed(text, "starting")])
    ends = [place.end for place in places]
    for day in days_in(text.text, text.language) if ends else ():
        last = bisect_right(ends, day.start) - 1
        if last >= 0 and day.start - ends[last] <= REACH:
            yield day


def is_earlier(day: Day, launch: date) -> bool:
    """Whether this is surely before the launch.

    >>> is_earlier(Day(0, 1, 0, 11, 10), date(2027, 10, 23))
    False
    """
    if day.year and (day.year != launch.year or not day.month):
        return day.year < launch.year
    if not day.year and launch.month - day.month > HALF_A_YEAR:
        return False
    return (day.month, day.day or launch.day) < (launch.month, launch.day)
