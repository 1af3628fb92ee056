"""Changes to recorded events that keep the roll-up exact, and the recount that proves it.

Events come in through the recorder. Here they are confirmed, erased and forgotten.

The recount uses the recorder's rules, but adds up from nothing. Machines leave no rows, so their
counters can't be recounted.
"""

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, scoped_session

from wbtest.audience.models import COLUMNS, HOURLY_COUNTS, SIGHTINGS, SIGNUPS, VISITS
from wbtest.audience.recording import engagement, ledger
from wbtest.audience.recording.counting_rules import (
    QUARTER_US,
    SUSPECTED,
    CountingRules,
    History,
    HistoryKey,
    RollupDelta,
    RollupKey,
    by_time,
    count_history,
    history_key,
    hour_of,
    is_suspected,
)
from wbtest.audience.recording.ledger import (
    Ledger,
    NoExperiment,
    RowMarks,
    load_rules,
    lock_event_writes,
    rollup_rows,
)
from wbtest.audience.signup_mail import announce_confirmed, leads_to
from wbtest.publishing.models import Experiment

AnySession = Session | scoped_session[Any]
# A token that is known and new, one that was used before, one that leads nowhere.
Confirmed = Literal["confirmed", "already", "unknown"]
Change = Callable[[Any], dict[str, Any]]
OPTED_OUT = "opted_out"
Store = sa.Connection | Session | scoped_session[Any]
ROWS_AT_ONCE = 5_000


def confirm(
    session: AnySession, token_hash: str, at_us: int, *, is_automated: bool = False
) -> Confirmed:
    """Mark the sign-up of this token confirmed at ``at_us``, inside the caller's transaction.

    The first confirmation stands. Where only a confirmation converts, it makes the conversion.
    ``is_automated`` marks one that a machine may have sent; it counts like any other.
    """
    connection = _begin(session)
    signup = _find_signup(connection, token_hash)
    if signup is None:
        return "unknown"
    if signup.confirmed_us is not None:
        return "already"
    with Ledger(connection) as ledger, ledger.attributing([history_key(signup)]):
        values = {"confirmed_us": at_us, "is_automated": is_automated}
        connection.execute(sa.update(SIGNUPS).where(_is_it(signup)).values(values))
    announce_confirmed(connection, signup, at_us)
    session.expire_all()
    return "confirmed"


def note_steps(session: AnySession, experiment_id: int, answer_hash: str, change: Change) -> None:
    """Keep what somebody did after signing up, inside the caller's transaction.

    ``change`` returns from the stored row what is to stand there: of ``answers``, ``answered_us``
    and the moments of later steps; nothing for nothing. Where one of these converts, it makes the
    conversion.
    """
    connection = _begin(session)
    is_it = (SIGNUPS.c.experiment_id == experiment_id) & (SIGNUPS.c.answer_hash == answer_hash)
    signup: Any = connection.execute(sa.select(SIGNUPS).where(is_it)).one_or_none()
    values = change(signup) if signup is not None else None
    if signup is None or not values:
        return
    with Ledger(connection) as ledger, ledger.attributing([history_key(signup)]):
        connection.execute(sa.update(SIGNUPS).where(_is_it(signup)).values(values))
    session.expire_all()


def erase(session: AnySession, token_hash: str, now: datetime) -> bool:
    """Erase who is behind the sign-up of this token, inside the caller's transaction.

    Returns False when there is none. What stays is a count without a name: where and when somebody
    signed up. No figure of the test changes, since a verdict that was reached must not vanish with
    a person who leaves; and a new sign-up of the same address is one of its own. What they read on
    the page goes.
    """
    connection = _begin(session)
    signup = _find_signup(connection, token_hash)
    if signup is None:
        return False
    _erase(connection, signup, now)
    session.expire_all()
    return True


