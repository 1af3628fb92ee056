"""Kinds of form fields: each reads what people type, and keeps it until it can be used."""

import re
from typing import Any

from wtforms import DateField, Field
from wtforms.widgets import TextInput

_PERCENT = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,6})?)\s*%?\s*", re.ASCII)
_WHOLE = re.compile(r"\s*(\d{1,9})\s*", re.ASCII)


class PercentField(Field):
    """A share typed as percent, like ``8``, ``8,5`` or ``8.5 %``; its data is the fraction."""

    widget = TextInput()
    data: float | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = None
            typed = _PERCENT.fullmatch(valuelist[0])
            if typed is None:
                raise ValueError("Type a percentage, like 8 or 8.5.")
            self.data = float(typed[1].replace(",", ".")) / 100

    def _value(self) -> str:
        return _typed(self, "" if self.data is None else f"{100 * self.data:.6g}")


class WholeField(Field):
    """A whole number in digits; its data is an int, or None when nothing was typed.

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
            self.data = None
            typed = _WHOLE.fullmatch(valuelist[0])
            if typed is not None:
                self.data = int(typed[1])
            elif valuelist[0].strip():
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


class OrderField(Field):
    """Several choices under one name, each for one place in an order; its data is a list."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = [str(value) for value in valuelist]


def _typed(field: Field, text: str) -> str:
    """What stands in the field: as it was typed, else the value as ``text``."""
    return str(field.raw_data[0]) if field.raw_data else text
