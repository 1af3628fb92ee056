"""D1: the date line of the imagined launch: a city, and a day that is still to come.

The page writes the day in the form of the release's language.
"""

import re
from collections.abc import Iterator
from datetime import date

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import words_of
from wbtest.writing.coach.reading import Reading

_ADDRESS = re.compile(r"@|://|\bwww\.")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
# Georgian letters count as small ones and are never written large.
_CASELESS = re.compile(r"[\u10d0-\u10ff]")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a date line without city or day, a city that cannot be one, and a day that is past."""
    if reading.form == "short":
        return
    city, day = reading.by_path.get("dateline.city"), reading.by_path.get("dateline.date")
    if city is None:
        yield reading.missing(
            "dateline.city", "summary", "warn", "The date line has no city.", "Add the city."
        )
    elif message := _fault_of_city(city.text.strip(), reading.language):
        yield city.mark_all("warn", message, "Write just the city.")
    if day is None:
        yield reading.missing(
            "dateline.date", "summary", "warn", "The date line has no day.", "Add day, month, year."
        )
    elif date.fromisoformat(day.text.strip()) <= reading.today:
        yield day.mark_all("warn", f"The launch day, {day.text}, is not ahead of this draft.")


def _fault_of_city(city: str, language: str) -> str:
    """What is wrong with the city's name, '' when it may be one."""
    if city.startswith("["):
        return ""  # A13 says that it is still to fill in.
    letters = [letter for letter in city if letter.isalpha()]
    if not letters or _ADDRESS.search(city):
        return f"“{city}” is not a city."
    if city.casefold() in words_of(language, "no_city") | words_of("en", "no_city"):
        return f"“{city}” is not a city."
    if _YEAR.search(city):
        return "The city’s field holds a year too."
    has_case = any(letter.islower() and not _CASELESS.match(letter) for letter in letters)
    if has_case and not any(letter.isupper() for letter in letters):
        return f"“{city}” has no capital letter."
    return ""


RULE = Rule(
    id="D1",
    title="The date line has a city and a day to come",
    severity="warn",
    why="A place and a day make the launch real enough to argue about.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Choose a day on which it could really launch.",
    before="Spring",
    after="Leeds, 3 March 2027",
    check=check,
    is_wording=False,
)
