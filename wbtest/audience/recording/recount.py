"""The roll-up counted anew from the rows of events: the proof that it is right, and its repair.

Uses the rules the recorder uses, but adds up from nothing. Machines leave no rows, so their
counters cannot be counted anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from wbtest.audience.engagement import kept as engaged
from wbtest.audience.recording import totals
from wbtest.audience.recording.cells import (
    COLUMNS,
    SUSPECTED,
    Cell,
    Facts,
    History,
    HistoryKey,
    Tally,
    by_time,
    count,
    history_key,
    is_suspected,
)
from wbtest.audience.recording.facts import NoExperiment, load_facts
from wbtest.audience.recording.hours import QUARTER_US, hour_of
from wbtest.audience.recording.ledger import (
    HOURLY_COUNTS,
    SIGHTINGS,
    SIGNUPS,
    VISITS,
    Flags,
    hourly_rows,
    take_turn,
)
from wbtest.publishing.models import Experiment

Store = sa.Connection | Session | scoped_session[Any]
ROWS_AT_ONCE = 5_000


def differences(store: Store, experiment_id: int | None = None) -> list[str]:
    """Return a line for each figure and each mark that is not what the events say.

    ``experiment_id`` None is all experiments. Reads what is committed at one moment, whatever is
    written meanwhile.
    """
    found = []
    with _snapshot(_connection(store).engine) as connection:
        for one in _experiments(connection, experiment_id):
            try:
                found += _differences(connection, one)
            except NoExperiment as error:
                found.append(str(error))
        for one in _experiments(connection, experiment_id, is_purged=True):
            # Their rows are gone, their hours are not.
            try:
                facts = load_facts(connection, one)
            except NoExperiment as error:
                found.append(str(error))
            else:
                found += totals.differences(connection, one, stored(connection, one), facts)
    return found


def _differences(connection: sa.Connection, experiment_id: int) -> list[str]:
    tally, flags = _recount(connection, experiment_id)
    wrong = _compare(tally, stored(connection, experiment_id))
    # What only follows from a wrong hour is not told a second time.
    found = wrong or totals.differences(
        connection, experiment_id, tally, load_facts(connection, experiment_id)
    )
    found += [f"{_name(row)}: is_counted is wrong" for row in flags.sightings]
    found += [f"{_name(row)}: is_converted is wrong" for row in flags.signups]
    return found + engaged.differences(connection, experiment_id)


def rebuild(store: Store, experiment_id: int | None = None) -> None:
    """Make figures and marks what the events say, inside the caller's write transaction.

    Where the events are purged, the coarser figures become what the hourly ones say.
    """
    connection = _connection(store)
    take_turn(connection)
    for one in _experiments(connection, experiment_id):
        tally, flags = _recount(connection, one)
        connection.execute(sa.delete(HOURLY_COUNTS).where(HOURLY_COUNTS.c.experiment_id == one))
        if rows := hourly_rows(tally):
            connection.execute(sa.insert(HOURLY_COUNTS), rows)
        totals.rebuild(connection, one, tally, load_facts(connection, one))
        flags.write(connection)
        engaged.rebuild(connection, one)
    for one in _experiments(connection, experiment_id, is_purged=True):
        facts = load_facts(connection, one)
        totals.rebuild(connection, one, stored(connection, one), facts)


def stored(connection: sa.Connection, experiment_id: int) -> Tally:
    """Return the hourly roll-up of an experiment as it stands."""
    tally: Tally = Counter()
    for row in connection.execute(
        sa.select(HOURLY_COUNTS).where(HOURLY_COUNTS.c.experiment_id == experiment_id)
    ):
        values = row._mapping
        cell = Cell(*[values[name] for name in Cell._fields])
        tally.update({(cell, column): values[column] for column in COLUMNS})
    return tally


def _connection(store: Store) -> sa.Connection:
    return store if isinstance(store, sa.Connection) else store.connection()


@contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection whose statements all see the same moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _experiments(
    connection: sa.Connection, experiment_id: int | None, *, is_purged: bool = False
) -> list[int]:
    """Those whose hours can be counted anew; what was purged has no rows any more."""
    was_purged = Experiment.purged_at.is_not(None)
    provable = sa.select(Experiment.id).where(was_purged if is_purged else ~was_purged)
    if experiment_id is not None:
        provable = provable.where(Experiment.id == experiment_id)
    return list(connection.scalars(provable.order_by(Experiment.id)))


def _recount(connection: sa.Connection, experiment_id: int) -> tuple[Tally, Flags]:
    """What the roll-up of an experiment must hold, and the marks that are wrong."""
    facts = load_facts(connection, experiment_id)
    tally = _count_visits(connection, experiment_id, facts)
    flags = Flags()
    for history in _histories(connection, experiment_id):
        settled, counted = count(history, facts)
        tally.update(counted)
        flags.compare(history, settled)
    return tally, flags


def _count_visits(connection: sa.Connection, experiment_id: int, facts: Facts) -> Tally:
    """Visits need no look at each: the database adds up those of a quarter of an hour."""
    names = ("variant", "source", "device", "language", "excluded_because")
    place = [VISITS.c[name] for name in names]
    quarter = (VISITS.c.at_us // QUARTER_US).label("quarter")
    is_ours = VISITS.c.experiment_id == experiment_id
    suspects = sa.select(VISITS.c.visitor).where(is_ours, VISITS.c.excluded_because == SUSPECTED)
    is_served = (VISITS.c.excluded_because != "") | VISITS.c.visitor.not_in(suspects)
    rows = connection.execute(
        sa.select(*place, quarter, sa.func.count().label("number"))
        .where(is_ours, is_served)
        .group_by(*place, quarter)
    )
    tally: Tally = Counter()
    for row in rows:
        hour = hour_of(row.quarter * QUARTER_US, facts.zone)
        where = {name: row._mapping[name] for name in names}
        cell = Cell(experiment_id=experiment_id, hour=hour, **where)
        tally[cell, "served"] += row.number
    return tally


def _histories(connection: sa.Connection, experiment_id: int) -> Iterator[History]:
    """Everybody's history; sign-ups are few and are held, sightings are many and pass by."""
    signups: defaultdict[HistoryKey, list[Any]] = defaultdict(list)
    for row in connection.execute(
        sa.select(SIGNUPS).where(SIGNUPS.c.experiment_id == experiment_id)
    ):
        signups[history_key(row)].append(row)
    suspects = _suspects(connection, experiment_id)
    for row in connection.execute(
        sa.select(SIGHTINGS).where(SIGHTINGS.c.experiment_id == experiment_id),
        execution_options={"yield_per": ROWS_AT_ONCE},
    ):
        key = HistoryKey(experiment_id, row.visitor, row.excluded_because)
        yield History(row, by_time(signups.pop(key, [])), is_suspected(key, suspects))
    for unseen in signups.values():
        # Without a sighting there is nothing that suspicion could take out.
        yield History(None, by_time(unseen))


