"""What the checks of trust ask beyond the figures: where visitors fell, and the newest addresses.

Nothing is judged here. However many addresses there are, only the newest are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.counts import KINDS
from wbtest.audience.models import Signup
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

SIGNUPS = cast(sa.Table, Signup.__table__)
# Enough to tell a share by, and as quick however many there are.
NEWEST = 1_000
# Who leaves more addresses than this is more than one person, or a machine.
ADDRESSES_OF_ONE = 2
_newest = (
    sa.select(
        SIGNUPS.c.variant,
        SIGNUPS.c.visitor,
        sa.case((SIGNUPS.c.is_disposable, 1), else_=0).label("is_disposable"),
        sa.case((SIGNUPS.c.is_automated, 1), else_=0).label("is_automated"),
        sa.case((SIGNUPS.c.confirmed_us.is_not(None), 1), else_=0).label("is_confirmed"),
    )
    .where(
        SIGNUPS.c.experiment_id == sa.bindparam("experiment_id"), SIGNUPS.c.excluded_because == ""
    )
    .order_by(SIGNUPS.c.at_us.desc())
    .limit(NEWEST)
    .cte("newest")
)
_by_visitor = (
    sa.select(sa.func.count().label("number"))
    .select_from(_newest)
    .where(_newest.c.visitor != "")
    .group_by(_newest.c.visitor)
    .having(sa.func.count() > ADDRESSES_OF_ONE)
    .subquery()
)
# The sums of all of them, where the variant is null, and a row for each variant with those that
# came without a cookie: a database adds up a thousand rows in a fourth of the time that it takes to
# hand them over.
_NEWEST = sa.union_all(
    sa.select(
        sa.null(),
        sa.func.count(),
        sa.func.sum(_newest.c.is_confirmed),
        sa.func.sum(_newest.c.is_disposable),
        sa.func.sum(_newest.c.is_automated),
        sa.select(sa.func.sum(_by_visitor.c.number)).scalar_subquery(),
    ),
    sa.select(_newest.c.variant, sa.func.count(), *[sa.literal(0)] * 4)
    .where(_newest.c.visitor == "")
    .group_by(_newest.c.variant),
)
# Under which ``Experiment.last_counts`` keeps what is told of addresses that are purged.
KEPT = "newest:"


class Cell(NamedTuple):
    """Visitors of one kind of device from one source who were served and who saw a variant."""

    device: str
    source: str
    variant: str
    served: int
    seen: int


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest addresses that count: how many, and how many of them are of a kind.

    ``disposable`` are of services that give addresses away for an hour, ``automated`` were
    confirmed so fast that a machine may have done it. ``shared`` came with the cookie of a visitor
    who left more than two. ``without_cookie`` came with none, by variant.
    """

    count: int = 0
    confirmed: int = 0
    disposable: int = 0
    automated: int = 0
    shared: int = 0
    without_cookie: dict[str, int] = field(default_factory=dict)


def cells(experiment: Experiment, phase: int, sources: Sequence[str] | None) -> list[Cell]:
    """Return who counts in a phase by device, source and variant; ``sources`` None for all."""
    is_wanted = [
        KINDS.c.experiment_id == experiment.id,
        KINDS.c.excluded_because == "",
        KINDS.c.phase == phase,
    ]
    if sources is not None:
        is_wanted.append(KINDS.c.source.in_(sources))
    by = (KINDS.c.device, KINDS.c.source, KINDS.c.variant)
    sums = (sa.func.sum(KINDS.c.served), sa.func.sum(KINDS.c.seen))
    rows = db.session.execute(sa.select(*by, *sums).where(*is_wanted).group_by(*by).order_by(*by))
    return [Cell(*row) for row in rows]


def newest_signups(experiment: Experiment) -> Newest:
    """Return what the newest addresses have in common. Of what is purged the last answer stands."""
    if experiment.purged_at is not None:
        return _from_kept(experiment.last_counts)
    rows = db.session.execute(_NEWEST, {"experiment_id": experiment.id})
    found = {variant: numbers for variant, *numbers in rows}
    # PostgreSQL adds up what it counted as numbers of any length.
    whole = [int(number or 0) for number in found.pop(None)]
    count, confirmed, disposable, automated, shared = whole
    return Newest(
        count=count,
        confirmed=confirmed,
        disposable=disposable,
        automated=automated,
        shared=shared,
        without_cookie={variant: number for variant, (number, *_) in found.items()},
    )


def newest_to_keep(experiment: Experiment) -> dict[str, int]:
    """Return the same as a part of ``Experiment.last_counts``."""
    found = newest_signups(experiment)
    plain = {name: getattr(found, name) for name in NAMES}
    return {f"{KEPT}{name}": number for name, number in plain.items()} | {
        f"{KEPT}without_cookie:{variant}": number
        for variant, number in found.without_cookie.items()
    }


NAMES = ("count", "confirmed", "disposable", "automated", "shared")


def _from_kept(kept: dict[str, int]) -> Newest:
    found: dict[str, Any] = {name: kept.get(f"{KEPT}{name}", 0) for name in NAMES}
    prefix = f"{KEPT}without_cookie:"
    without = {
        name.removeprefix(prefix): number
        for name, number in kept.items()
        if name.startswith(prefix)
    }
    return Newest(**found, without_cookie=without)
