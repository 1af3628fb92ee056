"""The figures of an experiment, read from roll-ups alone, however many visits there were.

What they mean is said at ``models.HourlyCount``. Each question goes to the coarsest roll-up that
answers it. Nothing is judged here. Beside the figures stand everybody who came, by where from and
why they don't count, and, for reference only, what people who were seen did on the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import Struct

from wbtest.audience.models import (
    DAY_TOTALS,
    ENGAGEMENT_COUNTS,
    HOUR_TOTALS,
    HOURLY_COUNTS,
    KIND_TOTALS,
)
from wbtest.audience.recording.events import Act
from wbtest.extensions import db
from wbtest.publishing import corrections, sealing
from wbtest.publishing import rule as rules
from wbtest.publishing.models import Experiment

Sources = tuple[str, ...] | None
ByVariant = dict[str, "Totals"]
# By local day.
Daily = dict[date, ByVariant]
# Sums are plain rows: as attributes of the classes each of them would cost twice as much.
HOUR_OF = ("variant", "hour")
# A variant and its numbers.
HourRow = tuple[Any, ...]
_IS_COUNTED = KIND_TOTALS.c.excluded_because == ""


class Totals(Struct, frozen=True):
    """Visitors and sign-ups that count."""

    served: int = 0
    seen: int = 0
    converted: int = 0
    arrived: int = 0
    signups: int = 0
    unseen: int = 0
    confirmed: int = 0
    answered: int = 0
    price: int = 0
    price_no: int = 0
    call: int = 0
    call_no: int = 0
    preorder: int = 0

    def acted(self, conversion: rules.Conversion) -> int:
        """How many did what converts, seen before or not, in time or not."""
        did: int = self.signups if conversion == "signup" else getattr(self, conversion)
        return did


class VisitorKind(NamedTuple):
    """What visitors have in common; '' for a language that their browser does not name."""

    source: str
    device: str
    language: str


class Hourly(NamedTuple):
    """Totals of one variant in one hour; ``hour`` is its start in seconds since 1970."""

    variant: str
    hour: int
    totals: Totals


class Cut(Struct, frozen=True):
    """A part of what counts; None asks for everything.

    ``since`` and ``before`` are seconds since 1970: hours that began at the one or later, and
    before the other.
    """

    sources: Sources = None
    device: str | None = None
    since: int | None = None
    before: int | None = None


_numbers_of = attrgetter(*Totals.__struct_fields__)


def sum_totals(parts: Iterable[Totals]) -> Totals:
    """Return the sum; of none it is zero.

    >>> sum_totals([Totals(served=2, seen=1), Totals(served=1)]).served
    3
    """
    return Totals(*map(sum, zip(*map(_numbers_of, parts), strict=True)))


WHOLE = Cut()
NAMES = list(Totals.__struct_fields__)


def daily(tests: Collection[int]) -> defaultdict[int, Daily]:
    """Return by id what counted by the rule of these experiments, by local day in order.

    Days on which nothing happened are left out. As many queries for fifty experiments as for one.
    """
    names = ("experiment_id", "day", "variant", *NAMES)
    query = sa.select(*[DAY_TOTALS.c[name] for name in names]).where(
        DAY_TOTALS.c.experiment_id.in_(tests)
    )
    found: defaultdict[int, Daily] = defaultdict(dict)
    for test, day, variant, *numbers in db.session.execute(query.order_by(DAY_TOTALS.c.day)):
        found[test].setdefault(day, {})[variant] = Totals(*numbers)
    return found


def by_hour(tests: Collection[int]) -> defaultdict[int, list[HourRow]]:
    """Return by id what counted by the rule of these experiments: a row for each hour and variant.

    A row holds the hour's start in seconds since 1970, the variant, and ``seen``, ``arrived`` and
    ``converted`` as ``models.HourlyCount`` has them. Rows come in no order.
    """
    names = ("experiment_id", "hour", "variant", "seen", "arrived", "converted")
    query = sa.select(*[HOUR_TOTALS.c[name] for name in names]).where(
        HOUR_TOTALS.c.experiment_id.in_(tests)
    )
    found: defaultdict[int, list[HourRow]] = defaultdict(list)
    for row in db.session.execute(query).all():
        found[row[0]].append(row[1:])
    return found


def hours_of(experiment: Experiment, cut: Cut = WHOLE) -> list[Hourly]:
    """Return the hours in which something was counted, by variant and time."""
    if cut.device is None and cut.sources == sealing.sealed_rule(experiment).sources:
        by = [HOUR_TOTALS.c[name] for name in HOUR_OF]
        is_wanted = [HOUR_TOTALS.c.experiment_id == experiment.id]
        query = sa.select(*by, *[HOUR_TOTALS.c[name] for name in NAMES])
        rows = db.session.execute(query.where(*is_wanted, *_span(HOUR_TOTALS, cut)).order_by(*by))
    else:
        by = [HOURLY_COUNTS.c[name] for name in HOUR_OF]
        is_wanted = [*_cut(HOURLY_COUNTS, experiment, cut), *_span(HOURLY_COUNTS, cut)]
        query = sa.select(*by, *_sums(HOURLY_COUNTS)).group_by(*by)
        rows = db.session.execute(query.where(*is_wanted).order_by(*by))
    return [Hourly(variant, hour, Totals(*numbers)) for variant, hour, *numbers in rows]


def totals_by_variant(experiment: Experiment, sources: Sources = None) -> ByVariant:
    """Return the totals for each variant, in their order, those without any included."""
    rows = db.session.execute(
        sa.select(KIND_TOTALS.c.variant, *_sums(KIND_TOTALS))
        .where(*_cut(KIND_TOTALS, experiment, Cut(sources)))
        .group_by(KIND_TOTALS.c.variant)
    )
    found = {variant: Totals(*sums) for variant, *sums in rows}
    return {variant.key: found.get(variant.key, Totals()) for variant in experiment.variants}


def kinds_of_visitors(
    experiment: Experiment, cut: Cut = WHOLE
) -> list[tuple[VisitorKind, str, Totals]]:
    """Return the totals by source, device and language, and by variant: one select."""
    table = KIND_TOTALS if cut.since is None and cut.before is None else HOURLY_COUNTS
    by = [table.c[name] for name in (*VisitorKind._fields, "variant")]
    span = () if table is KIND_TOTALS else _span(table, cut)
    rows = db.session.execute(
        sa.select(*by, *_sums(table))
        .where(*_cut(table, experiment, cut), *span)
        .group_by(*by)
        .order_by(*by)
    )
    return [
        (VisitorKind(source, device, language), variant, Totals(*sums))
        for source, device, language, variant, *sums in rows
    ]


def by_source_ever(experiment: Experiment) -> dict[str, Totals]:
    """Return the totals of all variants by source.

    Good for what money bought; rates of variants are never added up.
    """
    rows = db.session.execute(
        sa.select(KIND_TOTALS.c.source, *_sums(KIND_TOTALS))
        .where(*_counting(KIND_TOTALS, experiment))
        .group_by(KIND_TOTALS.c.source)
    )
    return {source: Totals(*sums) for source, *sums in rows}


def _sums(table: sa.Table) -> list[sa.ColumnElement[int]]:
    return [sa.func.sum(table.c[name]) for name in NAMES]


def _counting(
    table: sa.Table, experiment: Experiment, sources: Sources = None
) -> list[sa.ColumnElement[bool]]:
    """What restricts a roll-up to what counts."""
    which = [table.c.experiment_id == experiment.id, table.c.excluded_because == ""]
    return which if sources is None else [*which, table.c.source.in_(sources)]


def _cut(table: sa.Table, experiment: Experiment, cut: Cut = WHOLE) -> list[sa.ColumnElement[bool]]:
    """What restricts a roll-up to a part of what counts, whenever it was."""
    which = _counting(table, experiment, cut.sources)
    return which if cut.device is None else [*which, table.c.device == cut.device]


def _span(table: sa.Table, cut: Cut) -> list[sa.ColumnElement[bool]]:
    """What restricts a roll-up by the hour to a part of the time."""
    which = []
    if cut.since is not None:
        which.append(table.c.hour >= cut.since)
    if cut.before is not None:
        which.append(table.c.hour < cut.before)
    return which


# Of those who do not count nobody asks where they came from, nor more than how many they were.
_VISITS = [
    sa.func.sum(KIND_TOTALS.c[name]) if name in ("served", "signups") else sa.literal_column("0")
    for name in NAMES
]


class PeopleCounts(NamedTuple):
    """Everybody who came.

    ``by_source`` holds what counts by source and variant, the source with most visits first;
    ``left_out_visits`` and ``left_out_signups`` what doesn't, by variant and reason.
    """

    by_source: dict[str, ByVariant]
    left_out_visits: dict[str, dict[str, int]]
    left_out_signups: dict[str, dict[str, int]]


def people_of(experiment: Experiment) -> PeopleCounts:
    """Return everybody who came to this experiment up to this moment."""
    is_ours = KIND_TOTALS.c.experiment_id == experiment.id
    # Those who count come in the order of the table's key, so nothing is sorted.
    query = sa.union_all(
        sa.select(
            KIND_TOTALS.c.variant,
            KIND_TOTALS.c.source,
            KIND_TOTALS.c.excluded_because,
            *_sums(KIND_TOTALS),
        )
        .where(is_ours, _IS_COUNTED)
        .group_by(KIND_TOTALS.c.variant, KIND_TOTALS.c.source, KIND_TOTALS.c.excluded_because),
        sa.select(
            KIND_TOTALS.c.variant,
            sa.literal("", sa.String),
            KIND_TOTALS.c.excluded_because,
            *_VISITS,
        )
        .where(is_ours, ~_IS_COUNTED)
        .group_by(KIND_TOTALS.c.variant, KIND_TOTALS.c.excluded_because),
    )
    keys = [variant.key for variant in experiment.variants]
    sources: dict[str, ByVariant] = {}
    visits: dict[str, dict[str, int]] = {key: {} for key in keys}
    signups: dict[str, dict[str, int]] = {key: {} for key in keys}
    for variant, source, reason, *numbers in db.session.execute(query):
        totals = Totals(*numbers)
        if not reason:
            sources.setdefault(source, {key: Totals() for key in keys})[variant] = totals
        if reason and totals.served:
            visits.setdefault(variant, {})[reason] = totals.served
        if reason and totals.signups:
            signups.setdefault(variant, {})[reason] = totals.signups
    ranked = sorted(
        (-sum(totals.served for totals in row.values()), source) for source, row in sources.items()
    )
    return PeopleCounts({source: sources[source] for _, source in ranked}, visits, signups)


class Share(NamedTuple):
    """So many of so many."""

    number: int
    of: int

    def __add__(self, other: object) -> Share:
        assert isinstance(other, Share)
        return Share(self.number + other.number, self.of + other.of)


NO_SHARE = Share(0, 0)


class QuestionOpens(Struct, frozen=True):
    """How many opened a question, of those who signed up and of those who did not.

    ``is_open``: its answer stands open from the start, so it has to be closed to be opened.
    """

    question: str
    is_open: bool
    signed_up: Share
    others: Share


def acts_by_variant(experiment: Experiment) -> dict[str, dict[Act, int]]:
    """Return how many people did what, for each variant, those without any included."""
    found: dict[str, dict[Act, int]] = {variant.key: {} for variant in experiment.variants}
    query = (
        sa.select(ENGAGEMENT_COUNTS)
        .where(ENGAGEMENT_COUNTS.c.experiment_id == experiment.id)
        .order_by(ENGAGEMENT_COUNTS.c.kind, ENGAGEMENT_COUNTS.c.item)
    )
    for row in db.session.execute(query):
        number = row._mapping["count"]
        if number and row.variant in found:
            found[row.variant][row.kind, row.item] = number
    return found


def faq_opened(experiment: Experiment) -> list[QuestionOpens]:
    """Return each question that the page showed, in its order, with who opened it.

    A question that several variants show is one; only those who could read it are counted.
    """
    opened = _opened(experiment)
    people = _seen_and_converted(experiment)
    found: defaultdict[str, list[Share]] = defaultdict(lambda: [NO_SHARE, NO_SHARE])
    first = set()
    for variant in experiment.variants:
        questions = [
            answer.question
            for section in corrections.page_of(experiment, variant).sections
            for answer in section.questions
        ]
        seen, converted = people.get(variant.key, (0, 0))
        first |= set(questions[:1])
        for number, question in enumerate(questions):
            all_of_them, yes = opened.get((variant.key, str(number)), (0, 0))
            shares = found[question]
            shares[0] += Share(yes, converted)
            shares[1] += Share(all_of_them - yes, seen - converted)
    return [
        QuestionOpens(question, question in first, *shares) for question, shares in found.items()
    ]


def _opened(experiment: Experiment) -> dict[tuple[str, str], tuple[int, int]]:
    """How many opened the question of this variant and number, and who converted."""
    rows = db.session.execute(
        sa.select(
            ENGAGEMENT_COUNTS.c.variant,
            ENGAGEMENT_COUNTS.c.item,
            ENGAGEMENT_COUNTS.c["count"],
            ENGAGEMENT_COUNTS.c.converted,
        ).where(
            ENGAGEMENT_COUNTS.c.experiment_id == experiment.id, ENGAGEMENT_COUNTS.c.kind == "faq"
        )
    )
    return {(variant, item): (number, of_them) for variant, item, number, of_them in rows}


def _seen_and_converted(experiment: Experiment) -> dict[str, tuple[int, int]]:
    """Seen and converted, by variant."""
    rows = db.session.execute(
        sa.select(
            KIND_TOTALS.c.variant,
            sa.func.sum(KIND_TOTALS.c.seen),
            sa.func.sum(KIND_TOTALS.c.converted),
        )
        .where(KIND_TOTALS.c.experiment_id == experiment.id, KIND_TOTALS.c.excluded_because == "")
        .group_by(KIND_TOTALS.c.variant)
    )
    return {variant: (seen, converted) for variant, seen, converted in rows}
