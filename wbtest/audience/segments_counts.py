"""What the checks of trust ask beyond the figures: where visitors fell, and the newest addresses.

Nothing is judged here. However many addresses there are, only the newest are read.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from msgspec import Struct, field

from wbtest.audience.counts import KINDS
from wbtest.audience.models import Signup
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


class Newest(Struct, frozen=True):
    """The newest addresses that count: how many, and how many of them are of a kind.

    ``unasked`` were taken without asking to confirm them, as where no mail server is set.
    ``disposable`` are of services that give addresses away for an hour, ``automated`` were
    confirmed so fast that a machine may have done it. ``shared`` came with the cookie of a visitor
    who left more than two. ``without_cookie`` came with none, by variant.
    """

    count: int = 0
    confirmed: int = 0
    unasked: int = 0
    disposable: int = 0
    automated: int = 0
    shared: int = 0
    without_cookie: dict[str, int] = field(default_factory=dict)


def cells(experiment: Experiment, sources: Sequence[str] | None) -> list[Cell]:
    """Return who counts by device, source and variant; ``sources`` None for all."""
    by = (KINDS.c.device, KINDS.c.source, KINDS.c.variant)
    query = (
        sa.select(*by, sa.func.sum(KINDS.c.served), sa.func.sum(KINDS.c.seen))
        .where(KINDS.c.experiment_id == experiment.id, KINDS.c.excluded_because == "")
        .group_by(*by)
        .order_by(*by)
    )
    if sources is not None:
        query = query.where(KINDS.c.source.in_(sources))
    return [Cell(*row) for row in db.session.execute(query)]


def newest_signups(experiment: Experiment) -> Newest:
    """Return what the newest addresses have in common. Of what is purged the last answer stands."""
    if experiment.purged_at is not None:
        return _from_kept(experiment.last_counts)
    newest = (
        sa.select(
            SIGNUPS.c.variant,
            SIGNUPS.c.visitor,
            sa.case((SIGNUPS.c.is_disposable, 1), else_=0).label("is_disposable"),
            sa.case((SIGNUPS.c.is_automated, 1), else_=0).label("is_automated"),
            sa.case((SIGNUPS.c.confirmed_us.is_not(None), 1), else_=0).label("is_confirmed"),
            sa.case((SIGNUPS.c.is_asked_to_confirm, 0), else_=1).label("is_unasked"),
        )
        .where(SIGNUPS.c.experiment_id == experiment.id, SIGNUPS.c.excluded_because == "")
        .order_by(SIGNUPS.c.at_us.desc())
        .limit(NEWEST)
        .cte("newest")
    )
    # One row: a database adds up a thousand in a fourth of the time that it takes to hand them
    # over. Visitors are counted here, since the database would put them in order first. Their
    # numbers hold no comma, nor do the keys of the variants that came without a cookie.
    query = sa.select(
        sa.func.count(),
        sa.func.sum(newest.c.is_confirmed),
        sa.func.sum(newest.c.is_unasked),
        sa.func.sum(newest.c.is_disposable),
        sa.func.sum(newest.c.is_automated),
        sa.func.aggregate_strings(newest.c.visitor, ","),
        sa.func.aggregate_strings(sa.case((newest.c.visitor == "", newest.c.variant)), ","),
    )
    count, confirmed, unasked, disposable, automated, visitors, without_cookie = db.session.execute(
        query
    ).one()
    addresses = Counter(_parts(visitors))
    addresses.pop("", None)
    return Newest(
        count=count,
        # PostgreSQL adds up what it counted as numbers of any length.
        confirmed=int(confirmed or 0),
        unasked=int(unasked or 0),
        disposable=int(disposable or 0),
        automated=int(automated or 0),
        shared=sum(number for number in addresses.values() if number > ADDRESSES_OF_ONE),
        without_cookie=dict(Counter(_parts(without_cookie))),
    )


def _parts(joined: str | None) -> list[str]:
    return [] if joined is None else joined.split(",")


def newest_to_keep(experiment: Experiment) -> dict[str, int]:
    """Return the same as a part of ``Experiment.last_counts``."""
    found = newest_signups(experiment)
    plain = {name: getattr(found, name) for name in NAMES}
    return {f"{KEPT}{name}": number for name, number in plain.items()} | {
        f"{KEPT}without_cookie:{variant}": number
        for variant, number in found.without_cookie.items()
    }


NAMES = ("count", "confirmed", "unasked", "disposable", "automated", "shared")


def _from_kept(kept: dict[str, int]) -> Newest:
    found: dict[str, Any] = {name: kept.get(f"{KEPT}{name}", 0) for name in NAMES}
    prefix = f"{KEPT}without_cookie:"
    without = {
        name.removeprefix(prefix): number
        for name, number in kept.items()
        if name.startswith(prefix)
    }
    return Newest(**found, without_cookie=without)
