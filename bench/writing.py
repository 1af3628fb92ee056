"""Writing without HTTP: visits in groups, and sign-ups durable before they are answered."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from bench import page
from bench.forms import commit_alone, connect
from bench.row import Goal, Line, Part, Row, Run
from wbtest import store
from wbtest.audience.models import Signup, Visit
from wbtest.audience.recording.events import Served, SignedUp
from wbtest.audience.recording.groups import record
from wbtest.audience.recording.recorder import LARGEST_GROUP
from wbtest.audience.visitors import new_visitor
from wbtest.delivery import copying
from wbtest.extensions import db, utc_now

THREADS = 16
SECONDS = 1.0
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
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
    Line(
        "writing signups",
        "sign-ups by the recorder, without HTTP",
        "ORM commit each, WAL FULL, 16 threads",
        "a second",
        Goal("≥", 2.5),
        "Sixteen threads that each wait until their address is on the disk. What HTTP, the form "
        "and the limit by network add is not in it.",
    ),
    Line(
        "writing p99",
        "… how long all but one in 100 take",
        "ORM commit each, WAL FULL, 16 threads",
        "ms",
        Goal("≤", 0.1),
        "Those who wait for SQLite itself sleep up to 100 ms, again and again.",
    ),
)


class Pace(NamedTuple):
    """How many a second, and how long all but one in a hundred took at most, in milliseconds."""

    rate: float
    p99_ms: float


def measure(run: Run) -> list[Row]:
    """Write to the database of an instance, and the floors to a copy of it, in turn."""
    folder = run.folder / "instance"
    app, experiment_id = page.make(folder)
    facts: dict[int, Any] = {}
    visits, plain, grouped, single = [], [], [], []
    with app.app_context():
        engine, lock = db.engine, store.lock()
        recorder = app.extensions["wbtest.recorder"]
        beside = _copy(folder)

        def write(group: list[Served]) -> None:
            with store.writing_group(engine, lock) as connection:
                record(connection, group, facts, utc_now(), "localhost")

        numbers = count()
        for _ in range(run.rounds):
            visits.append(_rows_a_second(write, experiment_id))
            plain.append(_rows_a_second(lambda group: _insert_plain(beside, group), experiment_id))
            grouped.append(_pace(recorder.sign_up, experiment_id, numbers))
            single.append(_pace(lambda event: commit_alone(beside, event), experiment_id, numbers))
        recorder.close()
    rows, rate, p99 = LINES
    return [
        Row(rows, tuple(visits), tuple(plain)),
        Row(rate, tuple(each.rate for each in grouped), tuple(each.rate for each in single)),
        Row(p99, tuple(each.p99_ms for each in grouped), tuple(each.p99_ms for each in single)),
    ]


def _rows_a_second(write: Callable[[list[Served]], None], experiment_id: int) -> float:
    """Give groups to ``write`` for a while; making them is not timed."""
    spent, rows = 0.0, 0
    while spent < SECONDS / 2:
        visitors = [new_visitor(time.time()) for _ in range(LARGEST_GROUP)]
        group = [Served(**_arrival(experiment_id, visitor)) for visitor in visitors]
        before = time.perf_counter()
        write(group)
        spent += time.perf_counter() - before
        rows += len(group)
    return rows / spent


def _pace(sign_up: Callable[[SignedUp], object], experiment_id: int, numbers: "count[int]") -> Pace:
    """Let all threads sign up for a while, each as soon as its last one was answered."""
    ends = time.perf_counter() + SECONDS

    def work(_: int) -> list[float]:
        took = []
        while (before := time.perf_counter()) < ends:
            email = f"{next(numbers)}@example.com"
            address = {"email": email, "email_key": email}
            sign_up(SignedUp(**_arrival(experiment_id, "") | address))
            took.append(time.perf_counter() - before)
        return took

    with ThreadPoolExecutor(THREADS) as pool:
        took = sorted(one for part in pool.map(work, range(THREADS)) for one in part)
    return Pace(len(took) / SECONDS, 1000 * took[int(len(took) * 0.99)])


def _arrival(experiment_id: int, visitor: str) -> dict[str, Any]:
    return {
        "experiment_id": experiment_id,
        "variant": "control",
        "visitor": visitor,
        "at_us": time.time_ns() // 1000,
        "source": "direct",
        "device": "desktop",
        "user_agent": BROWSER,
    }


def _copy(folder: Path) -> sa.Engine:
    """A copy of the database, with as many connections as there are threads and no lock of ours."""
    copying.backup(folder / "wbtest.db", folder / "beside.db")
    engine = connect(f"sqlite:///{folder / 'beside.db'}", THREADS)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.delete(Visit))
        connection.execute(sa.delete(Signup))
    return engine


def _insert_plain(engine: sa.Engine, group: list[Served]) -> None:
    """The same rows and nothing else: no look at what is there, no roll-up."""
    names = [column.name for column in Visit.__table__.columns]
    rows = [{name: getattr(event, name) for name in names} for event in group]
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.insert(Visit), rows)


PART = Part("writing", LINES, measure)
