"""Writing visits in groups, without HTTP."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.bench.amounts import amount
from tests.bench.forms import connect
from tests.bench.row import Line, Part, Row, Run
from tests.service.instance import make_instance
from tests.steps.visitor import DESKTOP
from wbtest import store
from wbtest.audience.models import Signup, Visit
from wbtest.audience.recording.events import Served
from wbtest.audience.recording.recorder import LARGEST_GROUP
from wbtest.audience.recording.write_batch import record_events
from wbtest.audience.visitors import new_visitor
from wbtest.delivery import backups
from wbtest.extensions import db, utc_now

SECONDS = amount(1.0, 0.1)
EXPERIMENT = 1
LINES = (
    Line(
        "writing visits",
        "visits written in groups",
        "plain rows, no roll-up",
        "a second",
        None,
        "Rows a second of the recorder's own transaction, with the look at what is there, machines "
        "and roll-ups, against an insert of the same rows and nothing else.",
    ),
)


def measure(run: Run) -> list[Row]:
    """Write to the database of an instance, and the floors to a copy of it, in turn."""
    instance = make_instance(run.folder / "instance")
    facts: dict[int, Any] = {}
    visits, plain = [], []
    with instance.opened():
        engine, lock = db.engine, store.lock()
        beside = _copy(instance.folder)

        def write(group: list[Served]) -> None:
            with store.writing_group(engine, lock) as connection:
                record_events(connection, group, facts, utc_now(), "localhost")

        for _ in range(run.rounds):
            visits.append(_rows_a_second(write))
            plain.append(_rows_a_second(lambda group: _insert_plain(beside, group)))
    return [Row(LINES[0], tuple(visits), tuple(plain))]


def _rows_a_second(write: Callable[[list[Served]], None]) -> float:
    """Give groups to ``write`` for a while; making them is not timed."""
    spent, rows = 0.0, 0
    while spent < SECONDS / 2:
        visitors = [new_visitor(time.time()) for _ in range(LARGEST_GROUP)]
        group = [Served(**_arrival(visitor)) for visitor in visitors]
        before = time.perf_counter()
        write(group)
        spent += time.perf_counter() - before
        rows += len(group)
    return rows / spent


def _arrival(visitor: str) -> dict[str, Any]:
    return {
        "experiment_id": EXPERIMENT,
        "variant": "control",
        "visitor": visitor,
        "at_us": time.time_ns() // 1000,
        "source": "direct",
        "device": "desktop",
        "user_agent": DESKTOP,
    }


def _copy(folder: Path) -> sa.Engine:
    """A copy of the database that knows no lock of ours."""
    backups.copy_database(folder / "wbtest.db", folder / "beside.db")
    engine = connect(f"sqlite:///{folder / 'beside.db'}", 1)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.delete(Visit))
        connection.execute(sa.delete(Signup))
    return engine


def _insert_plain(engine: sa.Engine, group: list[Served]) -> None:
    """The same rows and nothing else: no look at what is there, no roll-up."""
    # An event knows no mark of its network; it is worked out from what is there.
    names = [each.name for each in Visit.__table__.columns if each.name in Served.__struct_fields__]
    rows = [{name: getattr(event, name) for name in names} for event in group]
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.insert(Visit), rows)


PART = Part("writing", LINES, measure)
