"""Kinds of form fields: each reads what people type, and keeps it until it can be used."""

import re
from typing import Any

from wtforms import DateField, DateTimeLocalField, Field
from wtforms.widgets import TextInput

_PERCENT = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,6})?)\s*%?\s*", re.ASCII)
# Thousands apart by one sign throughout, or digits alone.
_WHOLE = re.compile(
    r"""\s*([0-9]{1,9}
        |[1-9][0-9]{0,2}(?P<apart>[.,'’\ \u00a0\u202f])[0-9]{3}(?:(?P=apart)[0-9]{3})?)\s*""",
    re.VERBOSE,
)


def share_of(typed: str) -> float | None:
    """Return the fraction that is typed as percent, like ``8,5`` or ``8.5 %``; None for no such.

    >>> share_of("8,5 %"), share_of("8abc")
    (0.085, None)
    """
    found = _PERCENT.fullmatch(typed)
    return float(found[1].replace(",", ".")) / 100 if found else None


def whole_of(typed: str) -> int | None:
    """Return the whole number that is typed, with its thousands apart or not; None for no such.

    >>> whole_of("10,000"), whole_of("1.000.000"), whole_of("1 0"), whole_of("8.5")
    (10000, 1000000, None, None)
    """
    found = _WHOLE.fullmatch(typed)
    return int(re.sub("[^0-9]", "", found[1])) if found else None


class PercentField(Field):
    """A share typed as percent, like ``8``, ``8,5`` or ``8.5 %``; its data is the fraction."""

    widget = TextInput()
    data: float | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = share_of(valuelist[0])
            if self.data is None:
                raise ValueError("Type a percentage, like 8 or 8.5.")

    def _value(self) -> str:
        return _typed(self, "" if self.data is None else f"{100 * self.data:.6g}")


class WholeField(Field):
    """A whole number, like ``2400`` or ``2,400``; its data is an int, or None for nothing typed.

    ``sentence`` answers everything else.
    """

    widget = TextInput()
    data: int | None

    def __init__(
        self, label: str, *checks: Any, sentence: str = "Type a whole number.", **details: Any
    ) -> None:
        super().__init__(label, *checks, **details)
        self.sentence = sentence

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = whole_of(valuelist[0])
            if self.data is None and valuelist[0].strip():
                raise ValueError(self.sentence)

    def _value(self) -> str:
        return _typed(self, "" if self.data is None else str(self.data))


class DayField(DateField):
    """A day of the calendar."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Choose a day of the calendar, like 2027-03-31.") from error


class MomentField(DateTimeLocalField):
    """A day and a time of day; its data is naive."""

    def __init__(self, label: str, checks: Any = (), **details: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(label, checks, format=formats, **details)

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a day and a time, like 2027-03-31 18:30.") from error


class OrderField(Field):
    """Several choices under one name, each for one place in an order; its data is a list."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = [str(value) for value in valuelist]


def _typed(field: Field, text: str) -> str:
    """What stands in the field: as it was typed, else the value as ``text``."""
    return str(field.raw_data[0]) if field.raw_data else text
