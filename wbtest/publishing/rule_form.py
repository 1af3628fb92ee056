"""The form of an experiment's rule, and how what was typed becomes a rule."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional, StopValidation

from wbtest.helping.belonging import Described
from wbtest.publishing.asked import Asked
from wbtest.publishing.belonging import RULE
from wbtest.publishing.conversions import ACTS, act_named
from wbtest.publishing.crowd_form import CrowdRows
from wbtest.publishing.crowd_form import values_of as values_of_crowds
from wbtest.publishing.fields import DayField, PercentField, WholeField
from wbtest.publishing.forms import NEEDED, filled
from wbtest.publishing.given_rule import RECKONED_FROM, kept_reckoning, kept_rule
from wbtest.publishing.models import Experiment
from wbtest.publishing.reckoning import LOWER, Reckoning
from wbtest.publishing.rule import (
    MOST_VARIANTS,
    Hypothesis,
    NotARule,
    from_json,
)
from wbtest.team.mail_preferences import time_zones
from wbtest.typed import TypedForm
from wbtest.writing.document import Document
from wbtest.writing.text_rules import on_one_line, seen, with_plain_breaks

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
# What a target is worked out from, each with RECKONED_FROM; they are one part of the rule.
RECKONED = ("customers", "reachable", "buy")
OF_THEIR_OWN = ("reckoning", "crowds")
TYPED = tuple(name for name in Hypothesis.__dataclass_fields__ if name not in OF_THEIR_OWN)
# What a plan is made of.
PLANNED = (
    "target",
    "floor",
    "alpha",
    "beta",
    "daily",
    "planned_variants",
    "minimum_visitors",
    "maximum_visitors",
    "minimum_days",
    "ends_on",
)
USUAL_RUN = timedelta(days=28)


def may_be_empty(_form: TypedForm, field: Field) -> None:
    """Like Optional, for a field that stands among others of which none is needed."""
    if not "".join(field.raw_data or ()).strip():
        field.errors = []
        raise StopValidation


def few_enough(_form: TypedForm, field: Field) -> None:
    """An experiment has no more variants."""
    if field.data is not None and not 1 <= field.data <= MOST_VARIANTS:
        raise ValidationError(f"Plan with 1 to {MOST_VARIANTS} variants.")


class ExperimentForm(Described, TypedForm):
    """Everything of an experiment but its variants.

    Without ``slug`` where the address is settled: tests of one idea share it. ``daily`` is for
    planning and not sealed, ``planned_variants`` is not even kept. The numbers that the target is
    worked out from are given all together or not at all.
    """

    belongs = RULE
    target = PercentField("Target", [NEEDED])
    who = StringField("Who comes", [NEEDED])
    does = StringField("What they will do", [NEEDED])
    floor = PercentField("Floor", [NEEDED])
    daily = WholeField("Visitors a day you expect", [Optional()])
    planned_variants = WholeField("Variants to plan with", [may_be_empty, few_enough])
    customers = WholeField("Customers you need", [may_be_empty])
    customers_from = StringField("How you know how many")
    reachable = WholeField("People you can bring to the page", [may_be_empty])
    reachable_from = StringField("How you know that they come")
    buy = PercentField("Sign-ups who would buy", [may_be_empty])
    buy_from = StringField("How you know that they buy")
    ends_on = DayField("Last day", [NEEDED])
    if_met = TextAreaField("If the target is met", [NEEDED])
    if_not_met = TextAreaField("If it is not met", [NEEDED])
    if_unclear = TextAreaField("If it stays open", [NEEDED])
    slug = StringField("Address of the page", [NEEDED], filters=[lambda text: (text or "").strip()])
    crowds = CrowdRows()
    # From here on FOLDED.
    minimum_visitors = WholeField("Visitors before any verdict", [filled])
    maximum_visitors = WholeField("Visitors at most", [filled])
    minimum_days = WholeField("Days before any verdict", [filled])
    sources = StringField("Sources that count", [Optional()])
    conversion = RadioField(
        "What counts",
        choices={str(each): f"{act.name}: {act.worth}" for each, act in ACTS.items()},
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

    @property
    def is_reckoning(self) -> bool:
        """Whether the numbers behind the target are to be seen: there are some, or were typed."""
        return any(self[name].errors or self[name]._value() for name in RECKONED + RECKONED_FROM)

    @property
    def is_crowds_open(self) -> bool:
        """Whether the crowds are to be seen: some are announced, or a row was added or removed."""
        return bool(self.crowds.errors or self.crowds.filled or len(self.crowds.entries) != 1)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that is chosen; UTC until it is one of the list."""
        return ZoneInfo(self.time_zone.data if self.time_zone.data in time_zones() else "UTC")

    def is_fine(self, names: Sequence[str]) -> bool:
        """Whether these fields hold what they may; what they may not is said at them."""
        wrong = [name for name in names if not self[name].validate(self)]
        return not wrong

    def asked(self, today: date, variants: int) -> Asked | None:
        """The test to plan, as far as it is typed; None without target, floor and risks.

        ``variants`` are those that it has, for who says nothing else.
        """
        target, floor = self.target.data, self.floor.data
        alpha, beta = self.alpha.data, self.beta.data
        if target is None or floor is None or alpha is None or beta is None:
            return None
        planned = self.planned_variants.data
        return Asked(
            target,
            floor,
            alpha,
            beta,
            variants=variants if planned is None else planned,
            daily=self.daily.data,
            minimum_visitors=self.minimum_visitors.data or 0,
            minimum_days=self.minimum_days.data or 0,
            maximum_visitors=self.maximum_visitors.data,
            today=today,
            ends_on=self.ends_on.data,
            do=act_named(self.conversion.data).do,
        )

    def take_target(self) -> None:
        """Fill in the target that the three numbers ask for. Raises NotARule without them."""
        found = self.reckoning()
        if found is None:
            raise NotARule("customers", "Give the three numbers first.")
        self.target.data, self.target.raw_data = found.target, None

    def reckoning(self) -> Reckoning | None:
        """The numbers behind the target, None for none. Raises NotARule for some of them alone."""
        given = {name: self[name].data for name in RECKONED}
        for name in RECKONED_FROM:
            given[name] = seen(on_one_line(with_plain_breaks(self[name].data or "")))
        if all(given[name] in (None, "") for name in given):
            return None
        for name in RECKONED:
            if given[name] is None:
                raise NotARule(name, "Give all three numbers, or none of them.")
        return kept_reckoning(given)

    def reckoned(self) -> tuple[str, str]:
        """What the three numbers ask for, and what the typed target leaves the business short of.

        Both are '' while they ask for nothing that can be had.
        """
        try:
            found = self.reckoning()
        except NotARule:
            return "", ""
        if found is None:
            return "", ""
        short = found.shortfall(self.target.data or found.target)
        said = found.sentence(act_named(self.conversion.data).do)
        return said, f"{short} {LOWER}" if short else ""

    def hypothesis(self) -> Hypothesis:
        """The rule as typed, of a form that is valid. Raises NotARule for what cannot be sealed."""
        values = {name: self[name].data for name in TYPED}
        sources = [name.strip() for name in re.split("[,\n]", values["sources"] or "")]
        values["sources"] = [name for name in sources if name] or None
        return kept_rule(values, self.reckoning(), self.crowds.crowds(self.zone))

    def settings(self) -> dict[str, Any]:
        """What the verbs want beside the rule; no address where the form asks for none."""
        names = [name for name in ("slug", "time_zone", "asks_name") if name in self]
        return {name: self[name].data for name in names} | {"expected_daily": self.daily.data}


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
        "planned_variants": 1,
    }


def values_of(experiment: Experiment) -> dict[str, Any]:
    """Return an experiment's present values under the names of the form's fields."""
    rule = from_json(experiment.rule)
    values = {name: getattr(rule, name) for name in TYPED}
    # Left empty it follows what counts, also when that is changed.
    if rule.conversion_window_hours == ACTS[rule.conversion].hours:
        values["conversion_window_hours"] = None
    if rule.reckoning:
        values |= asdict(rule.reckoning)
    return values | {
        "sources": ", ".join(rule.sources or ()),
        "slug": experiment.slug,
        "time_zone": experiment.time_zone,
        "asks_name": experiment.asks_name,
        "daily": experiment.expected_daily,
        "planned_variants": len(experiment.variants),
        "crowds": values_of_crowds(rule.crowds, ZoneInfo(experiment.time_zone)),
    }
