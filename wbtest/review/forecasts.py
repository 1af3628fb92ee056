"""What a reader expects of the test: a private guess of the conversion rate, and a range.

Nobody but the reader sees it before the test has ended. It may be changed until the text is
approved or revised, for a test begins with an approved text. Who reads later may still guess:
``made_at`` tells whether that was before the test.
"""

import re

from wbtest.extensions import clock, db
from wbtest.review.approvals import is_approved
from wbtest.review.models import Forecast
from wbtest.review.readings import check_has_read, close
from wbtest.review.reviewers import Seat, find_reading, reading_of
from wbtest.review.verdicts import TextChanged, is_newest
from wbtest.store import Invalid, writing

PERCENT = re.compile(r"\s*([0-9]{1,3}(?:[.,][0-9]{1,6})?)\s*%?\s*")
Guess = tuple[str, str, str]


def fraction_of(field: str, typed: str) -> float:
    """Read a percentage as people type it. Raises Invalid at the ``field``.

    >>> fraction_of("rate", "8,5 %")
    0.085
    """
    found = PERCENT.fullmatch(typed)
    if found is None or (percent := float(found[1].replace(",", "."))) > 100:
        raise Invalid(field, "Enter a percentage, like 8 or 8.5.")
    return round(percent / 100, 8)


def range_of(rate: str, low: str, high: str) -> dict[str, float]:
    """Read a guess and its range. Raises Invalid when one is no percentage or they are crossed."""
    typed = {"rate": rate, "low": low, "high": high}
    return check_range({name: fraction_of(name, text) for name, text in typed.items()})


def check_range(parts: dict[str, float]) -> dict[str, float]:
    """Return a guess and its range as fractions. Raises Invalid when they are crossed."""
    if parts["low"] > parts["rate"]:
        raise Invalid("low", "Enter a rate at or below your guess.")
    if parts["high"] < parts["rate"]:
        raise Invalid("high", "Enter a rate at or above your guess.")
    return parts


def forecast(seat: Seat, rate: str, low: str, high: str) -> Forecast:
    """Store the reader's guess and its range, typed as percentages: “8”, “8 %”, “8,5”.

    Raises Invalid, NotYet before the blind answers are given, TextChanged when it is too late to
    change a guess.
    """
    return store_forecast(seat, range_of(rate, low, high))


def store_forecast(seat: Seat, parts: dict[str, float]) -> Forecast:
    """The same of fractions that ``ordered`` let through."""
    with writing() as session:
        reading = reading_of(seat)
        check_has_read(reading)
        found = session.get(Forecast, (reading.revision_id, reading.reviewer_id))
        if found is None:
            found = Forecast(
                revision_id=reading.revision_id,
                reviewer_id=reading.reviewer_id,
            )
            session.add(found)
        elif parts == {name: getattr(found, name) for name in parts}:
            return found
        elif not is_open(seat):
            raise TextChanged(
                "The text was approved or revised, so you can’t change your forecast."
            )
        found.rate, found.low, found.high = parts["rate"], parts["low"], parts["high"]
        found.made_at = clock.now()
    return found


def conclude(
    seat: Seat, closing: dict[str, str], verdict: str, reason: str, guess: Guess | None
) -> None:
    """Close the reading and, with a ``guess``, store the forecast: both or neither.

    Raises what ``close`` and ``forecast`` do.
    """
    with writing():
        close(seat, closing, verdict, reason)
        if guess is not None:
            forecast(seat, *guess)


def find_forecast(seat: Seat) -> Forecast | None:
    """The reader's own guess, or None. Nobody else's is ever returned."""
    reading = find_reading(seat)
    if reading is None:
        return None
    return db.session.get(Forecast, (reading.revision_id, reading.reviewer_id))


def is_open(seat: Seat) -> bool:
    """Whether a guess that was made may still be changed."""
    return is_newest(seat.revision) and not is_approved(seat.revision)
