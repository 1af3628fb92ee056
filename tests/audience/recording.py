"""A test page on an empty database, and the verbs by which tests write its events."""

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.factories import make_rule
from wbtest import store
from wbtest.audience.models import COLUMNS, HourlyCount, MachineCount
from wbtest.audience.recording import recorder as recorder_module
from wbtest.audience.recording import rollup
from wbtest.audience.recording.events import Outcome, Seen, Served, SignedUp
from wbtest.audience.recording.recorder import Recorder
from wbtest.extensions import Now
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.rule import to_json
from wbtest.team.models import Person
from wbtest.writing.models import Release, Revision

# Monday, 1 March 2027, 09:00 UTC.
START = datetime(2027, 3, 1, 9, tzinfo=UTC)
START_US = int(START.timestamp()) * 1_000_000
STEPS = ("answered", "price", "price_no", "call", "call_no", "preorder")
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)


class Database:
    """A database as the server has it, without the app around it."""

    def __init__(self, engine: sa.Engine, lock: store.WriteLock | store.NoLock, now: Now) -> None:
        self.engine = engine
        self.lock = lock
        self.now = now
        self.recorders: list[Recorder] = []

    def open_recorder(self) -> Recorder:
        """Return a recorder as another process would have it."""
        self.recorders.append(Recorder(self.engine, self.lock, self.now, "example.com"))
        return self.recorders[-1]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.lock, Session(self.engine) as session, session.begin():
            session.connection(execution_options={"writes": True})
            yield session

    def read(self, statement: sa.Select[Any]) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(statement))


class Page:
    """A running page with the variants a and b. Times are minutes after ``START``."""

    def __init__(
        self, database: Database, zone: str = "UTC", experiment_id: int = 0, **rule: Any
    ) -> None:
        self.database = database
        self.recorder = database.open_recorder()
        self.id = experiment_id or insert_experiment(database, zone, rule)

    def arrival(self, visitor: str, minute: float, details: dict[str, Any]) -> dict[str, Any]:
        return {
            "experiment_id": self.id,
            "variant": "a",
            "visitor": visitor,
            "at_us": START_US + round(minute * 60_000_000),
            "source": "newsletter",
            "device": "phone",
            "user_agent": PHONE,
        } | details

    def serve(self, visitor: str, minute: float = 0, **details: Any) -> None:
        self.recorder.put(Served(**self.arrival(visitor, minute, details)))

    def see(self, visitor: str, minute: float = 0, **details: Any) -> None:
        self.recorder.put(Seen(**self.arrival(visitor, minute, details)))

    def signed_up(self, email: str, visitor: str, minute: float, **details: Any) -> SignedUp:
        address = {"email": email, "email_key": email, "token_hash": f"token of {email}"}
        return SignedUp(**self.arrival(visitor, minute, address | details))

    def sign_up(self, email: str, visitor: str = "", minute: float = 1, **more: Any) -> Outcome:
        return self.recorder.sign_up(self.signed_up(email, visitor, minute, **more))

    def confirm(self, email: str, minute: float) -> rollup.Confirmed:
        with self.database.writing() as session:
            at_us = START_US + round(minute * 60_000_000)
            return rollup.confirm(session, f"token of {email}", at_us)

    def step(self, answer_hash: str, steps: Mapping[str, float]) -> None:
        """Say that the holder of this token took these steps, at these minutes, and no others."""
        values = {
            f"{name}_us": START_US + round(steps[name] * 60_000_000) if name in steps else None
            for name in STEPS
        }
        with self.database.writing() as session:
            rollup.note_steps(session, self.id, answer_hash, lambda _: values)

    def erase(self, email: str) -> bool:
        with self.database.writing() as session:
            return rollup.erase(session, f"token of {email}", START)

    def forget(self, visitor: str) -> None:
        with self.database.writing() as session:
            rollup.forget(session, self.id, visitor)

    def cells(self, excluded_because: str = "") -> list[Any]:
        """The page's rows of the roll-up that hold anything, in order."""
        self.recorder.flush()
        rows = self.database.read(
            sa.select(HourlyCount.__table__)
            .where(
                HourlyCount.experiment_id == self.id,
                HourlyCount.excluded_because == excluded_because,
            )
            .order_by(HourlyCount.hour, HourlyCount.variant, HourlyCount.source)
        )
        return [row for row in rows if any(row._mapping[column] for column in COLUMNS)]

    def totals(self, excluded_because: str = "") -> dict[str, int]:
        """What was counted in all, without the columns that hold nothing."""
        sums = {
            column: sum(row._mapping[column] for row in self.cells(excluded_because))
            for column in COLUMNS
        }
        return {column: number for column, number in sums.items() if number}

    def hours(self, column: str) -> dict[int, int]:
        """In which hours after the start the column holds what."""
        start = int(START.timestamp())
        return {
            (row.hour - start) // 3600: row._mapping[column]
            for row in self.cells()
            if row._mapping[column]
        }

    def machines(self) -> dict[tuple[str, str], int]:
        """Requests of machines, by reason and family."""
        self.recorder.flush()
        table = MachineCount.__table__
        rows = self.database.read(sa.select(table).where(table.c.experiment_id == self.id))
        return {(row.reason, row.family): row._mapping["count"] for row in rows}

    def differences(self) -> list[str]:
        self.recorder.flush()
        with self.database.engine.connect() as connection:
            return rollup.differences(connection, self.id)


def insert_experiment(database: Database, zone: str, rule: dict[str, Any]) -> int:
    """Store a running experiment with the variants a and b, and return its id."""
    rule = to_json(make_rule()) | rule
    with database.writing() as session:
        number = session.scalar(sa.select(sa.func.count()).select_from(Experiment))
        author = Person(email=f"{number}@x.io", name="Ada", password_hash="", created_at=START)
        session.add(author)
        session.flush()
        made = {"author_id": author.id, "created_at": START}
        release = Release(form="short", document={}, slug=f"p{number}", updated_at=START, **made)
        session.add(release)
        session.flush()
        revision = Revision(
            release_id=release.id, number=1, form="short", document={}, digest="", **made
        )
        session.add(revision)
        session.flush()
        experiment = Experiment(
            release_id=release.id, revision_id=revision.id, state="running", time_zone=zone,
            rule=rule, identity_key=f"key {number}".encode().ljust(32), **made,
        )  # fmt: skip
        experiment.variants = [
            Variant(key=key, position=position, name=key) for position, key in enumerate(("a", "b"))
        ]
        session.add(experiment)
        session.flush()
        return experiment.id


def serve(url: str, lock: str, experiment_id: int, number: int) -> None:
    """What a process does that serves visitors and ends before it would store them by itself."""
    recorder_module.GROUP_SECONDS = 60.0
    engine = sa.create_engine(url)
    store.prepare(engine)
    held = store.WriteLock(Path(lock)) if lock else store.NoLock()
    page = Page(Database(engine, held, lambda: START), experiment_id=experiment_id)
    for visitor in range(number):
        page.serve(f"v{visitor}")


def serve_until_told_to_end(
    url: str, lock: str, experiment_id: int, number: int, told: Connection
) -> None:
    """The same in a worker that a server ends with SIGTERM; says when everything is queued."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(url, lock, experiment_id, number)
    told.send("ready")
    told.recv()
