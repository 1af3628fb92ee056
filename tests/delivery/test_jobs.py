"""Jobs: run when due, by one worker, and noted; and the worker that runs them."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import HandClock
from tests.delivery.conftest import MailServer
from tests.factories import make_person
from wbtest.delivery import worker
from wbtest.delivery.outbox import queue_mail
from wbtest.delivery.worker import find_run, for_each, run_due_jobs
from wbtest.extensions import db, runtime


@pytest.fixture
def ran_at(app: Flask) -> list[datetime]:
    """When the one job of this test ran; it is due every hour."""
    times: list[datetime] = []
    runtime(app).hooks.jobs = {"sweep": (times.append, timedelta(hours=1))}
    return times


def test_a_new_job_runs_at_once_and_then_when_its_time_has_come(
    ran_at: list[datetime], now: HandClock
) -> None:
    start = now()
    for minutes in (0, 59, 1, 30):
        now.turn(minutes=minutes)
        run_due_jobs()

    assert ran_at == [start, start + timedelta(hours=1)]


def test_how_it_went_is_noted(ran_at: list[datetime], now: HandClock) -> None:
    assert run_due_jobs() == ["sweep"]

    run = find_run("sweep")
    assert run is not None
    assert (run.ran_at, run.succeeded_at, run.error) == (now(), now(), "")


@pytest.mark.postgresql
def test_of_what_the_database_refused_no_address_is_told(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    email = "mia@x.io"
    make_person(email, "owner")

    def add_again(email: str) -> None:
        make_person(email, "owner")

    def add(_now: datetime) -> None:
        for_each([email], add_again, lambda _: "somebody")

    runtime(app).hooks.jobs = {"add": (add, timedelta(hours=1))}
    run_due_jobs()

    run = find_run("add")
    assert run is not None
    assert run.error.startswith("SomeFailed: somebody: UniqueViolation: duplicate key")
    assert "duplicate key" in caplog.text
    assert email not in run.error + caplog.text


def test_a_job_that_fails_is_noted_and_stops_no_other(
    app: Flask, now: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    times: list[datetime] = []

    def fail(_now: datetime) -> None:
        raise ZeroDivisionError("no bread")

    hourly = timedelta(hours=1)
    runtime(app).hooks.jobs = {"bake": (fail, hourly), "sweep": (times.append, hourly)}

    assert run_due_jobs() == ["bake", "sweep"]

    run = find_run("bake")
    assert run is not None
    assert (run.succeeded_at, run.error) == (None, "ZeroDivisionError: no bread")
    assert times == [now()]
    assert "the job 'bake' failed" in caplog.text


def test_a_failed_job_comes_again_and_its_error_goes(app: Flask, now: HandClock) -> None:
    outcomes = iter([ZeroDivisionError("no bread"), None])

    def bake(_now: datetime) -> None:
        if error := next(outcomes):
            raise error

    runtime(app).hooks.jobs = {"bake": (bake, timedelta(hours=1))}
    run_due_jobs()
    now.turn(hours=1)
    run_due_jobs()

    run = find_run("bake")
    assert run is not None
    assert (run.succeeded_at, run.error) == (now(), "")


def test_two_workers_do_not_run_the_same_job_twice(app: Flask, ran_at: list[datetime]) -> None:
    start = threading.Barrier(4)

    def run() -> None:
        with app.app_context():
            start.wait()
            run_due_jobs()

    workers = [threading.Thread(target=run) for _ in range(4)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()

    assert len(ran_at) == 1


def test_a_clock_that_was_ahead_for_a_while_delays_no_job(
    ran_at: list[datetime], now: HandClock
) -> None:
    now.turn(days=400)
    run_due_jobs()
    now.turn(days=-400)

    assert run_due_jobs() == ["sweep"]


def test_the_areas_have_registered_their_jobs(app: Flask) -> None:
    assert {"worker", "old sessions", "old counts"} <= set(runtime(app).hooks.jobs)


def test_one_step_of_the_worker_gives_a_sign_of_life_and_sends(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    queue_mail(recipient="ada@example.com", subject="Hello", body="…")

    assert worker.step(app)
    assert not worker.step(app)

    run = find_run(worker.BEAT)
    assert run is not None
    assert run.ran_at == now()
    assert len(mail_server.mails) == 1


def test_a_worker_with_nothing_to_do_keeps_nobody_from_writing(
    app: Flask, mail_server: MailServer
) -> None:
    queue_mail(recipient="ada@example.com", subject="Hello", body="…")
    while worker.step(app):
        pass
    asked: list[str] = []
    keep = lambda *parts: asked.append(parts[2])  # noqa: E731 - as the listener is called

    sa.event.listen(db.engine, "before_cursor_execute", keep)
    worker.step(app)
    sa.event.remove(db.engine, "before_cursor_execute", keep)

    looks = [text for text in asked if text.startswith("SELECT")]
    assert len(looks) == 3
    # SQLite's own begins as a reader does; a writer's is BEGIN IMMEDIATE.
    assert {*asked} - {*looks} <= {"BEGIN"}


def test_the_worker_ends_when_it_is_told_to(app: Flask, mail_server: MailServer) -> None:
    stop = threading.Event()
    stop.set()

    worker.work(app, stop)

    assert find_run(worker.BEAT) is None


def test_the_worker_ends_with_the_process_that_started_it(
    app: Flask, mail_server: MailServer
) -> None:
    answers = iter([False, True])

    worker.work(app, threading.Event(), lambda: next(answers))

    assert find_run(worker.BEAT) is not None


def test_the_worker_lives_through_a_database_that_is_away(
    app: Flask, mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    db.drop_all()
    answers = iter([False, True])

    worker.work(app, threading.Event(), lambda: next(answers))

    assert "could not reach the database" in caplog.text
    db.create_all()
