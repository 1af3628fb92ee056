"""Writing without HTTP: visits in groups, and sign-ups durable before they are answered."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from wbtest import store
from wbtest.audience.models import Signup, Visit
from wbtest.audience.recording.events import Served, SignedUp
from wbtest.audience.recording.groups import record
from wbtest.audience.recording.recorder import LARGEST_GROUP
from wbtest.audience.visitors import new_visitor
from wbtest.extensions import db, utc_now

THREADS = 16
SECONDS = 3.0
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"


class Pace(NamedTuple):
    """How many a second, and how long all but one in a hundred took at most, in milliseconds."""

    rate: float
    p99_ms: float


class Written(NamedTuple):
    """Visits in rows a second, sign-ups by the recorder and by a commit each."""

    plain_rows: float
    visit_rows: float
    single: Pace
    grouped: Pace


def measure(app: Flask, experiment_id: int, folder: Path) -> Written:
    """Write to the database of ``app``, and the floors to databases beside it."""
    with app.app_context():
        engine = db.engine
        lock = store.lock()
        recorder = app.extensions["wbtest.recorder"]
        facts: dict[int, Any] = {}

        def visits(group: list[Served]) -> None:
            with store.writing_group(engine, lock) as connection:
                record(connection, group, facts, utc_now(), "localhost")

        visit_rows = _rows_a_second(visits, experiment_id)
        grouped = _pace(lambda event: recorder.sign_up(event), experiment_id)
        recorder.close()
    beside = _copy(folder)
    plain_rows = _rows_a_second(lambda group: _insert_plain(beside, group), experiment_id)
    single = _pace(lambda event: _commit_alone(beside, event), experiment_id)
    return Written(plain_rows, visit_rows, single, grouped)


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


def _pace(sign_up: Callable[[SignedUp], object], experiment_id: int) -> Pace:
    """Let all threads sign up for a while, each as soon as its last one was answered."""
    numbers = count()
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
        "phase": 1,
        "variant": "control",
        "visitor": visitor,
        "at_us": time.time_ns() // 1000,
        "source": "direct",
        "device": "desktop",
        "user_agent": BROWSER,
    }


def _copy(folder: Path) -> sa.Engine:
    """A copy of the database, with as many connections as there are threads and no lock of ours."""
    store.backup(folder / "wbtest.db", folder / "beside.db")
    engine = sa.create_engine(f"sqlite:///{folder / 'beside.db'}", pool_size=THREADS)
    store.prepare(engine)
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


def _commit_alone(engine: sa.Engine, event: SignedUp) -> None:
    """What a web app usually does: an object, a session, a commit. As durable as ours."""
    names = [column.name for column in Signup.__table__.columns if hasattr(event, column.name)]
    with Session(engine) as session:
        session.connection(execution_options={"writes": True})
        session.add(Signup(**{name: getattr(event, name) for name in names}))
        session.commit()
