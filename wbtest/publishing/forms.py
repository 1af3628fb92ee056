"""The form of a variant, kinds of fields, what belongs in them, and what views share."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import TextInput

from wbtest.forms import FieldHelp, HelpMixin, TypedForm, with_https
from wbtest.publishing import experiments, lifecycle, page_copy, page_design
from wbtest.publishing.models import Variant

_PERCENT = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,6})?)\s*%?\s*", re.ASCII)
# Thousands apart by one sign throughout, or digits alone.
_WHOLE = re.compile(
    r"""\s*([0-9]{1,9}
        |[1-9][0-9]{0,2}(?P<apart>[.,'’\ \u00a0\u202f])[0-9]{3}(?:(?P=apart)[0-9]{3})?)\s*""",
    re.VERBOSE,
)
_HELP = tomllib.loads(Path(__file__).with_name("field_help.toml").read_text(encoding="utf-8"))
RULE_HELP, VARIANT_HELP = (
    {name: FieldHelp(**said) for name, said in _HELP[form].items()} for form in ("rule", "variant")
)
NEEDED = InputRequired("Fill this in.")


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


class LinksForm(TypedForm):
    """Where links will be put; several sources have commas between."""

    source = StringField("Source")
    medium = StringField("Medium", [Optional()])
    campaign = StringField("Campaign", [Optional()])


class SitesForm(TypedForm):
    """The sites on which the copied form may be, one a line."""

    sites = TextAreaField("Your sites", filters=[with_https])


class PercentField(Field):
    """A share typed as percent, like ``8``, ``8,5`` or ``8.5 %``; its data is the fraction."""

    widget = TextInput()
    data: float | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = share_of(valuelist[0])
            if self.data is None:
                raise ValueError("Enter a percentage, like 8 or 8.5.")

    def _value(self) -> str:
        return _typed(self, "" if self.data is None else f"{100 * self.data:.6g}")


class WholeField(Field):
    """A whole number, like ``2400`` or ``2,400``; its data is an int, or None for nothing typed.

    ``sentence`` answers everything else.
    """

    widget = TextInput()
    data: int | None

    def __init__(
        self, label: str, *checks: Any, sentence: str = "Enter a whole number.", **details: Any
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
            raise ValueError("Enter a date, like 2027-03-31.") from error


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


def filled(_form: TypedForm, field: Field) -> None:
    """Like NEEDED, for a field that may be folded away, at which a browser cannot point."""
    if field.data is None and not field.errors:
        raise ValidationError("Fill this in.")


class VariantForm(HelpMixin, TypedForm):
    """A variant. Whatever is left empty stays as it was approved."""

    field_help = VARIANT_HELP
    name = StringField("Name", [NEEDED])
    weight = WholeField("Weight", [NEEDED], sentence=experiments.VARIANTS_RULE)
    headline = TextAreaField("Headline", [Optional()])
    subheading = TextAreaField("Subheading", [Optional()])
    cta_text = TextAreaField("Call to action", [Optional()])
    cta_label = StringField("Button text", [Optional()])
    price = StringField("Price", [Optional()])
    body = TextAreaField("Body text", [Optional()])
    order = OrderField("Order")
    hero = RadioField("Picture", default="", validate_choice=False)
    hero_alt = StringField("Picture description")

    def validate_hero(self, field: RadioField) -> None:
        """Take what the page offered."""
        offered = [choice.data for choice in field]
        if field.data and field.data not in offered:
            raise ValidationError("Choose a picture from the list.")

    def values(self, parts: Sequence[str]) -> dict[str, Any]:
        """What the verbs want, of a form that is valid; ``parts`` as ``overrides`` takes them."""
        return {
            "name": self.name.data,
            "weight": self.weight.data,
            "overrides": self.overrides(parts),
        }

    def overrides(self, parts: Sequence[str]) -> dict[str, Any]:
        """What differs from the approved page, whose parts stand in the order ``parts``."""
        texts = {name: self[name].data or "" for name in page_copy.OVERRIDES if name != "order"}
        order = list(self.order.data or ())
        if order == list(parts):
            return texts
        # Parts that the approved text leaves empty keep their places at the end.
        return texts | {"order": order + [name for name in page_copy.SECTIONS if name not in parts]}


class AfterForm(TypedForm):
    """What the page's address shows once the test is over."""

    afterwards = RadioField("Visitors see", choices=lifecycle.AFTERWARDS, validate_choice=False)
    outcome = TextAreaField("Outcome", [Optional()])
    waiting_variant = SelectField("Waiting list page", validate_choice=False)
    leaves_host = BooleanField("Give up the own host")
    longest_outcome = lifecycle.LONGEST_OUTCOME
    hosts: Sequence[str] = ()


def values_of_variant(variant: Variant, parts: Sequence[str]) -> dict[str, Any]:
    """Return a variant's present values, its order without the parts that are empty."""
    order = [name for name in variant.overrides.get("order", parts) if name in parts]
    values = {"name": variant.name, "weight": variant.weight}
    return {**variant.overrides, **values, "order": order}


def picture_choices(pictures: Iterable[page_design.Picture]) -> list[tuple[str, str]]:
    """Return what a variant can show: the page's picture, none, or another."""
    first = [("", "As on the page"), ("none", "None")]
    return first + [(picture.name, picture.size) for picture in pictures]


def read_of(form: TypedForm, *parts: Any, field: str = "read", is_sent: bool = True) -> str:
    """The digest of what the form shows, to be sent along with it as ``field``.

    It stays that of the first look until somebody was told that it has changed since. ``is_sent``
    is whether what was sent, if anything, is this form and not another one of the page.
    """
    is_first = not (is_sent and form.is_submitted()) or experiments.CHANGED in form.form_errors
    return experiments.part_digest(*parts) if is_first else request.form.get(field, "")
