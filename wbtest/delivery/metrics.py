"""What a monitoring system reads at /metrics: what processes measured, and what the database says.

Off unless a token is set. Then each process counts into a file of its own, which the library keeps,
and whichever of them is asked adds up those of its machine. What the database says is the same on
every machine.
"""

import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPMethod
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import SQLAlchemyError

from wbtest.config import Settings
from wbtest.delivery import health, jobs, worker
from wbtest.delivery.models import OutboxEvent, OutboxMail
from wbtest.extensions import db
from wbtest.store import describe

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# The library reads it when it is imported, and does without files where it is not set.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# With the number of the `wbtest serve` whose processes count there.
FOLDER_NAME = "metrics-"
WAITED = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
TOOK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Anybody can send a method that nobody else has.
METHODS = frozenset(HTTPMethod)


class Meter:
    """Takes what a process measures, and forgets it: nobody asks."""

    is_on = False

    def note_group(self, kinds: Mapping[str, int], waited: float, left: int) -> None:
        """A group was stored: so many of each kind, and so many are left waiting.

        ``waited`` is how long its first one waited for that, in seconds.
        """

    def note_lost(self, number: int) -> None:
        """So many events could not be stored."""

    def note_answer(self, method: str, status: int, seconds: float) -> None:
        """Flask answered a request."""

    def told(self) -> bytes:
        """What was measured, as a monitoring system reads it."""
        return b""


SILENT = Meter()


class Counting(Meter):
    """Keeps what a process measures."""

    is_on = True

    def __init__(self) -> None:
        # A tenth of a second to load, for those who ask for it.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = registry = CollectorRegistry()
        self._stored = Counter(
            "wbtest_events_stored",
            "Pages served, seen and used, and addresses left: those that are in the database.",
            ["kind"],
            registry=registry,
        )
        self._lost = Counter(
            "wbtest_events_lost",
            "Those that could not be stored, sign-ups apart: these are told so.",
            registry=registry,
        )
        self._waited = Histogram(
            "wbtest_commit_delay_seconds",
            "From an answer to the commit of what it caused; of the first of each group.",
            registry=registry,
            buckets=WAITED,
        )
        self._left = Gauge(
            "wbtest_events_waiting",
            "Those that wait to be stored, after the last group.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._answers = Counter(
            "wbtest_http_requests",
            "Requests that Flask answered. Plain visits and sign-ups are answered in front of it: "
            "they are among the events.",
            ["method", "status"],
            registry=registry,
        )
        self._took = Histogram(
            "wbtest_http_request_seconds",
            "How long Flask took, until the answer began.",
            registry=registry,
            buckets=TOOK,
        )

    def note_group(self, kinds: Mapping[str, int], waited: float, left: int) -> None:
        for kind, number in kinds.items():
            self._stored.labels(kind).inc(number)
        self._waited.observe(max(0.0, waited))
        self._left.set(left)

    def note_lost(self, number: int) -> None:
        self._lost.inc(number)

    def note_answer(self, method: str, status: int, seconds: float) -> None:
        self._answers.labels(method if method in METHODS else "other", str(status)).inc()
        self._took.observe(seconds)

    def told(self) -> bytes:
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        folder = os.environ.get(FOLDER)
        if folder is None:
            return generate_latest(self._registry)
        _forget_the_dead(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


@contextmanager
def measuring() -> Iterator[None]:
    """Log what goes wrong in the block, and go on: what is measured has happened all the same.

    It is the library's, such as for files that are gone.
    """
    try:
        yield
    except Exception as error:
        log.error("this could not be counted for /metrics: %s", describe(error))


def init_app(app: Flask) -> None:
    """Measure what Flask answers, where a token is set, and keep the meter for later areas."""
    settings: Settings = app.extensions["wbtest.settings"]
    if not settings.metrics_token:
        app.extensions["wbtest.meter"] = SILENT
        return
    meter = app.extensions["wbtest.meter"] = Counting()

    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def note(response: Response) -> Response:
        # What is turned away before any of our checks has no beginning.
        took = time.perf_counter() - g.get("begun", time.perf_counter())
        with measuring():
            meter.note_answer(request.method, response.status_code, took)
        return response


@contextmanager
def shared_by_processes(settings: Settings) -> Iterator[None]:
    """Let all processes that are made meanwhile count together, where a token is set.

    In the instance's folder: what lies in that of the system for a while may be swept away.
    """
    if not settings.metrics_token:
        yield
        return
    for left in settings.instance.glob(f"{FOLDER_NAME}*"):
        # Of one that was killed.
        pid = left.name.removeprefix(FOLDER_NAME)
        if pid.isdecimal() and (int(pid) == os.getpid() or not _is_alive(int(pid))):
            shutil.rmtree(left)
    folder = settings.instance / f"{FOLDER_NAME}{os.getpid()}"
    folder.mkdir()
    os.environ[FOLDER] = str(folder)
    try:
        yield
    finally:
        del os.environ[FOLDER]
        shutil.rmtree(folder)


def exposition(settings: Settings) -> bytes:
    """Return all figures in the text format of Prometheus (0.0.4)."""
    from prometheus_client import CollectorRegistry, generate_latest

    meter: Meter = current_app.extensions["wbtest.meter"]
    registry = CollectorRegistry()
    registry.register(_OfTheInstance(settings))
    return meter.told() + generate_latest(registry)


class _OfTheInstance:
    """What the database says, and whether all is well, at the moment of the question."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def collect(self) -> Iterator[Any]:
        """The figures, as the library asks for them."""
        from prometheus_client.core import GaugeMetricFamily

        wrong = health.find_troubles(self._settings)
        well = GaugeMetricFamily(
            "wbtest_ready", "1 while this is well, as at /readyz.", labels=["check"]
        )
        for check in health.CHECKS:
            well.add_metric([check], float(check not in wrong))
        yield well
        if "database" in wrong:
            return
        try:
            mails, events = _waiting(OutboxMail), _waiting(OutboxEvent)
            beat = jobs.find_run(worker.BEAT)
        except SQLAlchemyError:
            # Gone since it was asked above. What is missing here says so.
            db.session.rollback()
            return
        for name, what, states in (
            ("wbtest_mails", "Mails that have not left.", mails),
            ("wbtest_webhook_events", "Events that no webhook took.", events),
        ):
            family = GaugeMetricFamily(name, what, labels=["state"])
            for state, number in states.items():
                family.add_metric([state], number)
            yield family
        seen = GaugeMetricFamily(
            "wbtest_worker_seen_timestamp_seconds",
            "When the background worker was last there, in seconds since 1970.",
        )
        if beat is not None:
            seen.add_metric([], beat.ran_at.timestamp())
        yield seen


def _waiting(model: type[OutboxMail] | type[OutboxEvent]) -> dict[str, int]:
    """How many rows wait or were given up; those that left are not counted, they are many."""
    states = ("waiting", "failed", "bounced") if model is OutboxMail else ("waiting", "failed")
    counted = (
        sa.select(model.state, sa.func.count().label("number"))
        .where(model.state.in_(states))
        .group_by(model.state)
    )
    found = {row.state: row.number for row in db.session.execute(counted)}
    return {state: found.get(state, 0) for state in states}


def _forget_the_dead(folder: Path) -> None:
    """Take what waited in processes that are gone off the sum; what they counted stays."""
    from prometheus_client.multiprocess import mark_process_dead

    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not _is_alive(pid):
            # Another process that is asked at this moment may have done it.
            with suppress(FileNotFoundError):
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        # It is somebody else's.
        return True
    return True