def _suspects(connection: sa.Connection, experiment_id: int) -> set[tuple[int, str]]:
    """The visitors of the experiment who are taken for machines, as ``is_suspected`` wants them."""
    rows = connection.execute(
        sa.select(SIGHTINGS.c.experiment_id, SIGHTINGS.c.visitor).where(
            SIGHTINGS.c.experiment_id == experiment_id, SIGHTINGS.c.excluded_because == SUSPECTED
        )
    )
    return {(row.experiment_id, row.visitor) for row in rows}


def _compare(right: Tally, stored: Tally) -> list[str]:
    return [
        f"{_describe(cell)}: {column} is {stored[cell, column]}, the events say "
        f"{right[cell, column]}"
        for cell, column in sorted(right.keys() | stored.keys())
        if right[cell, column] != stored[cell, column]
    ]


def _describe(cell: Cell) -> str:
    hour = f"{datetime.fromtimestamp(cell.hour, UTC):%Y-%m-%d %H:%M} UTC"
    parts = [f"experiment {cell.experiment_id}", cell.variant, hour]
    parts += [cell.source, cell.device, cell.language, cell.excluded_because]
    return ", ".join(part for part in parts if part)


def _name(row: dict[str, Any]) -> str:
    who = f"visitor {row['visitor']}" if "visitor" in row else "a sign-up"
    return f"experiment {row['experiment_id']}, {who}"
