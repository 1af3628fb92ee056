"""What seen visitors did on the page, as rows and as counts: stored, removed and recounted.

Only for visitors who count as seen, and at the variant of their sighting: so everybody who opened a
question is among those who saw the page. When a visitor stops counting, their acts go too. Acts of
people who converted are counted once more.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from wbtest import driver
from wbtest.audience.models import (
    ENGAGEMENT_COUNTS,
    ENGAGEMENTS,
    SIGHTINGS,
    SIGNUPS,
)
from wbtest.audience.recording import event_rows
from wbtest.audience.recording.events import Did, VisitorId

_CONVERTED = (SIGNUPS.c.is_converted, SIGNUPS.c.excluded_because == "")


class ActKey(NamedTuple):
    """A row of the counts."""

    experiment_id: int
    variant: str
    kind: str
    item: str


class StoredAct(NamedTuple):
    """Something that somebody did, as it is stored."""

    experiment_id: int
    visitor: str
    kind: str
    item: str
    variant: str


_ACTS = (
    f"SELECT {', '.join(StoredAct._fields)} FROM engagements "  # noqa: S608 - names and marks
    f"WHERE experiment_id = ? AND visitor IN ({driver.MANY})"
)
# How many people did it, and how many of them converted.
ActCounts = tuple[int, int]
_place = attrgetter(*ActKey._fields)


def keep_acts(connection: sa.Connection, events: Sequence[Did]) -> None:
    """Insert and count what is new of visitors who are seen by now."""
    seen = _seen(connection, {(event.experiment_id, event.visitor) for event in events})
    rows: dict[tuple[Any, ...], event_rows.RowValues] = {}
    for event in sorted(events, key=lambda event: event.at_us):
        who = event.experiment_id, event.visitor
        if who in seen:
            for kind, item in event.acts:
                key = (*who, kind, item)
                rows.setdefault(key, _row(key, seen[who], event.at_us))
    for stored in _stored_acts(connection, {key[:2] for key in rows}):
        rows.pop((stored.experiment_id, stored.visitor, stored.kind, stored.item), None)
    if rows:
        connection.execute(sa.insert(ENGAGEMENTS), list(rows.values()))
        did = [
            (key[:2], ActKey(*[row[name] for name in ActKey._fields])) for key, row in rows.items()
        ]
        converted = _converted(connection, {who for who, _ in did})
        _count(connection, [(place, (1, who in converted)) for who, place in did])


def remove_acts(connection: sa.Connection, visitors: Collection[VisitorId]) -> None:
    """Delete what these visitors did, and count it no more."""
    stored = _stored_acts(connection, visitors)
    if not stored:
        return
    whose = {(row.experiment_id, row.visitor) for row in stored}
    converted = _converted(connection, whose)
    did = [((row.experiment_id, row.visitor), ActKey(*_place(row))) for row in stored]
    _count(connection, [(place, (-1, -(who in converted))) for who, place in did])
    for experiment_id, visitor in whose:
        is_theirs = (ENGAGEMENTS.c.experiment_id == experiment_id) & (
            ENGAGEMENTS.c.visitor == visitor
        )
        connection.execute(sa.delete(ENGAGEMENTS).where(is_theirs))


def mark_converted(connection: sa.Connection, converted: Mapping[VisitorId, bool]) -> None:
    """Count what these visitors did as done by people who converted, or who do so no more."""
    did = _stored_acts(connection, converted.keys())
    signs = [1 if converted[row.experiment_id, row.visitor] else -1 for row in did]
    places = [ActKey(*_place(row)) for row in did]
    _count(connection, [(place, (0, sign)) for place, sign in zip(places, signs, strict=True)])


def act_differences(connection: sa.Connection, experiment_id: int) -> list[str]:
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
                f"experiment {experiment_id}, {where}: {_describe(stored[place])} did it, the "
                f"events say {_describe(right[place])}"
            )
    return found


def rebuild_act_counts(connection: sa.Connection, experiment_id: int) -> None:
    """Make the counts what the rows say, without those of visitors who are not seen."""
    strays = {(experiment_id, row.visitor) for row in connection.execute(_strays(experiment_id))}
    remove_acts(connection, strays)
    connection.execute(
        sa.delete(ENGAGEMENT_COUNTS).where(ENGAGEMENT_COUNTS.c.experiment_id == experiment_id)
    )
    right = _recount(connection, experiment_id)
    _count(connection, right.items())


def _row(key: tuple[Any, ...], sighting: Any, at_us: int) -> event_rows.RowValues:
    names = ("experiment_id", "visitor", "kind", "item")
    where = {"variant": sighting.variant, "at_us": at_us}
    return dict(zip(names, key, strict=True)) | where


def _count(connection: sa.Connection, did: Iterable[tuple[ActKey, ActCounts]]) -> None:
    people: Counter[ActKey] = Counter()
    converted: Counter[ActKey] = Counter()
    for place, (number, of_them) in did:
        people[place] += number
        converted[place] += of_them
    rows = [
        place._asdict() | {"count": number, "converted": converted[place]}
        for place, number in sorted(people.items())
        if number or converted[place]
    ]
    event_rows.add_counts(connection, ENGAGEMENT_COUNTS, rows)


def _converted(connection: sa.Connection, visitors: Collection[VisitorId]) -> set[VisitorId]:
    """Those of them whose sign-up is a conversion."""
    if not visitors:
        return set()
    names = (SIGNUPS.c.experiment_id, SIGNUPS.c.visitor)
    rows = connection.execute(sa.select(*names).where(*_are(SIGNUPS, visitors), *_CONVERTED))
    return {(experiment_id, visitor) for experiment_id, visitor in rows}


def _describe(numbers: ActCounts) -> str:
    return f"{numbers[0]} people ({numbers[1]} of them converted)"


def _seen(connection: sa.Connection, visitors: Collection[VisitorId]) -> dict[VisitorId, Any]:
    """Their sightings that count."""
    if not visitors:
        return {}
    rows = connection.execute(
        sa.select(SIGHTINGS).where(
            *_are(SIGHTINGS, visitors), SIGHTINGS.c.excluded_because == "", SIGHTINGS.c.is_counted
        )
    )
    return {(row.experiment_id, row.visitor): row for row in rows}


def _stored_acts(connection: sa.Connection, visitors: Collection[VisitorId]) -> list[StoredAct]:
    """What is stored of what they did."""
    return [StoredAct._make(row) for row in driver.ask_pairs(connection, _ACTS, visitors)]


def _are(table: sa.Table, visitors: Collection[VisitorId]) -> list[sa.ColumnElement[bool]]:
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


def _recount(connection: sa.Connection, experiment_id: int) -> defaultdict[ActKey, ActCounts]:
    where = [ENGAGEMENTS.c[name] for name in ActKey._fields]
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
    found = {ActKey(*_place(row)): (row.people, row.converted) for row in rows}
    return defaultdict(_nobody, found)


def _stored(connection: sa.Connection, experiment_id: int) -> defaultdict[ActKey, ActCounts]:
    is_of = ENGAGEMENT_COUNTS.c.experiment_id == experiment_id
    rows = connection.execute(sa.select(ENGAGEMENT_COUNTS).where(is_of))
    found = {ActKey(*_place(row)): (row._mapping["count"], row.converted) for row in rows}
    return defaultdict(_nobody, found)


def _nobody() -> ActCounts:
    return 0, 0
