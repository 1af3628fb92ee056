"""How many people of chosen groups were counted, by hour and variant.

A group is what an owner may set aside or take in (``models.SettingAside``), or an announced crowd.
It is counted from the rows, by what the recorder marked on them; after a purge, from what was kept
of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from wbtest.audience import email_addresses, quality_counts, result_counts
from wbtest.audience.models import (
    CROWD_NETWORKS,
    HOUR_TOTALS,
    KIND_TOTALS,
    SIGHTINGS,
    SIGNUPS,
    VISITS,
)
from wbtest.audience.recording.counting_rules import (
    HOUR_SECONDS,
    QUARTER_SECONDS,
    QUARTER_US,
    SUSPECTED,
    WAITING,
    CountingRules,
    History,
    by_time,
    count_history,
    hour_of,
)
from wbtest.audience.recording.gate import CROWD
from wbtest.audience.recording.ledger import NoExperiment, load_rules
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.sealing import sealed_rule

Direction = Literal["out", "in"]
GroupKind = Literal["mark", "hour", "domain", "source", "reason"]
_OF_A_VISIT = ("experiment_id", "visitor", "excluded_because")
# Each visit with its counted sighting and its conversion, where there are any.
JOINED_VISITS = VISITS.outerjoin(
    SIGHTINGS,
    sa.and_(SIGHTINGS.c.is_counted, *[SIGHTINGS.c[name] == VISITS.c[name] for name in _OF_A_VISIT]),
).outerjoin(
    SIGNUPS,
    sa.and_(SIGNUPS.c.is_converted, *[SIGNUPS.c[name] == VISITS.c[name] for name in _OF_A_VISIT]),
)
# Under which ``Experiment.last_counts`` keeps what is told of groups whose rows are purged.
GROUPS_KEY = "groups"
GroupNumbers = Counter[tuple[tuple[int, ...], bool, int, str, str]]
COLUMNS = ("served", "seen", "arrived", "converted")
# Under which ``Experiment.last_counts`` keeps what is told of crowds whose visits are purged.
CROWDS_KEY = "crowds"


class VisitorGroup(NamedTuple):
    """A group of visitors, and whether it is to leave the figures or to join them.

    Of an announced crowd the ``value`` is its place in the sealed rule.
    """

    direction: Direction
    kind: GroupKind | Literal["crowd"]
    value: str

    @property
    def marks(self) -> list[int]:
        """The marks of its networks; of any other kind none."""
        return [int(mark) for mark in self.value.split(",") if mark] if self.kind == "mark" else []


class GroupHour(NamedTuple):
    """People of one variant who belong to the same of the groups, in one hour.

    ``groups`` are the numbers of all that they belong to, so that nobody is taken away twice.
    ``is_counted``: the sealed figures hold them. The numbers are those of ``HourlyCount``.
    """

    groups: tuple[int, ...]
    is_counted: bool
    hour: int
    variant: str
    served: int
    seen: int
    arrived: int
    converted: int


class GroupSize(NamedTuple):
    """A group, and how many of those seen in it converted."""

    group: VisitorGroup
    seen: int
    converted: int


def hours_of_groups(experiment: Experiment, groups: dict[int, VisitorGroup]) -> list[GroupHour]:
    """Return everybody who belongs to any of the groups, which go by their number.

    Who is left out for two reasons is told of once, and who counts is never told of as left out.
    """
    if experiment.purged_at is not None:
        return [
            GroupHour(tuple(numbers), *rest)
            for numbers, *rest in experiment.last_counts.get(GROUPS_KEY, ())
        ]
    if not groups:
        return []
    rules = load_rules(db.session.connection(), experiment.id)
    found: GroupNumbers = Counter()
    _count_marked(found, experiment, groups, rules)
    if any(group.kind == "reason" and group.value == SUSPECTED for group in groups.values()):
        _count_suspected(found, experiment, groups, rules)
    cells = dict.fromkeys(key[:4] for key in sorted(found))
    return [GroupHour(*cell, *(found[*cell, name] for name in COLUMNS)) for cell in cells]


def groups_to_keep(experiment: Experiment, groups: dict[int, VisitorGroup]) -> dict[str, Any]:
    """Return the same as a part of ``Experiment.last_counts``."""
    rows = hours_of_groups(experiment, groups)
    return {GROUPS_KEY: [[list(row.groups), *row[1:]] for row in rows]} if rows else {}


def _count_marked(
    found: GroupNumbers,
    experiment: Experiment,
    groups: dict[int, VisitorGroup],
    rules: CountingRules,
) -> None:
    """Add up rows as the recorder marked them; the database puts equal ones together."""
    flags = {number: _belongs(group, experiment, rules) for number, group in groups.items()}
    moved = "at_us" if rules.conversion == "signup" else f"{rules.conversion}_us"
    people = (
        sa.select(
            sa.func.coalesce(SIGHTINGS.c.variant, VISITS.c.variant).label("variant"),
            VISITS.c.excluded_because,
            (VISITS.c.at_us // QUARTER_US).label("visit"),
            (SIGHTINGS.c.at_us // QUARTER_US).label("sighting"),
            (SIGNUPS.c[moved] // QUARTER_US).label("conversion"),
            *[sa.case((flag, 1), else_=0).label(f"g{number}") for number, flag in flags.items()],
        )
        .select_from(JOINED_VISITS)
        .where(
            VISITS.c.experiment_id == experiment.id,
            *of_counted_sources(rules),
            _is_told(flags, groups),
        )
        .subquery()
    )
    rows = db.session.execute(
        sa.select(*people.c, sa.func.count().label("number")).group_by(*people.c)
    )
    for row in rows.mappings():
        numbers = tuple(number for number in groups if row[f"g{number}"])
        place = numbers, row["excluded_because"] == ""

        def at(quarter: int) -> int:
            return hour_of(quarter * QUARTER_US, rules.zone)

        served, variant, people_ = at(row["visit"]), row["variant"], row["number"]
        found[*place, served, variant, "served"] += people_
        if row["sighting"] is None:
            continue
        seen = at(row["sighting"])
        found[*place, seen, variant, "seen"] += people_
        if row["conversion"] is not None:
            found[*place, seen, variant, "converted"] += people_
            found[*place, at(row["conversion"]), variant, "arrived"] += people_


def of_counted_sources(rules: CountingRules) -> list[sa.ColumnElement[bool]]:
    """What restricts people to the sources that the rule counts."""
    if rules.sources is None:
        return []
    return [sa.func.coalesce(SIGHTINGS.c.source, VISITS.c.source).in_(rules.sources)]


def _is_told(
    flags: dict[int, sa.ColumnElement[bool]], groups: dict[int, VisitorGroup]
) -> sa.ColumnElement[bool]:
    """Of those who count, who may be taken out; of the others, who may be taken in, once each."""
    out, into = (
        sa.or_(sa.false(), *[flags[n] for n, group in groups.items() if group.direction == way])
        for way in ("out", "in")
    )
    suspects = sa.select(SIGHTINGS.c.visitor).where(
        SIGHTINGS.c.experiment_id == VISITS.c.experiment_id,
        SIGHTINGS.c.visitor == VISITS.c.visitor,
        SIGHTINGS.c.excluded_because == SUSPECTED,
    )
    counts = (VISITS.c.excluded_because == "") & ~suspects.correlate(VISITS).exists()
    other = VISITS.alias("other")
    reason = VISITS.c.excluded_because
    is_earlier = sa.tuple_(other.c.at_us, other.c.excluded_because) < sa.tuple_(
        VISITS.c.at_us, reason
    )
    reasons = {_reason_of(group) for group in groups.values() if group.direction == "in"}
    told = sa.select(other.c.visitor).where(
        other.c.experiment_id == VISITS.c.experiment_id,
        other.c.visitor == VISITS.c.visitor,
        (other.c.excluded_because == "") | (other.c.excluded_because.in_(reasons) & is_earlier),
    )
    is_left_out = reason.not_in(("", SUSPECTED, WAITING))
    return (out & counts) | (into & is_left_out & ~told.correlate(VISITS).exists())


def _reason_of(group: VisitorGroup) -> str:
    return group.value if group.kind == "reason" else CROWD


def _belongs(
    group: VisitorGroup, experiment: Experiment, rules: CountingRules
) -> sa.ColumnElement[bool]:
    """Whether a visit, joined with its sighting, is one of the group."""
    if group.kind == "reason":
        return VISITS.c.excluded_because == group.value
    if group.kind == "source":
        return sa.func.coalesce(SIGHTINGS.c.source, VISITS.c.source) == group.value
    if group.kind == "hour":
        start = int(group.value)
        quarters = range(start // QUARTER_SECONDS, (start + HOUR_SECONDS) // QUARTER_SECONDS)
        same = [each for each in quarters if hour_of(each * QUARTER_US, rules.zone) == start]
        return (sa.func.coalesce(SIGHTINGS.c.at_us, VISITS.c.at_us) // QUARTER_US).in_(same)
    if group.kind == "domain":
        key, domain = SIGNUPS.c.email_key, group.value
        is_at = key.endswith(f"@{domain}", autoescape=True)
        # What its owner puts before it belongs to it, as ``email_addresses.domain_of`` says.
        is_below = key.endswith(f".{domain}", autoescape=True)
        at_domain = sa.select(SIGNUPS.c.visitor).where(
            SIGNUPS.c.experiment_id == experiment.id,
            SIGNUPS.c.visitor != "",
            SIGNUPS.c.excluded_because != WAITING,
            is_at | is_below,
        )
        return VISITS.c.visitor.in_(at_domain)
    if group.kind == "crowd":
        crowd = rules.crowds[int(group.value)]
        marks = sa.select(CROWD_NETWORKS.c.mark).where(
            CROWD_NETWORKS.c.experiment_id == experiment.id,
            CROWD_NETWORKS.c.crowd == int(group.value),
        )
        is_in_time = VISITS.c.at_us.between(crowd.from_us, crowd.until_us)
        return is_in_time & VISITS.c.mark.in_(marks)
    # There may be more marks than a statement may have parameters.
    given = sa.bindparam(None, group.marks, sa.Integer(), expanding=True, literal_execute=True)
    is_marked = VISITS.c.mark.in_(given)
    return (
        is_marked & (VISITS.c.excluded_because == CROWD) if group.direction == "in" else is_marked
    )


def _count_suspected(
    found: GroupNumbers,
    experiment: Experiment,
    groups: dict[int, VisitorGroup],
    rules: CountingRules,
) -> None:
    """Add up those taken for machines as if their sign-ups had been anybody's.

    Who was never seen before the form was sent stays out: that holds for everybody.
    """
    is_suspected = sa.select(SIGHTINGS.c.visitor).where(
        SIGHTINGS.c.experiment_id == experiment.id, SIGHTINGS.c.excluded_because == SUSPECTED
    )
    signed: dict[str, list[Any]] = {}
    row: Any
    for row in db.session.execute(
        sa.select(SIGNUPS).where(
            SIGNUPS.c.experiment_id == experiment.id,
            SIGNUPS.c.visitor.in_(is_suspected),
            SIGNUPS.c.excluded_because.in_(("", SUSPECTED)),
        )
    ):
        signed.setdefault(row.visitor, []).append(row)
    flags = [
        sa.case((_belongs(group, experiment, rules), 1), else_=0).label(f"g{number}")
        for number, group in groups.items()
    ]
    same = [SIGHTINGS.c[name] == VISITS.c[name] for name in list(VISITS.primary_key.columns.keys())]
    seen = db.session.execute(
        sa.select(*SIGHTINGS.c, *flags)
        .select_from(SIGHTINGS.join(VISITS, sa.and_(*same)))
        .where(
            SIGHTINGS.c.experiment_id == experiment.id,
            SIGHTINGS.c.excluded_because == "",
            SIGHTINGS.c.visitor.in_(is_suspected),
            *of_counted_sources(rules),
        )
    )
    taken_in = tuple(n for n, group in groups.items() if group.value == SUSPECTED)
    for row in seen:
        numbers = (*(n for n in groups if row._mapping[f"g{n}"]), *taken_in)
        _, counts = count_history(History(row, by_time(signed.get(row.visitor, ()))), rules)
        for cell, column in counts:
            if column in COLUMNS:
                found[numbers, False, cell.hour, cell.variant, column] += 1
            if column == "seen":
                found[numbers, False, cell.hour, cell.variant, "served"] += 1


def largest_groups(experiment: Experiment, most: int) -> list[GroupSize]:
    """Return the largest groups that can be set aside, ``most`` of each kind.

    Networks and sources by who was seen, hours by who of those seen in them converted, and domains
    by the people who signed up from them.
    """
    if experiment.purged_at is not None:
        return []
    rules = load_rules(db.session.connection(), experiment.id)
    return [
        *_networks(experiment, rules, most),
        *_hours(experiment, most),
        *_sources(experiment, rules, most),
        *_domains(experiment, rules, most),
    ]


def crowd_groups(experiment: Experiment, most: int) -> list[tuple[VisitorGroup, int]]:
    """Return the networks of which people are left out as a crowd, with how many came of each."""
    number = sa.func.count()
    rows = db.session.execute(
        sa.select(VISITS.c.mark, number)
        .where(VISITS.c.experiment_id == experiment.id, VISITS.c.excluded_because == CROWD)
        .where(VISITS.c.mark >= 0)
        .group_by(VISITS.c.mark)
        .order_by(number.desc(), VISITS.c.mark)
        .limit(most)
    )
    return [(VisitorGroup("in", "mark", str(mark)), people) for mark, people in rows]


def _networks(experiment: Experiment, rules: CountingRules, most: int) -> Iterator[GroupSize]:
    seen, converted = sa.func.count(SIGHTINGS.c.visitor), sa.func.count(SIGNUPS.c.visitor)
    query = (
        sa.select(VISITS.c.mark, seen, converted)
        .select_from(JOINED_VISITS)
        .where(
            VISITS.c.experiment_id == experiment.id,
            VISITS.c.excluded_because == "",
            VISITS.c.mark >= 0,
            *of_counted_sources(rules),
        )
        .having(seen > 0)
    )
    return _largest("mark", query, VISITS.c.mark, seen, most)


def _hours(experiment: Experiment, most: int) -> Iterator[GroupSize]:
    seen, converted = sa.func.sum(HOUR_TOTALS.c.seen), sa.func.sum(HOUR_TOTALS.c.converted)
    query = (
        sa.select(HOUR_TOTALS.c.hour, seen, converted)
        .where(HOUR_TOTALS.c.experiment_id == experiment.id)
        .having(converted > 0)
    )
    return _largest("hour", query, HOUR_TOTALS.c.hour, converted, most)


def _sources(experiment: Experiment, rules: CountingRules, most: int) -> Iterator[GroupSize]:
    seen, converted = sa.func.sum(KIND_TOTALS.c.seen), sa.func.sum(KIND_TOTALS.c.converted)
    query = (
        sa.select(KIND_TOTALS.c.source, seen, converted)
        .where(KIND_TOTALS.c.experiment_id == experiment.id, KIND_TOTALS.c.excluded_because == "")
        .having(seen > 0)
    )
    if rules.sources is not None:
        query = query.where(KIND_TOTALS.c.source.in_(rules.sources))
    return _largest("source", query, KIND_TOTALS.c.source, seen, most)


def _largest(
    kind: GroupKind, query: sa.Select[Any], by: Any, size: Any, most: int
) -> Iterator[GroupSize]:
    """Yield the largest groups of a kind from a query for what they are by, seen and converted."""
    rows = db.session.execute(query.group_by(by).order_by(size.desc(), by).limit(most))
    for value, seen, converted in rows:
        yield GroupSize(VisitorGroup("out", kind, str(value)), int(seen), int(converted))


def _domains(experiment: Experiment, rules: CountingRules, most: int) -> Iterable[GroupSize]:
    query = sa.select(SIGNUPS.c.email_key).where(
        SIGNUPS.c.experiment_id == experiment.id,
        SIGNUPS.c.excluded_because == "",
        SIGNUPS.c.is_converted,
        SIGNUPS.c.left_at.is_(None),
    )
    if rules.sources is not None:
        query = query.where(SIGNUPS.c.source.in_(rules.sources))
    people = Counter(map(email_addresses.domain_of, db.session.scalars(query)))
    return [
        GroupSize(VisitorGroup("out", "domain", domain), number, number)
        for domain, number in sorted(people.items(), key=lambda each: (-each[1], each[0]))[:most]
        if number >= quality_counts.FEWEST_AT_DOMAIN
    ]


def people_seen(rows: Sequence[GroupHour]) -> int:
    """How many people these are who were seen."""
    return sum(row.seen for row in rows)


class CrowdCounts(NamedTuple):
    """What was counted of one announced crowd.

    ``admitted`` people were let in as its people, through ``networks``. ``rows`` are those of them
    who count: hour, variant, seen, arrived and converted, as in ``counts.by_hour``.
    """

    admitted: int
    networks: int
    rows: list[result_counts.HourRow]


def crowds_of(experiment: Experiment, rule: Hypothesis) -> list[CrowdCounts]:
    """Return what was counted of each crowd that the rule announces, in its order.

    Of what is purged the last answer stands. Without crowds nothing is read.
    """
    if not rule.crowds:
        return []
    if experiment.purged_at is not None:
        kept = experiment.last_counts.get(CROWDS_KEY, ())
        return [CrowdCounts(*each) for each in kept]
    try:
        rules = load_rules(db.session.connection(), experiment.id)
    except NoExperiment:
        # Another check says that the rule can't be read.
        return []
    groups = {place: VisitorGroup("out", "crowd", str(place)) for place in range(len(rules.crowds))}
    rows = [row for row in hours_of_groups(experiment, groups) if row.is_counted]
    admitted = _admitted(experiment)
    return [
        CrowdCounts(
            *admitted.get(place, (0, 0)),
            [
                (row.hour, row.variant, row.seen, row.arrived, row.converted)
                for row in rows
                if place in row.groups
            ],
        )
        for place in groups
    ]


def crowds_to_keep(experiment: Experiment) -> dict[str, Any]:
    """Return the same as a part of ``Experiment.last_counts``."""
    found = crowds_of(experiment, sealed_rule(experiment))
    return {CROWDS_KEY: [list(each) for each in found]} if found else {}


def _admitted(experiment: Experiment) -> dict[int, tuple[int, int]]:
    """How many people were let in as those of each crowd, and through how many networks."""
    columns = CROWD_NETWORKS.c
    rows = db.session.execute(
        sa.select(columns.crowd, sa.func.sum(columns.admitted), sa.func.count())
        .where(columns.experiment_id == experiment.id)
        .group_by(columns.crowd)
    )
    return {place: (int(admitted), networks) for place, admitted, networks in rows}
