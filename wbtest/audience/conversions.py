"""What the newest conversions have in common: their mailboxes, and whose they are.

Nothing is judged here. However many there are, only the newest are read.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

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


class Domain(NamedTuple):
    """How many are at a domain; its name is '' once they are purged."""

    name: str
    number: int


class Conversions(Struct, frozen=True):
    """The newest conversions: how many were read, and how many of them still have an address.

    ``domains`` are those of no well-known provider with at least six, the largest first.
    ``again`` is how many belong to a mailbox that another one has, too, spelled otherwise.
    """

    count: int = 0
    with_address: int = 0
    domains: tuple[Domain, ...] = ()
    again: int = 0


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
    """Return the same as a part of ``Experiment.last_counts``, without the names of domains."""
    found = newest_conversions(experiment, sealed_rule(experiment).sources)
    nameless = tuple(domain._replace(name="") for domain in found.domains)
    return {KEPT: to_builtins(replace(found, domains=nameless))}


def summed(rows: Sequence[Row]) -> Conversions:
    """Return what these have in common. Pure.

    >>> summed([Row("a", "ada+1@x.io"), Row("a", "ada+2@x.io"), Row("a", "left-5f")])
    Conversions(count=3, with_address=2, domains=(), again=1)
    """
    keys = [row.email_key for row in rows if "@" in row.email_key]
    domains = Counter(map(domain_of, keys))
    return Conversions(
        count=len(rows),
        with_address=len(keys),
        domains=tuple(
            Domain(name, number)
            for name, number in domains.most_common()
            if number >= FEWEST_AT_DOMAIN and name not in PROVIDERS
        ),
        again=len(keys) - len(set(map(mailbox_of, keys))),
    )
