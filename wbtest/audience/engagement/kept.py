"""What seen visitors did, as rows and as counts: kept, removed, and counted anew.

Only of who counts as seen, and at the variant of their sighting: so of those who opened a
question none is missing among those who saw the page. Whoever stops counting takes it along. What
people did who converted is counted once more.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from wbtest import driver
from wbtest.audience.models import Engagement, EngagementCount, Sighting, Signup
from wbtest.audience.recording import rows as kept
from wbtest.audience.recording.events import Did

ENGAGEMENTS = cast(sa.Table, Engagement.__table__)
COUNTS = cast(sa.Table, EngagementCount.__table__)
SIGHTINGS = cast(sa.Table, Sighting.__table__)
SIGNUPS = cast(sa.Table, Signup.__table__)
_CONVERTED = (SIGNUPS.c.is_converted, SIGNUPS.c.excluded_because == "")

# Experiment and visitor.
Who = tuple[int, str]


class Place(NamedTuple):
    """A row of the counts."""

    experiment_id: int
    variant: str
    kind: str
    item: str


class Act(NamedTuple):
    """Something that somebody did, as it is stored."""

    experiment_id: int
    visitor: str
    kind: str
    item: str
    variant: str


_ACTS = (
    f"SELECT {', '.join(Act._fields)} FROM engagements "  # noqa: S608 - names and marks
    f"WHERE experiment_id = ? AND visitor IN ({driver.MANY})"
)
# How many people did it, and how many of them converted.
Numbers = tuple[int, int]
_place = attrgetter(*Place._fields)


def keep(connection: sa.Connection, events: Sequence[Did]) -> None:
    """Insert and count what is new of visitors who are seen by now."""
    seen = _seen(connection, {(event.experiment_id, event.visitor) for event in events})
    rows: dict[tuple[Any, ...], kept.Row] = {}
    for event in sorted(events, key=lambda event: event.at_us):
        who = event.experiment_id, event.visitor
        if who in seen:
            for kind, item in event.acts:
                key = (*who, kind, item)
                rows.setdefault(key, _row(key, seen[who], event.at_us))
    for stored in _of(connection, {key[:2] for key in rows}):
        rows.pop((stored.experiment_id, stored.visitor, stored.kind, stored.item), None)
    if rows:
        connection.execute(sa.insert(ENGAGEMENTS), list(rows.values()))
        did = [
            (key[:2], Place(*[row[name] for name in Place._fields])) for key, row in rows.items()
        ]
        converted = _converted(connection, {who for who, _ in did})
        _count(connection, [(place, (1, who in converted)) for who, place in did])


def remove(connection: sa.Connection, visitors: Collection[Who]) -> None:
    """Delete what these visitors did, and count it no more."""
    stored = _of(connection, visitors)
    if not stored:
        return
    whose = {(row.experiment_id, row.visitor) for row in stored}
    converted = _converted(connection, whose)
    did = [((row.experiment_id, row.visitor), Place(*_place(row))) for row in stored]
    _count(connection, [(place, (-1, -(who in converted))) for who, place in did])
    for experiment_id, visitor in whose:
        is_theirs = (ENGAGEMENTS.c.experiment_id == experiment_id) & (
            ENGAGEMENTS.c.visitor == visitor
        )
        connection.execute(sa.delete(ENGAGEMENTS).where(is_theirs))


def mark(connection: sa.Connection, converted: Mapping[Who, bool]) -> None:
    """Count what these visitors did as done by people who converted, or who do so no more."""
    did = _of(connection, converted.keys())
    signs = [1 if converted[row.experiment_id, row.visitor] else -1 for row in did]
    places = [Place(*_place(row)) for row in did]
    _count(connection, [(place, (0, sign)) for place, sign in zip(places, signs, strict=True)])


def differences(connection: sa.Connection, experiment_id: int) -> list[str]:
    """Return a line for each count that is not what the rows say, and for each row too many."""
    found = [
        f"experiment {experiment_id}, visitor {row.visitor}: did something and is not seen"
        for row in connection.execute(_strays(experiment_id))
    ]
    right, stored = _recount(connection, experiment_id), _stored(connection, experiment_id)
    for place in sorted(right.keys() | stored.keys()):
        if right[place] != stored[place]:
            where = ", ".join(map(str, place[1:]))
            found.append(
                f"experiment {experiment_id}, {where}: {_said(stored[place])} did it, the "
                f"events say {_said(right[place])}"
            )
    return found


def rebuild(connection: sa.Connection, experiment_id: int) -> None:
    """Make the counts what the rows say, without those of visitors who are not seen."""
    strays = {(experiment_id, row.visitor) for row in connection.execute(_strays(experiment_id))}
    remove(connection, strays)
    connection.execute(sa.delete(COUNTS).where(COUNTS.c.experiment_id == experiment_id))
    right = _recount(connection, experiment_id)
    _count(connection, right.items())


def _row(key: tuple[Any, ...], sighting: Any, at_us: int) -> kept.Row:
    names = ("experiment_id", "visitor", "kind", "item")
    where = {"variant": sighting.variant, "at_us": at_us}
    return dict(zip(names, key, strict=True)) | where


def _count(connection: sa.Connection, did: Iterable[tuple[Place, Numbers]]) -> None:
    people: Counter[Place] = Counter()
    converted: Counter[Place] = Counter()
    for place, (number, of_them) in did:
        people[place] += number
        converted[place] += of_them
    rows = [
        place._asdict() | {"count": number, "converted": converted[place]}
        for place, number in sorted(people.items())
        if number or converted[place]
    ]
    kept.add(connection, COUNTS, rows)


def _converted(connection: sa.Connection, visitors: Collection[Who]) -> set[Who]:
    """Those of them whose sign-up is a conversion."""
    if not visitors:
        return set()
    names = (SIGNUPS.c.experiment_id, SIGNUPS.c.visitor)
    rows = connection.execute(sa.select(*names).where(*_are(SIGNUPS, visitors), *_CONVERTED))
    return {(experiment_id, visitor) for experiment_id, visitor in rows}


def _said(numbers: Numbers) -> str:
    return f"{numbers[0]} people ({numbers[1]} of them converted)"


def _seen(connection: sa.Connection, visitors: Collection[Who]) -> dict[Who, Any]:
    """Their sightings that count."""
    if not visitors:
        return {}
    rows = connection.execute(
        sa.select(SIGHTINGS).where(
            *_are(SIGHTINGS, visitors), SIGHTINGS.c.excluded_because == "", SIGHTINGS.c.is_counted
        )
    )
    return {(row.experiment_id, row.visitor): row for row in rows}


def _of(connection: sa.Connection, visitors: Collection[Who]) -> list[Act]:
    """What is stored of what they did."""
    return [Act._make(row) for row in driver.ask_pairs(connection, _ACTS, visitors)]


def _are(table: sa.Table, visitors: Collection[Who]) -> list[sa.ColumnElement[bool]]:
    return [
        table.c.experiment_id.in_({experiment_id for experiment_id, _ in visitors}),
        table.c.visitor.in_({visitor for _, visitor in visitors}),
    ]


def _strays(experiment_id: int) -> sa.Select[Any]:
    """The visitors of whom something is stored though they do not count as seen."""
    is_seen = sa.exists().where(
        SIGHTINGS.c.experiment_id == ENGAGEMENTS.c.experiment_id,
        SIGHTINGS.c.visitor == ENGAGEMENTS.c.visitor,
        SIGHTINGS.c.variant == ENGAGEMENTS.c.variant,
        SIGHTINGS.c.excluded_because == "",
        SIGHTINGS.c.is_counted,
    )
    return (
        sa.select(ENGAGEMENTS.c.visitor)
        .distinct()
        .where(ENGAGEMENTS.c.experiment_id == experiment_id, ~is_seen)
        .order_by(ENGAGEMENTS.c.visitor)
    )


def _recount(connection: sa.Connection, experiment_id: int) -> defaultdict[Place, Numbers]:
    where = [ENGAGEMENTS.c[name] for name in Place._fields]
    is_converted = sa.exists().where(
        SIGNUPS.c.experiment_id == ENGAGEMENTS.c.experiment_id,
        SIGNUPS.c.visitor == ENGAGEMENTS.c.visitor,
        *_CONVERTED,
    )
    rows = connection.execute(
        sa.select(
            *where,
            sa.func.count().label("people"),
            sa.func.sum(sa.case((is_converted, 1), else_=0)).label("converted"),
        )
        .where(ENGAGEMENTS.c.experiment_id == experiment_id)
        .group_by(*where)
    )
    found = {Place(*_place(row)): (row.people, row.converted) for row in rows}
    return defaultdict(_nobody, found)


def _stored(connection: sa.Connection, experiment_id: int) -> defaultdict[Place, Numbers]:
    is_of = COUNTS.c.experiment_id == experiment_id
    rows = connection.execute(sa.select(COUNTS).where(is_of))
    found = {Place(*_place(row)): (row._mapping["count"], row.converted) for row in rows}
    return defaultdict(_nobody, found)


def _nobody() -> Numbers:
    return 0, 0
