"""The forms of this area but that of the rule, and what their views share."""

import re
from collections.abc import Sequence
from typing import Any

from flask import request
from wtforms import Field, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Optional

from wbtest.helping.belonging import Described
from wbtest.publishing import copy
from wbtest.publishing.belonging import VARIANT
from wbtest.publishing.experiments import VARIANTS_RULE
from wbtest.publishing.fields import OrderField, WholeField
from wbtest.publishing.meanwhile import CHANGED, part_digest
from wbtest.publishing.models import Variant
from wbtest.publishing.rule import NotARule
from wbtest.store import Invalid
from wbtest.typed import TypedForm

NEEDED = InputRequired("Fill this in.")


def filled(_form: TypedForm, field: Field) -> None:
    """Like NEEDED, for a field that may be folded away, at which a browser cannot point."""
    if field.data is None and not field.errors:
        raise ValidationError("Fill this in.")


class VariantForm(Described, TypedForm):
    """A variant. Whatever is left empty stays as it was approved."""

    belongs = VARIANT
    name = StringField("Name", [NEEDED])
    weight = WholeField("Weight", [NEEDED], sentence=VARIANTS_RULE)
    headline = TextAreaField("Headline", [Optional()])
    subheading = TextAreaField("Subheading", [Optional()])
    cta_text = TextAreaField("Call to action", [Optional()])
    cta_label = StringField("Words on the button", [Optional()])
    price = StringField("Price", [Optional()])
    body = TextAreaField("Text instead of problem, today and solution", [Optional()])
    order = OrderField("Order of the parts")
    layout = SelectField("Layout", choices=copy.LAYOUTS, default="", validate_choice=False)
    hero = RadioField("Picture", default="", validate_choice=False)
    hero_alt = StringField("What its picture shows")

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
        texts = {name: self[name].data or "" for name in copy.OVERRIDES if name != "order"}
        order = list(self.order.data or ())
        if order == list(parts):
            return texts
        # Parts that the approved text leaves empty keep their places at the end.
        return texts | {"order": order + [name for name in copy.SECTIONS if name not in parts]}


def values_of_variant(variant: Variant, parts: Sequence[str]) -> dict[str, Any]:
    """Return a variant's present values, its order without the parts that are empty."""
    order = [name for name in variant.overrides.get("order", parts) if name in parts]
    values = {"name": variant.name, "weight": variant.weight}
    return {**variant.overrides, **values, "order": order}


def put_at_field(form: TypedForm, error: Invalid | NotARule) -> None:
    """Show a verb's refusal at the field it is about, or above the form when it has none."""
    row = re.fullmatch(r"(\w+)\[(\d+)\]\.(\w+)", error.field)
    if row and row[1] in form:
        form[row[1]].put_error(int(row[2]), row[3], str(error))
    elif error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, str(error)]
    else:
        form.form_errors.append(str(error))


def read_of(form: TypedForm, *parts: Any) -> str:
    """The digest of what the form shows, to be sent along with it.

    It stays that of the first look until somebody was told that it has changed since.
    """
    is_first = not form.is_submitted() or CHANGED in form.form_errors
    return part_digest(*parts) if is_first else request.form.get("read", "")
