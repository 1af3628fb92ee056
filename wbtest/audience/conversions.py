"""What the newest conversions have in common: mailboxes, networks, moments, and what they read.

Nothing is judged here. However many there are, only the newest are read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from msgspec import Struct, convert, field, to_builtins
from msgspec.structs import replace

from wbtest.audience.email_addresses import PROVIDERS, domain_of, mailbox_of
from wbtest.audience.models import Engagement, EngagementCount, Signup, Visit
from wbtest.audience.recording.hours import day_of, hour_of
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule

SIGNUPS = cast(sa.Table, Signup.__table__)
COUNTS = cast(sa.Table, EngagementCount.__table__)
ENGAGEMENTS = cast(sa.Table, Engagement.__table__)
VISITS = cast(sa.Table, Visit.__table__)
_CAME = sa.and_(
    VISITS.c.experiment_id == SIGNUPS.c.experiment_id,
    VISITS.c.visitor == SIGNUPS.c.visitor,
    VISITS.c.excluded_because == "",
)
_DID = sa.exists().where(
    ENGAGEMENTS.c.experiment_id == SIGNUPS.c.experiment_id,
    ENGAGEMENTS.c.visitor == SIGNUPS.c.visitor,
)
# Enough to tell a share by, and as quick however many there are.
NEWEST = 500
# Under which ``Experiment.last_counts`` keeps what is told of conversions that are purged.
KEPT = "conversions"
# Fewer sign-ups than this at a domain are a family, or colleagues.
FEWEST_AT_DOMAIN = 6
FEWEST_AT_ONCE = 8
FEWEST_OF_A_KIND = 10
# A burst is looked for at two lengths.
MINUTES = (10, 60)
MINUTE_US, HOUR_US = 60_000_000, 3_600_000_000


class Row(NamedTuple):
    """A sign-up that its visitor converted by.

    ``email_key`` is no address once they left; ``mark`` is their network's, -1 for unknown.
    ``has_trace``: something is known of what they did on the page.
    """

    variant: str
    email_key: str
    mark: int = -1
    at_us: int = 0
    source: str = ""
    has_trace: bool = True


class Origin(NamedTuple):
    """From how many networks and mail domains they are; of ``known`` both are."""

    networks: int = 0
    domains: int = 0
    known: int = 0


NOWHERE = Origin()


class Burst(NamedTuple):
    """The most that came within so many minutes, of those that begin in an hour."""

    start_us: int
    minutes: int
    number: int


class Traces(NamedTuple):
    """Those of a local day or a source, both '' for all: how many, and how many left no trace."""

    day: str
    source: str
    number: int
    without: int


class Conversions(Struct, frozen=True):
    """The newest conversions: how many were read, and how many of them still have an address.

    ``domains`` is how many are at each domain of no well-known provider with at least six, the
    largest first; not which they are, since only owners see addresses, and what is told stays.
    ``again`` is how many belong to a mailbox that another one has, too, spelled otherwise.
    ``origins`` are by variant. ``bursts`` have at least eight. ``traces`` are of those who did not
    leave, all of them first, then groups of at least ten. ``readers`` are visitors who did not
    convert and are known to have read a quarter of the page.
    """

    count: int = 0
    with_address: int = 0
    domains: tuple[int, ...] = ()
    again: int = 0
    origins: dict[str, Origin] = field(default_factory=dict)
    bursts: tuple[Burst, ...] = ()
    traces: tuple[Traces, ...] = ()
    readers: int = 0

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
        sa.select(
            SIGNUPS.c.variant,
            SIGNUPS.c.email_key,
            sa.func.coalesce(VISITS.c.mark, -1),
            SIGNUPS.c.at_us,
            SIGNUPS.c.source,
            _DID,
        )
        .join_from(SIGNUPS, VISITS, _CAME, isouter=True)
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
    rows = [Row(*row) for row in db.session.execute(query)]
    return replace(summed(rows, experiment.time_zone), readers=_readers(experiment))


def _readers(experiment: Experiment) -> int:
    query = sa.select(sa.func.sum(COUNTS.c["count"] - COUNTS.c.converted)).where(
        COUNTS.c.experiment_id == experiment.id, COUNTS.c.kind == "depth", COUNTS.c.item == "25"
    )
    return int(db.session.scalar(query) or 0)


def conversions_to_keep(experiment: Experiment) -> dict[str, Any]:
    """Return the same as a part of ``Experiment.last_counts``."""
    found = newest_conversions(experiment, sealed_rule(experiment).sources)
    return {KEPT: to_builtins(found)}


def summed(rows: Sequence[Row], zone: str = "UTC") -> Conversions:
    """Return what these have in common; ``zone`` names the days. Pure.

    >>> found = summed([Row("a", "ada+1@x.io"), Row("b", "ada+2@x.io"), Row("a", "left-5f")])
    >>> found.count, found.with_address, found.again, found.origin("a")
    (3, 2, 1, Origin(networks=0, domains=1, known=0))
    """
    domains = [domain_of(row.email_key) for row in rows]
    here = [row for row, domain in zip(rows, domains, strict=True) if domain]
    moments = sorted(row.at_us for row in rows)
    return Conversions(
        count=len(rows),
        with_address=len(here),
        domains=tuple(
            number
            for name, number in Counter(domains).most_common()
            if number >= FEWEST_AT_DOMAIN and name and name not in PROVIDERS
        ),
        again=len(here) - len({mailbox_of(row.email_key) for row in here}),
        origins=_origins(rows, domains),
        bursts=tuple(burst for minutes in MINUTES for burst in _bursts(moments, minutes)),
        traces=tuple(_traces(here, zone)),
    )


def _bursts(moments: Sequence[int], minutes: int) -> list[Burst]:
    """The densest stretch of each hour, of those with enough; ``moments`` ascend."""
    found: dict[int, Burst] = {}
    end = 0
    for first, start_us in enumerate(moments):
        while end < len(moments) and moments[end] < start_us + minutes * MINUTE_US:
            end += 1
        if end - first >= FEWEST_AT_ONCE:
            hour, burst = start_us // HOUR_US, Burst(start_us, minutes, end - first)
            found[hour] = max(found.get(hour, burst), burst, key=attrgetter("number"))
    return list(found.values())


def _traces(rows: Sequence[Row], zone: str) -> Iterator[Traces]:
    """Of all of them, then of each day and each source with enough."""
    yield Traces("", "", len(rows), sum(not row.has_trace for row in rows))
    groups: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in rows:
        day = day_of(hour_of(row.at_us, zone), zone).isoformat()
        groups[day, ""].append(row.has_trace)
        groups["", row.source].append(row.has_trace)
    for (day, source), found in sorted(groups.items()):
        if FEWEST_OF_A_KIND <= len(found) < len(rows):
            yield Traces(day, source, len(found), found.count(False))


def _origins(rows: Sequence[Row], domains: Sequence[str]) -> dict[str, Origin]:
    """From where those of each variant are; a domain for each row, '' where it is not known."""
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for row, domain in zip(rows, domains, strict=True):
        found[row.variant].append((row.mark, domain))
    return {
        variant: Origin(
            networks=len({mark for mark, _ in places if mark >= 0}),
            domains=len({domain for _, domain in places if domain}),
            known=sum(mark >= 0 and bool(domain) for mark, domain in places),
        )
        for variant, places in found.items()
    }
