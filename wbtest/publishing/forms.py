"""The forms of this area, and how what was typed becomes a rule or a variant's overrides."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask import current_app, request
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional

from wbtest.publishing import copy
from wbtest.publishing.experiments import VARIANTS_RULE
from wbtest.publishing.fields import DayField, OrderField, PercentField, WholeField
from wbtest.publishing.meanwhile import CHANGED, part_digest
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.rule import LONGEST_SOURCE, WINDOW_HOURS, Hypothesis, NotARule, from_json
from wbtest.store import Invalid
from wbtest.writing.document import Document
from wbtest.writing.wording import on_one_line, with_plain_breaks

# What the page folds away under “More settings”, in its order.
FOLDED = (
    "minimum_visitors",
    "maximum_visitors",
    "minimum_days",
    "sources",
    "conversion",
    "conversion_window_hours",
    "disclosure",
    "asks_name",
    "alpha",
    "beta",
    "lost_beacons",
    "time_zone",
)
NEEDED = InputRequired("Fill this in.")
AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
USUAL_RUN = timedelta(days=28)


@cache
def time_zones() -> dict[str, str]:
    """Names of the zones of places, as people read them, and UTC."""
    areas = tuple(f"{area}/" for area in AREAS)
    places = sorted(name for name in available_timezones() if name.startswith(areas))
    return {name: name.replace("_", " ") for name in ("UTC", *places)}


def filled(_form: FlaskForm, field: Field) -> None:
    """Like NEEDED, for a field that may be folded away, at which a browser cannot point."""
    if field.data is None and not field.errors:
        raise ValidationError("Fill this in.")


class ExperimentForm(FlaskForm):
    """Everything of an experiment but its variants. ``daily`` is for planning, and not sealed."""

    target = PercentField("Target", [NEEDED])
    who = StringField("Who comes", [NEEDED])
    does = StringField("What they will do", [NEEDED])
    floor = PercentField("Floor", [NEEDED])
    daily = WholeField("Visitors a day you expect", [Optional()])
    ends_on = DayField("Last day", [NEEDED])
    if_met = TextAreaField("If the target is met", [NEEDED])
    if_not_met = TextAreaField("If it is not met", [NEEDED])
    if_unclear = TextAreaField("If it stays open", [NEEDED])
    slug = StringField("Address of the page", [NEEDED], filters=[lambda text: (text or "").strip()])
    # From here on FOLDED.
    minimum_visitors = WholeField("Visitors before any verdict", [filled])
    maximum_visitors = WholeField("Visitors at most", [filled])
    minimum_days = WholeField("Days before any verdict", [filled])
    sources = StringField("Sources that count", [Optional()])
    conversion = RadioField(
        "What counts",
        choices={"signup": "A sign-up", "confirmed": "A sign-up that was confirmed by mail"},
        validate_choice=False,
    )
    conversion_window_hours = WholeField("Hours from the visit to what counts", [Optional()])
    disclosure = RadioField(
        "When visitors learn that it does not exist yet",
        choices={
            "before": "Before they sign up, beside the button",
            "after": "Right after, on the thank-you page",
        },
        validate_choice=False,
    )
    asks_name = BooleanField("Ask for a name too, which visitors may leave empty")
    alpha = PercentField("Risk of a false go")
    beta = PercentField("Risk of a false “not met”")
    lost_beacons = PercentField("Share of pages that may go unseen")
    time_zone = SelectField("Time zone of its days", choices=time_zones, validate_choice=False)

    @property
    def is_open(self) -> bool:
        """Whether the folded part must be open, since something in it needs a change."""
        return any(self[name].errors for name in FOLDED)

    def hypothesis(self) -> Hypothesis:
        """The rule as typed, of a form that is valid. Raises NotARule for what cannot be sealed."""
        values = {name: self[name].data for name in Hypothesis.__dataclass_fields__}
        for name in ("who", "does", "if_met", "if_not_met", "if_unclear"):
            values[name] = on_one_line(with_plain_breaks(values[name])).strip()
        sources = [name.strip() for name in re.split("[,\n]", values["sources"] or "")]
        values["sources"] = tuple(_as_recorded(name) for name in sources if name) or None
        usual = WINDOW_HOURS.get(values["conversion"], max(WINDOW_HOURS.values()))
        values["conversion_window_hours"] = values["conversion_window_hours"] or usual
        return Hypothesis(**values)

    def settings(self) -> dict[str, Any]:
        """What the verbs want beside the rule."""
        names = ("slug", "time_zone", "asks_name")
        return {name: self[name].data for name in names} | {"expected_daily": self.daily.data}


class VariantForm(FlaskForm):
    """A variant. Whatever is left empty stays as it was approved."""

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


def _as_recorded(source: str) -> str:
    """The name under which visits from there are recorded; the rule would count nobody by others.

    One that is too long stays as it is typed, and the rule refuses it.
    """
    name: str = current_app.extensions["wbtest.source_name"](source)
    return name if len(source) <= LONGEST_SOURCE else source


def first_values(document: Document, slug: str, today: date) -> dict[str, Any]:
    """Return defaults under which a founder can press the button at once."""
    return {
        "slug": slug,
        "who": document.segment or "the people who read this page",
        "does": "leave an e-mail address",
        "target": 0.08,
        "floor": 0.03,
        "minimum_visitors": 300,
        "maximum_visitors": 2400,
        "minimum_days": 7,
        "ends_on": today + USUAL_RUN,
        "if_met": "We build the smallest version that does what the page says.",
        "if_not_met": "Above the floor we write another draft; below it we stop.",
        "if_unclear": "We test once more where more of these people are, or we stop.",
        "conversion": "signup",
        "disclosure": "before",
        "alpha": 0.05,
        "beta": 0.05,
        "lost_beacons": 0.25,
        "time_zone": "UTC",
    }


def values_of(experiment: Experiment) -> dict[str, Any]:
    """Return an experiment's present values under the names of the form's fields."""
    rule = from_json(experiment.rule)
    values = {name: getattr(rule, name) for name in Hypothesis.__dataclass_fields__}
    # Left empty it follows what counts, also when that is changed.
    if rule.conversion_window_hours == WINDOW_HOURS[rule.conversion]:
        values["conversion_window_hours"] = None
    return values | {
        "sources": ", ".join(rule.sources or ()),
        "slug": experiment.slug,
        "time_zone": experiment.time_zone,
        "asks_name": experiment.asks_name,
        "daily": experiment.expected_daily,
    }


def values_of_variant(variant: Variant, parts: Sequence[str]) -> dict[str, Any]:
    """Return a variant's present values, its order without the parts that are empty."""
    order = [name for name in variant.overrides.get("order", parts) if name in parts]
    values = {"name": variant.name, "weight": variant.weight}
    return {**variant.overrides, **values, "order": order}


def put_at_field(form: FlaskForm, error: Invalid | NotARule) -> None:
    """Show a verb's refusal at the field it is about, or above the form when it has none."""
    if error.field in form:
        field = form[error.field]
        field.errors = [*field.errors, str(error)]
    else:
        form.form_errors.append(str(error))


def read_of(form: FlaskForm, *parts: Any) -> str:
    """The digest of what the form shows, to be sent along with it.

    It stays that of the first look until somebody was told that it has changed since.
    """
    is_first = not form.is_submitted() or CHANGED in form.form_errors
    return part_digest(*parts) if is_first else request.form.get("read", "")
