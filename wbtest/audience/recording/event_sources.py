"""The source of each event: from the visitor's first visit, and never too many for one test.

A visitor told apart by a hash carries no source along, so theirs is that of their first visit.

Anybody can make up a new source with each visit. A source is part of the key of the roll-ups, so
each new one slows down whatever reads them, for good. Sources beyond the cap are recorded as
*Other*; what the rule counts is never among them.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import cast

import sqlalchemy as sa
from msgspec.structs import replace

from wbtest import driver
from wbtest.audience.models import KindTotal, Visit
from wbtest.audience.recording.events import OF_THE_VISIT, Event
from wbtest.audience.recording.rollup_cells import CountingRules
from wbtest.publishing.sources import DIRECT, SITES

VISITS = cast(sa.Table, Visit.__table__)
# A visit that is not stored, or no longer, has no source that anybody knows.
UNKNOWN_SOURCE = "unknown"
MOST_SOURCES = 1_000
# Sources are in lower case, so no visitor and no rule can name this one.
OTHER_SOURCE = "Other"
# Nobody makes these up, and no crowd of made-up ones takes their room.
USUAL = (DIRECT, UNKNOWN_SOURCE, *SITES)
KINDS = cast(sa.Table, KindTotal.__table__)
_KNOWN = (
    "SELECT DISTINCT source FROM kind_totals "  # noqa: S608 - marks
    f"WHERE experiment_id = ? AND source IN ({driver.MANY})"
)


def fill_in_sources(connection: sa.Connection, events: Sequence[Event]) -> Sequence[Event]:
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
        replace(event, source=firsts.get((event.experiment_id, event.visitor), UNKNOWN_SOURCE))
        if event.source == OF_THE_VISIT
        else event
        for event in events
    ]


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


def cap_sources(
    connection: sa.Connection, events: Sequence[Event], rules_of: Callable[[int], CountingRules]
) -> Sequence[Event]:
    """Return the events, of each experiment with no more sources than it may have.

    A source that was recorded under its name is so for as long as anything of it is counted.
    """
    named: dict[int, dict[str, None]] = {}
    for event in events:
        named.setdefault(event.experiment_id, {})[event.source] = None
    folded = {
        (experiment_id, source)
        for experiment_id, sources in named.items()
        for source in _sources_beyond(
            connection, experiment_id, [*sources], rules_of(experiment_id)
        )
    }
    if not folded:
        return events
    return [
        replace(event, source=OTHER_SOURCE)
        if (event.experiment_id, event.source) in folded
        else event
        for event in events
    ]


def _sources_beyond(
    connection: sa.Connection, experiment_id: int, sources: Sequence[str], rules: CountingRules
) -> Sequence[str]:
    """Which of these there is no room for, those that came first before the others."""
    known = {OTHER_SOURCE, *USUAL, *(rules.sources or ())}
    asked = [(experiment_id, source) for source in sources if source not in known]
    known |= {source for [source] in driver.ask_pairs(connection, _KNOWN, asked)}
    new = [source for source in sources if source not in known]
    if not new:
        return ()
    is_ours = KINDS.c.experiment_id == experiment_id
    count = sa.select(sa.func.count(KINDS.c.source.distinct())).where(is_ours)
    return new[max(MOST_SOURCES - (connection.scalar(count) or 0), 0) :]
