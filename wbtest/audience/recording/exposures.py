"""Who saw what first: the source of a visitor told by a hash, and people who saw two variants.

Attribution is to the first variant that somebody was shown. Where one address comes again under
another one, a cookie was lost: the first sign-up stands, and remembers the other.
Most who lose a cookie leave no address, so what is found is the share among sign-ups only.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast

import sqlalchemy as sa
from msgspec.structs import replace

from wbtest.audience.models import Signup, Visit
from wbtest.audience.recording.events import OF_THE_VISIT, Event
from wbtest.audience.recording.rows import SignupRow

VISITS = cast(sa.Table, Visit.__table__)
SIGNUPS = cast(sa.Table, Signup.__table__)
# A visit that is not stored, or no longer, has no source that anybody knows.
UNKNOWN = "unknown"


def fill_in(connection: sa.Connection, events: Sequence[Event]) -> Sequence[Event]:
    """Return the events with the source of their visitor's first visit, where they name none."""
    asking = [event for event in events if event.source == OF_THE_VISIT]
    if not asking:
        return events
    firsts = _firsts(connection, asking)
    # A visit of the same group is not stored yet.
    for event in events:
        if event.source != OF_THE_VISIT:
            firsts.setdefault((event.experiment_id, event.visitor), event.source)
    return [
        replace(event, source=firsts.get((event.experiment_id, event.visitor), UNKNOWN))
        if event.source == OF_THE_VISIT
        else event
        for event in events
    ]


def mark_repeats(
    connection: sa.Connection, came: Iterable[SignupRow], stored: Iterable[Any]
) -> None:
    """Let sign-ups remember the other variant of an address that ``came`` or was ``stored`` twice.

    Those that do not count say nothing of what a person saw.
    """
    shown: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for row in (*stored, *came):
        if row.excluded_because == "":
            shown[row.experiment_id, row.email_key].add(row.variant)
    for (experiment_id, email_key), variants in shown.items():
        if len(variants) > 1:
            _remember(connection, experiment_id, email_key, variants)


def _firsts(connection: sa.Connection, events: Iterable[Event]) -> dict[tuple[int, str], str]:
    """The source of the first visit of these visitors, as far as it is stored."""
    rows = connection.execute(
        sa.select(VISITS)
        .where(
            VISITS.c.experiment_id.in_({event.experiment_id for event in events}),
            VISITS.c.visitor.in_({event.visitor for event in events}),
        )
        .order_by(VISITS.c.at_us.desc())
    )
    return {(row.experiment_id, row.visitor): row.source for row in rows}


def _remember(
    connection: sa.Connection, experiment_id: int, email_key: str, variants: set[str]
) -> None:
    is_it = (SIGNUPS.c.experiment_id == experiment_id) & (SIGNUPS.c.email_key == email_key)
    stored = connection.execute(
        sa.select(SIGNUPS.c.variant).where(is_it, SIGNUPS.c.other_variant == "")
    ).first()
    if stored is not None:
        other = min(variants - {stored.variant})
        connection.execute(sa.update(SIGNUPS).where(is_it).values(other_variant=other))
