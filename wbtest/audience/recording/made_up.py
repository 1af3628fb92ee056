"""A bound on the sources of a test: whoever visits can make up a new one each time.

A source is a part of the key of the roll-ups, so each new one makes all that reads them slower, for
good. Those beyond the bound are recorded as *Other*; what the rule counts is never among them.
"""

from collections.abc import Callable, Sequence
from typing import cast

import sqlalchemy as sa
from msgspec.structs import replace

from wbtest import driver
from wbtest.audience.recording.cells import Facts
from wbtest.audience.recording.events import Event
from wbtest.audience.recording.exposures import UNKNOWN
from wbtest.audience.totals_models import KindTotal
from wbtest.publishing.sources import DIRECT, SITES

MOST_SOURCES = 1_000
# Sources are in lower case, so no visitor and no rule can name this one.
OTHER = "Other"
# Nobody makes these up, and no crowd of made-up ones takes their room.
USUAL = (DIRECT, UNKNOWN, *SITES)
KINDS = cast(sa.Table, KindTotal.__table__)
_KNOWN = (
    "SELECT DISTINCT source FROM kind_totals "  # noqa: S608 - marks
    f"WHERE experiment_id = ? AND source IN ({driver.MANY})"
)


def fold(
    connection: sa.Connection, events: Sequence[Event], facts_of: Callable[[int], Facts]
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
        for source in _beyond(connection, experiment_id, [*sources], facts_of(experiment_id))
    }
    if not folded:
        return events
    return [
        replace(event, source=OTHER) if (event.experiment_id, event.source) in folded else event
        for event in events
    ]


def _beyond(
    connection: sa.Connection, experiment_id: int, sources: Sequence[str], facts: Facts
) -> Sequence[str]:
    """Which of these there is no room for, those that came first before the others."""
    known = {OTHER, *USUAL, *(facts.sources or ())}
    asked = [(experiment_id, source) for source in sources if source not in known]
    known |= {source for [source] in driver.ask_pairs(connection, _KNOWN, asked)}
    new = [source for source in sources if source not in known]
    if not new:
        return ()
    is_ours = KINDS.c.experiment_id == experiment_id
    count = sa.select(sa.func.count(KINDS.c.source.distinct())).where(is_ours)
    return new[max(MOST_SOURCES - (connection.scalar(count) or 0), 0) :]
