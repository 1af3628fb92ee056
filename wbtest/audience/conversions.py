"""What the newest conversions have in common: their mailboxes, and whose they are.

Nothing is judged here. However many there are, only the newest are read.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from msgspec import Struct, convert, field, to_builtins

from wbtest.audience.mailboxes import PROVIDERS, domain_of, mailbox_of
from wbtest.audience.models import Signup
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_rule

SIGNUPS = cast(sa.Table, Signup.__table__)
# Enough to tell a share by, and as quick however many there are.
NEWEST = 1_000
# Under which ``Experiment.last_counts`` keeps what is told of conversions that are purged.
KEPT = "conversions"
# Fewer sign-ups than this at a domain are a family, or colleagues.
FEWEST_AT_DOMAIN = 6


class Row(NamedTuple):
    """A sign-up that its visitor converted by. ``email_key`` is no address once they left."""

    variant: str
    email_key: str


class Origin(NamedTuple):
    """From how many mail domains so many addresses are."""

    domains: int
    addresses: int


NOWHERE = Origin(0, 0)


class Conversions(Struct, frozen=True):
    """The newest conversions: how many were read, and how many of them still have an address.

    ``domains`` is how many are at each domain of no well-known provider with at least six, the
    largest first; not which they are, since only owners see addresses, and what is told stays.
    ``again`` is how many belong to a mailbox that another one has, too, spelled otherwise.
    ``origins`` are by variant.
    """

    count: int = 0
    with_address: int = 0
    domains: tuple[int, ...] = ()
    again: int = 0
    origins: dict[str, Origin] = field(default_factory=dict)

    def origin(self, variant: str) -> Origin:
        """Return from where those of a variant are."""
        return self.origins.get(variant, NOWHERE)


def newest_conversions(experiment: Experiment, sources: Sequence[str] | None) -> Conversions:
    """Return what the newest have in common; of what is purged the last answer stands.

    ``sources`` are those that count, None for all.
    """
    if experiment.purged_at is not None:
        return convert(experiment.last_counts.get(KEPT, {}), Conversions)
    query = (
        sa.select(SIGNUPS.c.variant, SIGNUPS.c.email_key)
        .where(
            SIGNUPS.c.experiment_id == experiment.id,
            SIGNUPS.c.excluded_because == "",
            SIGNUPS.c.is_converted,
        )
        .order_by(SIGNUPS.c.at_us.desc())
        .limit(NEWEST)
    )
    if sources is not None:
        query = query.where(SIGNUPS.c.source.in_(sources))
    return summed([Row(*row) for row in db.session.execute(query)])


def conversions_to_keep(experiment: Experiment) -> dict[str, Any]:
    """Return the same as a part of ``Experiment.last_counts``."""
    found = newest_conversions(experiment, sealed_rule(experiment).sources)
    return {KEPT: to_builtins(found)}


def summed(rows: Sequence[Row]) -> Conversions:
    """Return what these have in common. Pure.

    >>> found = summed([Row("a", "ada+1@x.io"), Row("b", "ada+2@x.io"), Row("a", "left-5f")])
    >>> found.count, found.with_address, found.again, found.origin("a")
    (3, 2, 1, Origin(domains=1, addresses=1))
    """
    rows_with = [row for row in rows if "@" in row.email_key]
    keys = [row.email_key for row in rows_with]
    domains = Counter(map(domain_of, keys))
    by_variant: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows_with:
        by_variant[row.variant].append(domain_of(row.email_key))
    return Conversions(
        count=len(rows),
        with_address=len(keys),
        domains=tuple(
            number
            for name, number in domains.most_common()
            if number >= FEWEST_AT_DOMAIN and name not in PROVIDERS
        ),
        again=len(keys) - len(set(map(mailbox_of, keys))),
        origins={key: Origin(len(set(found)), len(found)) for key, found in by_variant.items()},
    )
