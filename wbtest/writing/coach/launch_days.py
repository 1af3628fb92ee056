"""The days from which a text says that the product can be had. Pure."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date

from wbtest.writing.coach.days import Day, days_in
from wbtest.writing.coach.listed import find_listed
from wbtest.writing.coach.reading import Text

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
