"""What the checks of a test's quality read beyond the figures.

What the newest conversions and addresses have in common, where visitors fell, which machines came,
who was shown two variants, and from how many networks the newest visitors came. Nothing is judged
here. However many rows there are, only the newest are read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from msgspec import Struct, convert, field, to_builtins
from msgspec.structs import replace

from wbtest.audience import email_addresses, traffic
from wbtest.audience.models import (
    ENGAGEMENT_COUNTS,
    ENGAGEMENTS,
    KIND_TOTALS,
    MACHINE_COUNTS,
    SIGNUPS,
    VISITS,
)
from wbtest.audience.recording import counting_rules, gate
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule

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
NEWEST_CONVERSIONS = 500
# Under which ``Experiment.last_counts`` keeps what is told of conversions that are purged.
CONVERSIONS_KEY = "conversions"
# Fewer sign-ups than this at a domain are a family, or colleagues.
FEWEST_AT_DOMAIN = 6
FEWEST_AT_ONCE = 8
FEWEST_OF_A_KIND = 10
# A burst is looked for at two lengths.
MINUTES = (10, 60)
MINUTE_US, HOUR_US = 60_000_000, 3_600_000_000
# Enough to tell a share by, and as quick however many there are.
NEWEST_SIGNUPS = 1_000
# Who leaves more addresses than this is more than one person, or a machine.
ADDRESSES_OF_ONE = 2
# Under which ``Experiment.last_counts`` keeps what is told of addresses that are purged.
SIGNUPS_KEY = "newest"
# As quick however many there are.
NEWEST_VISITORS = 1_000
LATELY = timedelta(days=1)
# So few networks that they may be those of a CDN.
FEW_NETWORKS = 5


class ConversionRow(NamedTuple):
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


class TraceCounts(NamedTuple):
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
    traces: tuple[TraceCounts, ...] = ()
    readers: int = 0

    def origin(self, variant: str) -> Origin:
        """Return from where those of a variant are."""
        return self.origins.get(variant, NOWHERE)


def newest_conversions(experiment: Experiment, sources: Sequence[str] | None) -> Conversions:
    """Return what the newest have in common; of what is purged the last answer stands.

    ``sources`` are those that count, None for all.
    """
    if experiment.purged_at is not None:
        return convert(experiment.last_counts.get(CONVERSIONS_KEY, {}), Conversions)
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
        .limit(NEWEST_CONVERSIONS)
    )
    if sources is not None:
        query = query.where(SIGNUPS.c.source.in_(sources))
    rows = [ConversionRow(*row) for row in db.session.execute(query)]
    return replace(sum_conversions(rows, experiment.time_zone), readers=_readers(experiment))


def _readers(experiment: Experiment) -> int:
    query = sa.select(
        sa.func.sum(ENGAGEMENT_COUNTS.c["count"] - ENGAGEMENT_COUNTS.c.converted)
    ).where(
        ENGAGEMENT_COUNTS.c.experiment_id == experiment.id,
        ENGAGEMENT_COUNTS.c.kind == "depth",
        ENGAGEMENT_COUNTS.c.item == "25",
    )
    return int(db.session.scalar(query) or 0)


def conversions_to_keep(experiment: Experiment) -> dict[str, Any]:
    """Return the same as a part of ``Experiment.last_counts``."""
    found = newest_conversions(experiment, sealed_rule(experiment).sources)
    return {CONVERSIONS_KEY: to_builtins(found)}


def sum_conversions(rows: Sequence[ConversionRow], zone: str = "UTC") -> Conversions:
    """Return what these have in common; ``zone`` names the days. Pure.

    >>> people = (("a", "ada+1@x.io"), ("b", "ada+2@x.io"), ("a", "left-5f"))
    >>> found = sum_conversions([ConversionRow(*each) for each in people])
    >>> found.count, found.with_address, found.again, found.origin("a")
    (3, 2, 1, Origin(networks=0, domains=1, known=0))
    """
    domains = [email_addresses.domain_of(row.email_key) for row in rows]
    here = [row for row, domain in zip(rows, domains, strict=True) if domain]
    moments = sorted(row.at_us for row in rows)
    return Conversions(
        count=len(rows),
        with_address=len(here),
        domains=tuple(
            number
            for name, number in Counter(domains).most_common()
            if number >= FEWEST_AT_DOMAIN and name and name not in email_addresses.PROVIDERS
        ),
        again=len(here) - len({email_addresses.mailbox_of(row.email_key) for row in here}),
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


def _traces(rows: Sequence[ConversionRow], zone: str) -> Iterator[TraceCounts]:
    """Of all of them, then of each day and each source with enough."""
    yield TraceCounts("", "", len(rows), sum(not row.has_trace for row in rows))
    groups: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in rows:
        day = counting_rules.day_of(counting_rules.hour_of(row.at_us, zone), zone).isoformat()
        groups[day, ""].append(row.has_trace)
        groups["", row.source].append(row.has_trace)
    for (day, source), found in sorted(groups.items()):
        if FEWEST_OF_A_KIND <= len(found) < len(rows):
            yield TraceCounts(day, source, len(found), found.count(False))


def _origins(rows: Sequence[ConversionRow], domains: Sequence[str]) -> dict[str, Origin]:
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


class VisitorCell(NamedTuple):
    """Visitors of one kind of device from one source who were served and who saw a variant."""

    device: str
    source: str
    variant: str
    served: int
    seen: int


class NewestSignups(Struct, frozen=True):
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


def visitor_cells(experiment: Experiment, sources: Sequence[str] | None) -> list[VisitorCell]:
    """Return who counts by device, source and variant; ``sources`` None for all."""
    by = (KIND_TOTALS.c.device, KIND_TOTALS.c.source, KIND_TOTALS.c.variant)
    query = (
        sa.select(*by, sa.func.sum(KIND_TOTALS.c.served), sa.func.sum(KIND_TOTALS.c.seen))
        .where(KIND_TOTALS.c.experiment_id == experiment.id, KIND_TOTALS.c.excluded_because == "")
        .group_by(*by)
        .order_by(*by)
    )
    if sources is not None:
        query = query.where(KIND_TOTALS.c.source.in_(sources))
    return [VisitorCell(*row) for row in db.session.execute(query)]


def newest_signups(experiment: Experiment) -> NewestSignups:
    """Return what the newest addresses have in common. Of what is purged the last answer stands."""
    if experiment.purged_at is not None:
        return convert(experiment.last_counts.get(SIGNUPS_KEY, {}), NewestSignups)
    columns = SIGNUPS.c
    rows = db.session.execute(
        sa.select(
            *(columns.variant, columns.visitor, columns.is_disposable, columns.is_automated),
            *(columns.confirmed_us, columns.is_asked_to_confirm),
        )
        .where(columns.experiment_id == experiment.id, columns.excluded_because == "")
        .order_by(columns.at_us.desc())
        .limit(NEWEST_SIGNUPS)
    ).all()
    addresses = Counter(row.visitor for row in rows if row.visitor)
    return NewestSignups(
        count=len(rows),
        confirmed=sum(row.confirmed_us is not None for row in rows),
        unasked=sum(not row.is_asked_to_confirm for row in rows),
        disposable=sum(row.is_disposable for row in rows),
        automated=sum(row.is_automated for row in rows),
        shared=sum(number for number in addresses.values() if number > ADDRESSES_OF_ONE),
        without_cookie=dict(Counter(row.variant for row in rows if not row.visitor)),
    )


def newest_to_keep(experiment: Experiment) -> dict[str, Any]:
    """Return the same as a part of ``Experiment.last_counts``."""
    return {SIGNUPS_KEY: to_builtins(newest_signups(experiment))}


def two_variants(experiment: Experiment) -> int:
    """Return how many sign-ups came from people who were shown two variants, as far as is known."""
    if experiment.purged_at is not None:
        return int(experiment.last_counts.get("two_variants", 0))
    query = (
        sa.select(sa.func.count())
        .select_from(SIGNUPS)
        .where(
            SIGNUPS.c.experiment_id == experiment.id,
            SIGNUPS.c.other_variant > "",
            SIGNUPS.c.excluded_because == "",
        )
    )
    return db.session.scalar(query) or 0


class Machines(NamedTuple):
    """Requests of machines: ``by_variant`` by variant and reason.

    ``pretenders`` are page loads that said they were Chrome and lacked what Chrome sends.
    """

    by_variant: dict[str, dict[str, int]]
    pretenders: int

    @property
    def reasons(self) -> list[str]:
        """Why they did not count, in order."""
        return sorted({reason for row in self.by_variant.values() for reason in row})


def machines_of(experiment: Experiment) -> Machines:
    """Return which machines came to this experiment, from one statement."""
    is_pretending = MACHINE_COUNTS.c.family == traffic.PRETENDER
    rows = db.session.execute(
        sa.select(
            MACHINE_COUNTS.c.variant,
            MACHINE_COUNTS.c.reason,
            sa.func.sum(MACHINE_COUNTS.c["count"]),
            sa.func.sum(sa.case((is_pretending, MACHINE_COUNTS.c["count"]), else_=0)),
        )
        .where(MACHINE_COUNTS.c.experiment_id == experiment.id)
        .group_by(MACHINE_COUNTS.c.variant, MACHINE_COUNTS.c.reason)
    )
    found: dict[str, dict[str, int]] = {variant.key: {} for variant in experiment.variants}
    pretenders = 0
    for variant, reason, number, pretending in rows:
        found.setdefault(variant, {})[reason] = number
        pretenders += pretending
    return Machines(found, pretenders)


class NewestNetworks(NamedTuple):
    """The newest visitors of a test in the last day.

    ``unknown`` of them came from a network that nobody can tell, ``of_few`` from the FEW networks
    that brought most.
    """

    slug: str
    visitors: int
    unknown: int
    of_few: int


def newest_networks(now: datetime) -> list[NewestNetworks]:
    """Return the newest visitors of each running test, those of the crowd among them."""
    running = sa.select(Experiment.id, Experiment.slug).where(Experiment.state == "running")
    return [
        _newest_networks(*row, now) for row in db.session.execute(running.order_by(Experiment.id))
    ]


def _newest_networks(experiment_id: int, slug: str, now: datetime) -> NewestNetworks:
    newest = (
        sa.select(VISITS.c.mark)
        .where(
            VISITS.c.experiment_id == experiment_id,
            VISITS.c.excluded_because.in_(("", gate.CROWD)),
            VISITS.c.at_us > counting_rules.microseconds_of(now - LATELY),
        )
        # With a cookie a visitor's number begins with the moment at which they came; without one
        # these are any of the last day.
        .order_by(VISITS.c.visitor.desc())
        .limit(NEWEST_VISITORS)
        .subquery()
    )
    query = sa.select(newest.c.mark, sa.func.count().label("number")).group_by(newest.c.mark)
    counts: dict[int, int] = {row.mark: row.number for row in db.session.execute(query)}
    unknown = counts.pop(gate.UNKNOWN_MARK, 0)
    of_few = sum(sorted(counts.values())[-FEW_NETWORKS:])
    return NewestNetworks(slug, unknown + sum(counts.values()), unknown, of_few)
