"""The form of an experiment's rule with its rows of crowds, and how it becomes a rule."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import asdict
from wtforms import (
    BooleanField,
    Field,
    Form,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Optional, StopValidation

from wbtest.forms import HelpMixin, TypedForm
from wbtest.publishing import planner, proposals, target_calculator
from wbtest.publishing.forms import (
    NEEDED,
    RULE_HELP,
    DayField,
    MomentField,
    PercentField,
    WholeField,
    filled,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import (
    ACTS,
    CLAUSES,
    MOST_CROWDS,
    MOST_VARIANTS,
    RECKONED_FROM,
    Crowd,
    Hypothesis,
    NotARule,
    act_named,
    from_json,
    parse_calculation,
    parse_rule,
)
from wbtest.team.mail_preferences import time_zones
from wbtest.writing import document as documents
from wbtest.writing import forms, text_rules

# Under these names the form has fields that the rule calls otherwise: `from` is a Python keyword.
FIELDS = {"from": "from_at", "until": "until_at"}
# What the page folds away under “More settings”, in its order.
FOLDED = (
    "slug",
    "host",
    "planned_variants",
    "minimum_visitors",
    "maximum_visitors",
    "minimum_days",
    "sources",
    "conversion",
    "conversion_window_hours",
    "disclosure",
    "asks_name",
    "hoped_for",
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
    "hoped_for",
    "alpha",
    "beta",
    "daily",
    "planned_variants",
    "minimum_visitors",
    "maximum_visitors",
    "minimum_days",
    "ends_on",
)
PROPOSED = ("target", "floor", "minimum_visitors", "maximum_visitors")
# What a founder gets who says nothing: many people, who don't know the team.
USUAL = proposals.PROPOSALS[-1]


class CrowdForm(Form):
    """One crowd. A row that nobody filled in is none."""

    name = StringField("Name", default="")
    from_at = MomentField("From", [filled])
    until_at = MomentField("Until", [filled])
    people = WholeField("Maximum number of people", [filled])
    networks = WholeField("Networks", [filled], default=1)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed; a new row already says 1 network."""
        typed: list[Any] = [self.name, self.from_at, self.until_at, self.people]
        return not any(field._value().strip() for field in typed)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the row can be a crowd, or is blank."""
        return self.is_blank or super().validate(extra_validators)

    def crowd(self, zone: ZoneInfo) -> Crowd:
        """The crowd of a valid row."""
        data = self.data
        from_at, until_at = (data[name].replace(tzinfo=zone) for name in ("from_at", "until_at"))
        return Crowd(data["name"], from_at, until_at, data["people"], data["networks"])


class CrowdRows(forms.SheetRows):
    """A row for each crowd, and a blank one while there is none."""

    def __init__(self, **more: Any) -> None:
        # One more than allowed is read, so that it can be refused.
        super().__init__(FormField(CrowdForm), "Crowds", max_entries=MOST_CROWDS + 1, **more)

    def process(self, formdata: Any, data: Any = (), extra_filters: Any = None) -> None:
        """Read what was typed, or make a row for each of ``data``."""
        super().process(formdata, data, extra_filters)
        if not formdata and not self.entries:
            self.append_entry()

    @property
    def filled(self) -> list[Any]:
        """The rows in which something was typed."""
        return [row for row in self.entries if not row.form.is_blank]

    @property
    def has_room(self) -> bool:
        """Whether there may be another row."""
        return len(self.entries) < MOST_CROWDS

    def add(self) -> None:
        """Add a blank row where there is room."""
        if self.has_room:
            self.append_entry()

    def remove(self, name: str) -> None:
        """Remove the row of this name, if there is one."""
        self.entries = [row for row in self.entries if row.name != name]
        self._compact_indices()  # type: ignore[attr-defined]  # its stubs leave it out

    def crowds(self, zone: ZoneInfo) -> tuple[Crowd, ...]:
        """The crowds of valid rows, whose times are those of ``zone``."""
        return tuple(row.form.crowd(zone) for row in self.filled)

    def add_error(self, place: int, name: str, sentence: str) -> None:
        """Show what is wrong with a crowd, counted from 0, at the field of this name."""
        field = self.filled[place].form[FIELDS.get(name, name)]
        field.errors = [*field.errors, sentence]
        self.errors = [row.errors for row in self.entries]


def crowd_values(crowds: Iterable[Crowd], zone: ZoneInfo) -> list[dict[str, Any]]:
    """What stands in the fields of each crowd."""
    return [
        {
            "name": crowd.name,
            "from_at": _local(crowd.from_at, zone),
            "until_at": _local(crowd.until_at, zone),
            "people": crowd.people,
            "networks": crowd.networks,
        }
        for crowd in crowds
    ]


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def may_be_empty(_form: TypedForm, field: Field) -> None:
    """Like Optional, for a field that stands among others of which none is needed."""
    if not "".join(field.raw_data or ()).strip():
        field.errors = []
        raise StopValidation


def few_enough(_form: TypedForm, field: Field) -> None:
    """An experiment has no more variants."""
    if field.data is not None and not 1 <= field.data <= MOST_VARIANTS:
        raise ValidationError(f"Enter 1 to {MOST_VARIANTS} variants.")


class ExperimentForm(HelpMixin, TypedForm):
    """Everything of an experiment but its variants.

    Without ``slug`` where the address is settled: tests of one idea share it. ``daily`` is for
    planning and not sealed, ``planned_variants`` is not even kept, nor what a rule is proposed for.
    The numbers that the target is worked out from are given all together or not at all.
    """

    field_help = RULE_HELP
    reach = SelectField(
        "How many people can you reach?",
        choices={str(people): f"About {people}" for people in proposals.PEOPLE[:-1]}
        | {str(proposals.PEOPLE[-1]): f"{proposals.PEOPLE[-1]:,} or more"},
        validate_choice=False,
    )
    knows_team = SelectField(
        "Do they know you?",
        choices={"": "No", "yes": "Yes"},
        coerce=bool,
        default=False,
        validate_choice=False,
    )
    target = PercentField("Target", [NEEDED])
    who = StringField("Visitors", [NEEDED])
    does = StringField("Action", [NEEDED])
    floor = PercentField("Floor (stop below)", [NEEDED])
    daily = WholeField("Visitors a day", [Optional()])
    planned_variants = WholeField("Planned variants", [may_be_empty, few_enough])
    customers = WholeField("Customers needed", [may_be_empty])
    customers_from = StringField("Source for customers needed")
    reachable = WholeField("People you can reach", [may_be_empty])
    reachable_from = StringField("Source for people you can reach")
    buy = PercentField("Sign-ups who buy", [may_be_empty])
    buy_from = StringField("Source for sign-ups who buy")
    ends_on = DayField("Last day", [NEEDED])
    if_met = TextAreaField("If met", [NEEDED])
    if_not_met = TextAreaField("If not met", [NEEDED])
    if_unclear = TextAreaField("If unclear", [NEEDED])
    slug = StringField("Page address", [NEEDED], filters=[lambda text: (text or "").strip()])
    host = StringField("Own host", [Optional()])
    crowds = CrowdRows()
    # From here on FOLDED.
    minimum_visitors = WholeField("Minimum visitors", [filled])
    maximum_visitors = WholeField("Maximum visitors", [filled])
    minimum_days = WholeField("Minimum days", [filled])
    sources = StringField("Sources", [Optional()])
    conversion = RadioField(
        "What counts",
        choices={str(each): f"{act.name}: {act.worth}" for each, act in ACTS.items()},
        validate_choice=False,
    )
    conversion_window_hours = WholeField("Hours allowed from visit to sign-up", [Optional()])
    disclosure = RadioField(
        "When visitors learn the product doesn’t exist",
        choices={
            "before": "Before they sign up, next to the button",
            "after": "Right after, on the thank-you page",
        },
        validate_choice=False,
    )
    asks_name = BooleanField("Ask for a name (optional for visitors)")
    hoped_for = PercentField("Rate you hope for", [Optional()])
    alpha = PercentField("Risk of a wrong “go”")
    beta = PercentField("Risk of rejecting a good idea")
    lost_beacons = PercentField("Page loads without a recorded view")
    time_zone = SelectField("Time zone", choices=time_zones, validate_choice=False)

    @property
    def is_open(self) -> bool:
        """Whether the folded part must be open, since something in it needs a change."""
        return any(self[name].errors for name in FOLDED if name in self)

    @property
    def is_worded_wrong(self) -> bool:
        """Whether the folded sentences must be open, since one of them needs a change."""
        return any(self[name].errors for name in CLAUSES)

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

    def asked(self, today: date, variants: int) -> planner.PlanRequest | None:
        """The test to plan, as far as it is typed; None without target, floor and risks.

        ``variants`` are those that it has, for who says nothing else.
        """
        target, floor = self.target.data, self.floor.data
        alpha, beta = self.alpha.data, self.beta.data
        if target is None or floor is None or alpha is None or beta is None:
            return None
        planned = self.planned_variants.data
        return planner.PlanRequest(
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
            hoped_for=self.hoped_for.data,
            knows_team=self.knows_team.data,
        )

    def take_proposal(self, today: date) -> None:
        """Fill in the rule that is proposed for so many people, as far as they choose it."""
        people = next((each for each in proposals.PEOPLE if str(each) == self.reach.data), None)
        if people is None:
            raise NotARule("reach", "Choose from the list.")
        found = proposals.proposal_for(people, is_warm=self.knows_team.data)
        values = {name: getattr(found, name) for name in PROPOSED} | {
            "minimum_days": proposals.MINIMUM_DAYS,
            "ends_on": today + timedelta(days=found.days),
            "conversion": "signup",
            "hoped_for": found.hoped_for,
        }
        for name, value in values.items():
            self[name].data, self[name].raw_data = value, None

    def take_target(self) -> None:
        """Fill in the target that the three numbers ask for. Raises NotARule without them."""
        found = self.reckoning()
        if found is None:
            raise NotARule("customers", "Enter all three numbers first.")
        self.target.data, self.target.raw_data = found.target, None

    def reckoning(self) -> target_calculator.TargetCalculation | None:
        """The numbers behind the target, None for none. Raises NotARule for some of them alone."""
        given = {name: self[name].data for name in RECKONED}
        for name in RECKONED_FROM:
            given[name] = text_rules.seen(
                text_rules.on_one_line(text_rules.with_plain_breaks(self[name].data or ""))
            )
        if all(given[name] in (None, "") for name in given):
            return None
        for name in RECKONED:
            if given[name] is None:
                raise NotARule(name, "Enter all three numbers, or none.")
        return parse_calculation(given)

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
        return said, f"{short} {target_calculator.LOWER}" if short else ""

    def hypothesis(self) -> Hypothesis:
        """The rule as typed, of a form that is valid. Raises NotARule for what cannot be sealed."""
        values = {name: self[name].data for name in TYPED}
        sources = [name.strip() for name in re.split("[,\n]", values["sources"] or "")]
        values["sources"] = [name for name in sources if name] or None
        return parse_rule(values, self.reckoning(), self.crowds.crowds(self.zone))

    def settings(self) -> dict[str, Any]:
        """What the verbs want beside the rule; no address where the form asks for none."""
        names = [name for name in ("slug", "time_zone", "asks_name") if name in self]
        values = {name: self[name].data for name in names}
        return values | {"host": self.host.data or "", "expected_daily": self.daily.data}


def first_values(document: documents.Document, slug: str, today: date) -> dict[str, Any]:
    """Return defaults under which a founder can press the button at once."""
    return {
        "slug": slug,
        "who": document.segment or "the people who read this page",
        "does": "leave an email address",
        **{name: getattr(USUAL, name) for name in PROPOSED},
        "reach": str(USUAL.people),
        "minimum_days": proposals.MINIMUM_DAYS,
        "ends_on": today + timedelta(days=USUAL.days),
        "if_met": "We’ll build the smallest version that does what the page says.",
        "if_not_met": "Above the floor we’ll write another draft. Below it we’ll stop.",
        "if_unclear": "We’ll test once more where more of these people are, or we’ll stop.",
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
    # Left empty they follow what counts and the target, also when those are changed.
    values["hoped_for"] = rule.chosen_hope
    if rule.conversion_window_hours == ACTS[rule.conversion].hours:
        values["conversion_window_hours"] = None
    if rule.reckoning:
        values |= asdict(rule.reckoning)
    followed = proposals.find_proposal(
        *(rule.target, rule.floor, rule.minimum_visitors, rule.maximum_visitors, rule.hoped_for),
        is_warm=rule.knows_team,
    )
    values["reach"] = str((followed or USUAL).people)
    return values | {
        "sources": ", ".join(rule.sources or ()),
        "slug": experiment.slug,
        "host": experiment.host,
        "time_zone": experiment.time_zone,
        "asks_name": experiment.asks_name,
        "daily": experiment.expected_daily,
        "planned_variants": len(experiment.variants),
        "crowds": crowd_values(rule.crowds, ZoneInfo(experiment.time_zone)),
    }
