"""What the checks of trust ask beyond the figures: where visitors fell, and the newest addresses.

Nothing is judged here. However many addresses there are, only the newest are read.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.counts import KINDS
from wbtest.audience.left_out_counts import MACHINES
from wbtest.audience.models import Signup
from wbtest.audience.traffic import PRETENDER
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

SIGNUPS = cast(sa.Table, Signup.__table__)
# Enough to tell a share by, and as quick however many there are.
NEWEST = 1_000
# Who leaves more addresses than this is more than one person, or a machine.
ADDRESSES_OF_ONE = 2
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


def pretenders(experiment: Experiment) -> int:
    """Return how many page loads said that they were Chrome and lacked what Chrome sends."""
    rows = sa.select(sa.func.sum(MACHINES.c["count"]))
    is_it = (MACHINES.c.experiment_id == experiment.id) & (MACHINES.c.family == PRETENDER)
    return db.session.scalar(rows.where(is_it)) or 0


def newest_signups(experiment: Experiment) -> Newest:
    """Return what the newest addresses have in common. Of what is purged the last answer stands."""
    if experiment.purged_at is not None:
        return _from_kept(experiment.last_counts)
    rows = db.session.execute(
        sa.select(
            SIGNUPS.c.variant,
            SIGNUPS.c.visitor,
            SIGNUPS.c.is_disposable,
            SIGNUPS.c.is_automated,
            SIGNUPS.c.confirmed_us.is_not(None),
        )
        .where(SIGNUPS.c.experiment_id == experiment.id, SIGNUPS.c.excluded_because == "")
        .order_by(SIGNUPS.c.at_us.desc())
        .limit(NEWEST)
    ).all()
    by_visitor = Counter(row.visitor for row in rows if row.visitor)
    return Newest(
        count=len(rows),
        confirmed=sum(row[4] for row in rows),
        disposable=sum(row.is_disposable for row in rows),
        automated=sum(row.is_automated for row in rows),
        shared=sum(number for number in by_visitor.values() if number > ADDRESSES_OF_ONE),
        without_cookie=dict(Counter(row.variant for row in rows if not row.visitor)),
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
