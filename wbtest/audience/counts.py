"""The figures of an experiment, read from roll-ups alone, however many visits there were.

What they mean is said at ``models.HourlyCount``. Each question goes to the coarsest roll-up that
answers it. Nothing is judged here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from msgspec import Struct

from wbtest.audience.models import DayTotal, HourlyCount, HourTotal, KindTotal
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Conversion
from wbtest.publishing.sealing import sealed_rule

Sources = tuple[str, ...] | None
ByVariant = dict[str, "Totals"]
# By local day.
Daily = dict[date, ByVariant]
# Sums are plain rows: as attributes of the classes each of them would cost twice as much.
HOURLY = cast(sa.Table, HourlyCount.__table__)
DAYS = cast(sa.Table, DayTotal.__table__)
HOURS = cast(sa.Table, HourTotal.__table__)
KINDS = cast(sa.Table, KindTotal.__table__)


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
    call: int = 0
    preorder: int = 0

    def acted(self, conversion: Conversion) -> int:
        """How many did what converts, seen before or not, in time or not."""
        did: int = self.signups if conversion == "signup" else getattr(self, conversion)
        return did


class Kind(NamedTuple):
    """What visitors have in common; '' for a language that their browser does not name."""

    source: str
    device: str
    language: str


class Hourly(NamedTuple):
    """Totals of one variant in one hour; ``hour`` is its start in seconds since 1970."""

    variant: str
    hour: int
    served: int
    seen: int
    converted: int
    arrived: int
    signups: int
    unseen: int
    confirmed: int
    answered: int
    price: int
    call: int
    preorder: int


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


def added(parts: Iterable[Totals | Hourly]) -> Totals:
    """Return the sum; of none it is zero.

    >>> added([Totals(served=2, seen=1), Totals(served=1)]).served
    3
    """
    return Totals(*map(sum, zip(*map(_numbers_of, parts), strict=True)))


WHOLE = Cut()
NAMES = list(Totals.__struct_fields__)
HOUR_OF = ("variant", "hour")
# A variant and its numbers.
Row = tuple[Any, ...]


def daily(tests: Collection[int]) -> defaultdict[int, Daily]:
    """Return by id what counted by the rule of these experiments, by local day in order.

    Days on which nothing happened are left out. As many queries for fifty experiments as for one.
    """
    names = ("experiment_id", "day", "variant", *NAMES)
    query = sa.select(*[DAYS.c[name] for name in names]).where(DAYS.c.experiment_id.in_(tests))
    found: defaultdict[int, Daily] = defaultdict(dict)
    for test, day, variant, *numbers in db.session.execute(query.order_by(DAYS.c.day)):
        found[test].setdefault(day, {})[variant] = Totals(*numbers)
    return found


def by_hour(tests: Collection[int]) -> defaultdict[int, list[Row]]:
    """Return by id what counted by the rule of these experiments: a row for each hour and variant.

    A row holds the hour's start in seconds since 1970, the variant, and ``seen``, ``arrived`` and
    ``converted`` as ``models.HourlyCount`` has them. Rows come in no order.
    """
    names = ("experiment_id", "hour", "variant", "seen", "arrived", "converted")
    query = sa.select(*[HOURS.c[name] for name in names]).where(HOURS.c.experiment_id.in_(tests))
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in db.session.execute(query).all():
        found[row[0]].append(row[1:])
    return found


def hours_of(experiment: Experiment, cut: Cut = WHOLE) -> list[Hourly]:
    """Return the hours in which something was counted, by variant and time."""
    if cut.device is None and _is_by_rule(experiment, cut.sources):
        by = [HOURS.c[name] for name in HOUR_OF]
        is_wanted = [HOURS.c.experiment_id == experiment.id]
        query = sa.select(*by, *[HOURS.c[name] for name in NAMES])
        rows = db.session.execute(query.where(*is_wanted, *_span(HOURS, cut)).order_by(*by))
    else:
        by = [HOURLY.c[name] for name in HOUR_OF]
        is_wanted = [*_cut(HOURLY, experiment, cut), *_span(HOURLY, cut)]
        query = sa.select(*by, *_sums(HOURLY)).group_by(*by)
        rows = db.session.execute(query.where(*is_wanted).order_by(*by))
    return [Hourly._make(row) for row in rows.all()]


def totals_by_variant(experiment: Experiment, sources: Sources = None) -> ByVariant:
    """Return the totals for each variant, in their order, those without any included."""
    rows = db.session.execute(
        sa.select(KINDS.c.variant, *_sums(KINDS))
        .where(*_cut(KINDS, experiment, Cut(sources)))
        .group_by(KINDS.c.variant)
    )
    found = {variant: Totals(*sums) for variant, *sums in rows}
    return {variant.key: found.get(variant.key, Totals()) for variant in experiment.variants}


def kinds_of_visitors(experiment: Experiment, cut: Cut = WHOLE) -> list[tuple[Kind, str, Totals]]:
    """Return the totals by source, device and language, and by variant: one select."""
    table = KINDS if cut.since is None and cut.before is None else HOURLY
    by = [table.c[name] for name in (*Kind._fields, "variant")]
    span = () if table is KINDS else _span(table, cut)
    rows = db.session.execute(
        sa.select(*by, *_sums(table))
        .where(*_cut(table, experiment, cut), *span)
        .group_by(*by)
        .order_by(*by)
    )
    return [
        (Kind(source, device, language), variant, Totals(*sums))
        for source, device, language, variant, *sums in rows
    ]


def by_source_ever(experiment: Experiment) -> dict[str, Totals]:
    """Return the totals of all variants by source.

    Good for what money bought; rates of variants are never added up.
    """
    rows = db.session.execute(
        sa.select(KINDS.c.source, *_sums(KINDS))
        .where(*_counting(KINDS, experiment))
        .group_by(KINDS.c.source)
    )
    return {source: Totals(*sums) for source, *sums in rows}


def left_out(experiment: Experiment, sources: Sources = None) -> dict[str, ByVariant]:
    """Return the totals that do not count, by reason and variant; machines apart."""
    which = [KINDS.c.experiment_id == experiment.id, KINDS.c.excluded_because != ""]
    if sources is not None:
        which.append(KINDS.c.source.in_(sources))
    return _grouped(KINDS.c.excluded_because, experiment, which)


def _is_by_rule(experiment: Experiment, sources: Sources) -> bool:
    """Whether these are the sources that the rule counts."""
    return sources == sealed_rule(experiment).sources


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


def _grouped(
    column: Any, experiment: Experiment, which: list[sa.ColumnElement[bool]]
) -> dict[str, ByVariant]:
    rows = db.session.execute(
        sa.select(column, KINDS.c.variant, *_sums(KINDS))
        .where(*which)
        .group_by(column, KINDS.c.variant)
    )
    found: defaultdict[str, ByVariant] = defaultdict(
        lambda: {variant.key: Totals() for variant in experiment.variants}
    )
    for name, variant, *sums in rows:
        found[name][variant] = Totals(*sums)

    def most_first(name: str) -> tuple[int, str]:
        return -sum(totals.served for totals in found[name].values()), name

    return {name: found[name] for name in sorted(found, key=most_first)}
