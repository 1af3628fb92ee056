"""One line of what was spent, out of a form or a file: checked word by word. Pure."""

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from wbtest.audience.sources import source_name
from wbtest.results.spending.money import Currency, NotAnAmount, amount_of
from wbtest.writing.wording import find_fault, on_one_line

LONGEST_NOTE = 200
# Ads are bought some weeks before a test, and paid for some weeks after it.
AROUND_WEEKS = 8
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})|(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


class Fault(ValueError):
    """A line that cannot be kept; ``field`` says where, the text why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Span(NamedTuple):
    """The first and the last day of a test, in its own time zone."""

    first: date
    last: date

    def holds(self, first: date, last: date) -> bool:
        """Whether all these days are days of the test."""
        return self.first <= first and last <= self.last

    def may_pay_for(self, first: date, last: date) -> bool:
        """Whether what was spent on these days may have been spent for the test."""
        around = timedelta(weeks=AROUND_WEEKS)
        return self.first - around <= first and last <= self.last + around

    def meets(self, first: date, last: date) -> bool:
        """Whether one of these days is a day of the test."""
        return first <= self.last and self.first <= last


class Line(NamedTuple):
    """What was spent on a source on these days, in the smallest unit of the currency."""

    source: str
    first: date
    last: date
    amount: int
    note: str = ""


def line_of(
    typed: Mapping[str, str], currency: Currency, span: Span, points: Collection[str] = ()
) -> Line:
    """Return the line that was typed under the names of ``Line``; sources as visits name them.

    Without a last day it is the first. ``points`` are those of ``amount_of``. Raises Fault, also
    when a day of it lies too far from the test.

    >>> from wbtest.results.spending.money import CURRENCIES
    >>> march = Span(date(2027, 3, 1), date(2027, 3, 29))
    >>> typed = {"source": "X.com", "first": "3.3.2027", "last": "", "amount": "12,50", "note": ""}
    >>> line_of(typed, CURRENCIES["EUR"], march)  # doctest: +NORMALIZE_WHITESPACE
    Line(source='x', first=datetime.date(2027, 3, 3), last=datetime.date(2027, 3, 3),
         amount=1250, note='')
    """
    source = source_name(typed["source"])
    if not source:
        raise Fault("source", "Name the source as its link does, such as newsletter.")
    first = _day(typed, "first")
    last = _day(typed, "last") if typed["last"].strip() else first
    if last < first:
        raise Fault("last", f"The last day, {last}, comes before the first, {first}.")
    if not span.may_pay_for(first, last):
        raise Fault(
            "first",
            f"The test runs from {span.first} to {span.last}. What was spent for it lies at most "
            f"{AROUND_WEEKS} weeks before or after that: check the year.",
        )
    try:
        amount = amount_of(typed["amount"], currency, points)
    except NotAnAmount as error:
        raise Fault("amount", str(error)) from error
    note = on_one_line(typed["note"]).strip()
    if fault := find_fault(note, LONGEST_NOTE):
        raise Fault("note", fault)
    return Line(source, first, last, amount, note)


def _day(typed: Mapping[str, str], field: str) -> date:
    text = typed[field].strip()
    found = _DAY.fullmatch(text)
    if found is None:
        said = f"“{text}” is no day we can read for certain. " if text else ""
        raise Fault(field, f"{said}Write the day like 2027-03-31.")
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise Fault(field, f"There is no {text} in the calendar.") from error