def erase_keys(
    session: AnySession, experiment_id: int, email_keys: Collection[str], now: datetime
) -> list[Any]:
    """Erase the sign-ups under these keys as ``erase`` does, also those that were sent no token.

    Returns them as they were.
    """
    connection = _begin(session)
    are_theirs = SIGNUPS.c.experiment_id == experiment_id, SIGNUPS.c.email_key.in_(email_keys)
    found = list(connection.execute(sa.select(SIGNUPS).where(*are_theirs)))
    for signup in found:
        _erase(connection, signup, now)
    session.expire_all()
    return found


def _erase(connection: sa.Connection, signup: Any, now: datetime) -> None:
    # No address: those have an @.
    nobody = f"left-{secrets.token_hex(16)}"
    before = history_key(signup)
    after = before._replace(email_key=nobody) if before.email_key else before
    with Ledger(connection) as ledger, ledger.attributing([before, after]):
        connection.execute(
            sa.update(SIGNUPS)
            .where(_is_it(signup))
            .values(
                email_key=nobody,
                email="",
                name="",
                consent="",
                answers="",
                token_hash="",
                answer_hash="",
                left_at=now,
            )
        )
        ledger.forget_acts({(signup.experiment_id, signup.visitor)})


def forget(session: AnySession, experiment_id: int, visitor: str) -> None:
    """Delete what is known of a visitor who objects, inside the caller's transaction.

    Visits and sightings go. Addresses left stay, but count no more and are tied to nobody.
    """
    connection = _begin(session)
    sightings = _of(SIGHTINGS, experiment_id, visitor)
    signups = _of(SIGNUPS, experiment_id, visitor)
    histories = {
        HistoryKey(experiment_id, visitor, row.excluded_because)
        for row in connection.execute(sa.select(SIGHTINGS).where(sightings))
    }
    for row in connection.execute(sa.select(SIGNUPS).where(signups)):
        histories.add(HistoryKey(experiment_id, visitor, row.excluded_because))
        histories.add(HistoryKey(experiment_id, "", OPTED_OUT, row.email_key))
    with Ledger(connection) as ledger, ledger.attributing(histories):
        ledger.remove_visits(experiment_id, visitor)
        connection.execute(sa.delete(SIGHTINGS).where(sightings))
        connection.execute(
            sa.update(SIGNUPS).where(signups).values(visitor="", excluded_because=OPTED_OUT)
        )
    session.expire_all()


def _begin(session: AnySession) -> sa.Connection:
    """The session's connection, with what it holds written and no other writer of events."""
    session.flush()
    connection = session.connection()
    lock_event_writes(connection)
    return connection


def _find_signup(connection: sa.Connection, token_hash: str) -> Any:
    if not token_hash:
        return None
    return connection.execute(sa.select(SIGNUPS).where(leads_to(token_hash))).first()


def _is_it(signup: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        SIGNUPS.c.experiment_id == signup.experiment_id, SIGNUPS.c.email_key == signup.email_key
    )


def _of(table: sa.Table, experiment_id: int, visitor: str) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.experiment_id == experiment_id, table.c.visitor == visitor)


def differences(store: Store, experiment_id: int | None = None) -> list[str]:
    """Return a line for each figure and each mark that is not what the events say.

    ``experiment_id`` None is all experiments. Reads what is committed at one moment, whatever is
    written meanwhile.
    """
    found = []
    with _snapshot(_connection(store).engine) as connection:
        for one in _experiments(connection, experiment_id):
            try:
                found += _differences_of(connection, one)
            except NoExperiment as error:
                found.append(str(error))
        for one in _experiments(connection, experiment_id, is_purged=True):
            # Their rows are gone, their hours are not.
            try:
                rules = load_rules(connection, one)
            except NoExperiment as error:
                found.append(str(error))
            else:
                found += ledger.total_differences(
                    connection, one, load_rollup(connection, one), rules
                )
    return found


def _differences_of(connection: sa.Connection, experiment_id: int) -> list[str]:
    tally, marks = _recount(connection, experiment_id)
    wrong = _compare(tally, load_rollup(connection, experiment_id))
    # What only follows from a wrong hour is not told a second time.
    found = wrong or ledger.total_differences(
        connection, experiment_id, tally, load_rules(connection, experiment_id)
    )
    found += [f"{_name(row)}: is_counted is wrong" for row in marks.sightings]
    found += [f"{_name(row)}: is_converted is wrong" for row in marks.signups]
    return found + engagement.act_differences(connection, experiment_id)


