"""The figures of an experiment, read from the hourly roll-up alone, however many visits there were.

What they mean is said at ``models.HourlyCount``. Nothing is judged here.
"""

from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.models import HourlyCount, MachineCount, Signup
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

Sources = tuple[str, ...] | None
ByVariant = dict[str, "Totals"]
# Sums are plain rows: as attributes of the classes each of them would cost twice as much.
COUNTS = cast(sa.Table, HourlyCount.__table__)
MACHINES = cast(sa.Table, MachineCount.__table__)


@dataclass(frozen=True, slots=True)
class Totals:
    """Visitors and sign-ups that count."""

    served: int = 0
    seen: int = 0
    converted: int = 0
    arrived: int = 0
    signups: int = 0
    unseen: int = 0
    confirmed: int = 0
    answered: int = 0
    agreed: int = 0


class Kind(NamedTuple):
    """What visitors have in common; '' for a language that their browser does not name."""

    source: str
    device: str
    language: str


class Hourly(NamedTuple):
    """The same of one variant in one hour; ``hour`` is its start in seconds since 1970."""

    phase: int
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
    agreed: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of what counts; None asks for everything.

    ``since`` and ``before`` are seconds since 1970: hours that began at the one or later, and
    before the other.
    """

    sources: Sources = None
    device: str | None = None
    since: int | None = None
    before: int | None = None


WHOLE = Cut()
SUMS = [sa.func.sum(COUNTS.c[field.name]) for field in fields(Totals)]


def hourly(experiment: Experiment, sources: Sources = None) -> list[Hourly]:
    """Return the hours in which something was counted, by phase, variant and time.

    ``sources`` are those to count, None for all.
    """
    by = (COUNTS.c.phase, COUNTS.c.variant, COUNTS.c.hour)
    rows = db.session.execute(
        sa.select(*by, *SUMS).where(*_counting(experiment, sources)).group_by(*by).order_by(*by)
    )
    return [Hourly._make(row) for row in rows.all()]


def totals_by_variant(experiment: Experiment, phase: int, sources: Sources = None) -> ByVariant:
    """Return the totals of a phase for each variant, in their order, those without any included."""
    rows = db.session.execute(
        sa.select(COUNTS.c.variant, *SUMS)
        .where(*_counting(experiment, sources), COUNTS.c.phase == phase)
        .group_by(COUNTS.c.variant)
    )
    found = {variant: Totals(*sums) for variant, *sums in rows}
    return {variant.key: found.get(variant.key, Totals()) for variant in experiment.variants}


def hours_of_phase(experiment: Experiment, phase: int, cut: Cut = WHOLE) -> list[Hourly]:
    """Return the hours of a phase in which something was counted, by variant and time."""
    by = (COUNTS.c.phase, COUNTS.c.variant, COUNTS.c.hour)
    rows = db.session.execute(
        sa.select(*by, *SUMS).where(*_cut(experiment, phase, cut)).group_by(*by).order_by(*by)
    )
    return [Hourly._make(row) for row in rows.all()]


def by_source(experiment: Experiment, phase: int) -> dict[str, ByVariant]:
    """Return the totals of a phase by source and variant, the source with most visits first."""
    return _grouped(COUNTS.c.source, experiment, _cut(experiment, phase, WHOLE))


def by_device(experiment: Experiment, phase: int) -> dict[str, ByVariant]:
    """Return the totals of a phase by device and variant, the device with most visits first."""
    return _grouped(COUNTS.c.device, experiment, _cut(experiment, phase, WHOLE))


def by_language(experiment: Experiment, phase: int) -> dict[str, ByVariant]:
    """Return the totals of a phase by language and variant, the one with most visits first.

    '' are browsers that name no language.
    """
    return _grouped(COUNTS.c.language, experiment, _cut(experiment, phase, WHOLE))


def kinds_of_visitors(
    experiment: Experiment, phase: int, cut: Cut = WHOLE
) -> list[tuple[Kind, str, Totals]]:
    """Return the totals of a phase by source, device and language, and by variant: one select."""
    by = (COUNTS.c.source, COUNTS.c.device, COUNTS.c.language, COUNTS.c.variant)
    rows = db.session.execute(
        sa.select(*by, *SUMS).where(*_cut(experiment, phase, cut)).group_by(*by).order_by(*by)
    )
    return [
        (Kind(source, device, language), variant, Totals(*sums))
        for source, device, language, variant, *sums in rows
    ]


def sources(experiment: Experiment) -> list[str]:
    """Return where anybody who counts came from, in all phases."""
    rows = db.session.scalars(
        sa.select(COUNTS.c.source).where(*_counting(experiment, None)).distinct()
    )
    return sorted(rows)


def by_source_ever(experiment: Experiment) -> dict[str, Totals]:
    """Return the totals of all phases and variants by source.

    Good for what money bought; rates of phases and variants are never added up.
    """
    rows = db.session.execute(
        sa.select(COUNTS.c.source, *SUMS)
        .where(*_counting(experiment, None))
        .group_by(COUNTS.c.source)
    )
    return {source: Totals(*sums) for source, *sums in rows}


def left_out(experiment: Experiment, phase: int, sources: Sources = None) -> dict[str, ByVariant]:
    """Return the totals of a phase that do not count, by reason and variant; machines apart."""
    which = [COUNTS.c.experiment_id == experiment.id, COUNTS.c.excluded_because != ""]
    if sources is not None:
        which.append(COUNTS.c.source.in_(sources))
    return _grouped(COUNTS.c.excluded_because, experiment, [*which, COUNTS.c.phase == phase])


def two_variants(experiment: Experiment) -> int:
    """Return how many sign-ups came from people who were shown two variants, as far as is known."""
    if experiment.purged_at is not None:
        return experiment.last_counts.get("two_variants", 0)
    rows = sa.select(sa.func.count()).select_from(Signup)
    is_it = (Signup.experiment_id == experiment.id) & (Signup.other_variant > "")
    return db.session.scalar(rows.where(is_it, Signup.excluded_because == "")) or 0


def excluded_by_reason(experiment: Experiment) -> dict[str, dict[str, int]]:
    """Return how many visits of people and requests of machines did not count, by variant, reason.

    All phases together. Sign-ups that do not count are ``excluded_signups``.
    """
    found = _excluded(experiment, COUNTS.c.served)
    rows = db.session.execute(
        sa.select(MACHINES.c.variant, MACHINES.c.reason, sa.func.sum(MACHINES.c["count"]))
        .where(MACHINES.c.experiment_id == experiment.id)
        .group_by(MACHINES.c.variant, MACHINES.c.reason)
    )
    for variant, reason, number in rows:
        found[variant][reason] = found[variant].get(reason, 0) + number
    return {key: dict(sorted(reasons.items())) for key, reasons in found.items()}


def excluded_signups(experiment: Experiment) -> dict[str, dict[str, int]]:
    """Return how many sign-ups were kept and do not count, by variant and reason."""
    return dict(_excluded(experiment, COUNTS.c.signups))


def machines(experiment: Experiment) -> dict[str, int]:
    """Return how many requests of machines there were, by reason."""
    rows = db.session.execute(
        sa.select(MACHINES.c.reason, sa.func.sum(MACHINES.c["count"]))
        .where(MACHINES.c.experiment_id == experiment.id)
        .group_by(MACHINES.c.reason)
        .order_by(MACHINES.c.reason)
    )
    return dict(rows.all())


def _counting(experiment: Experiment, sources: Sources) -> list[sa.ColumnElement[bool]]:
    """What restricts the roll-up to what counts."""
    which = [COUNTS.c.experiment_id == experiment.id, COUNTS.c.excluded_because == ""]
    return which if sources is None else [*which, COUNTS.c.source.in_(sources)]


def _cut(experiment: Experiment, phase: int, cut: Cut) -> list[sa.ColumnElement[bool]]:
    """What restricts the roll-up to a part of what counts in a phase."""
    which = [*_counting(experiment, cut.sources), COUNTS.c.phase == phase]
    if cut.device is not None:
        which.append(COUNTS.c.device == cut.device)
    if cut.since is not None:
        which.append(COUNTS.c.hour >= cut.since)
    if cut.before is not None:
        which.append(COUNTS.c.hour < cut.before)
    return which


def _grouped(
    column: Any, experiment: Experiment, which: list[sa.ColumnElement[bool]]
) -> dict[str, ByVariant]:
    rows = db.session.execute(
        sa.select(column, COUNTS.c.variant, *SUMS).where(*which).group_by(column, COUNTS.c.variant)
    )
    found: defaultdict[str, ByVariant] = defaultdict(
        lambda: {variant.key: Totals() for variant in experiment.variants}
    )
    for name, variant, *sums in rows:
        found[name][variant] = Totals(*sums)

    def most_first(name: str) -> tuple[int, str]:
        return -sum(totals.served for totals in found[name].values()), name

    return {name: found[name] for name in sorted(found, key=most_first)}


def _excluded(experiment: Experiment, column: Any) -> defaultdict[str, dict[str, int]]:
    rows = db.session.execute(
        sa.select(COUNTS.c.variant, COUNTS.c.excluded_because, sa.func.sum(column))
        .where(COUNTS.c.experiment_id == experiment.id, COUNTS.c.excluded_because != "")
        .group_by(COUNTS.c.variant, COUNTS.c.excluded_because)
        .order_by(COUNTS.c.excluded_because)
    )
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    found.update({variant.key: {} for variant in experiment.variants})
    for variant, reason, number in rows:
        if number:
            found[variant][reason] = number
    return found