def rebuild(store: Store, experiment_id: int | None = None) -> None:
    """Make figures and marks what the events say, inside the caller's write transaction.

    Where the events are purged, the coarser figures become what the hourly ones say.
    """
    connection = _connection(store)
    lock_event_writes(connection)
    for one in _experiments(connection, experiment_id):
        tally, marks = _recount(connection, one)
        connection.execute(sa.delete(HOURLY_COUNTS).where(HOURLY_COUNTS.c.experiment_id == one))
        if rows := rollup_rows(HOURLY_COUNTS, tally):
            connection.execute(sa.insert(HOURLY_COUNTS), rows)
        ledger.rebuild_totals(connection, one, tally, load_rules(connection, one))
        marks.write(connection)
        engagement.rebuild_act_counts(connection, one)
    for one in _experiments(connection, experiment_id, is_purged=True):
        rules = load_rules(connection, one)
        ledger.rebuild_totals(connection, one, load_rollup(connection, one), rules)


def load_rollup(connection: sa.Connection, experiment_id: int) -> RollupDelta:
    """Return the hourly roll-up of an experiment as it stands."""
    tally: RollupDelta = Counter()
    for row in connection.execute(
        sa.select(HOURLY_COUNTS).where(HOURLY_COUNTS.c.experiment_id == experiment_id)
    ):
        values = row._mapping
        cell = RollupKey(*[values[name] for name in RollupKey._fields])
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
    """Those whose hours can be recounted; a purged one has no rows any more."""
    was_purged = Experiment.purged_at.is_not(None)
    provable = sa.select(Experiment.id).where(was_purged if is_purged else ~was_purged)
    if experiment_id is not None:
        provable = provable.where(Experiment.id == experiment_id)
    return list(connection.scalars(provable.order_by(Experiment.id)))


def _recount(connection: sa.Connection, experiment_id: int) -> tuple[RollupDelta, RowMarks]:
    """What the roll-up of an experiment must hold, and the marks that are wrong."""
    rules = load_rules(connection, experiment_id)
    tally = _count_visits(connection, experiment_id, rules)
    marks = RowMarks()
    for history in _all_histories(connection, experiment_id):
        attribution, counted = count_history(history, rules)
        tally.update(counted)
        marks.compare(history, attribution)
    return tally, marks


def _count_visits(
    connection: sa.Connection, experiment_id: int, rules: CountingRules
) -> RollupDelta:
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
    tally: RollupDelta = Counter()
    for row in rows:
        hour = hour_of(row.quarter * QUARTER_US, rules.zone)
        where = {name: row._mapping[name] for name in names}
        cell = RollupKey(experiment_id=experiment_id, hour=hour, **where)
        tally[cell, "served"] += row.number
    return tally


def _all_histories(connection: sa.Connection, experiment_id: int) -> Iterator[History]:
    """Everybody's history; sign-ups are few and are held, sightings are many and pass by."""
    signups: defaultdict[HistoryKey, list[Any]] = defaultdict(list)
    row: Any
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


def _compare(right: RollupDelta, stored: RollupDelta) -> list[str]:
    return [
        f"{_describe(cell)}: {column} is {stored[cell, column]}, the events say "
        f"{right[cell, column]}"
        for cell, column in sorted(right.keys() | stored.keys())
        if right[cell, column] != stored[cell, column]
    ]


def _describe(cell: RollupKey) -> str:
    hour = f"{datetime.fromtimestamp(cell.hour, UTC):%Y-%m-%d %H:%M} UTC"
    parts = [f"experiment {cell.experiment_id}", cell.variant, hour]
    parts += [cell.source, cell.device, cell.language, cell.excluded_because]
    return ", ".join(part for part in parts if part)


def _name(row: dict[str, Any]) -> str:
    who = f"visitor {row['visitor']}" if "visitor" in row else "a sign-up"
    return f"experiment {row['experiment_id']}, {who}"
