"""What the worker does every few minutes costs the others nothing while there is nothing to do."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.copies import Copier
from tests.factories import Team
from tests.filled import fill
from tests.statements import counted
from tests.test_queries import multiply
from wbtest.delivery.worker import Job
from wbtest.extensions import db, runtime

# It works out the figures of each test that runs, which is what it is for.
BY_TEST = {"verdicts told"}
WRITES = ("INSERT", "UPDATE", "DELETE", "BEGIN IMMEDIATE")


@pytest.fixture
def frequent(app: Flask, team: Team, now: HandClock) -> dict[str, Job]:
    """The jobs that come again within ten minutes, in a team with one of everything."""
    fill(team, now)
    jobs = runtime(app).hooks.jobs
    return {name: job for name, job in jobs.items() if job[1] <= timedelta(minutes=10)}


def at_rest(app: Flask, frequent: dict[str, Job], now: HandClock) -> dict[str, list[str]]:
    """What each job asks of the database once it has done what there was to do."""
    asked = {}
    for _ in range(2):
        for name, (act, _every) in frequent.items():
            with app.app_context(), counted() as statements:
                act(now())
                db.session.rollback()
            asked[name] = [*statements]
    return asked


def test_no_job_writes_where_nothing_is_to_be_done(
    app: Flask, frequent: dict[str, Job], now: HandClock
) -> None:
    asked = at_rest(app, frequent, now)

    assert {name: said for name, said in asked.items() if any(map(is_write, said))} == {}
    assert len(asked) >= 9


def test_no_job_asks_more_often_where_there_is_more(
    app: Flask, frequent: dict[str, Job], now: HandClock
) -> None:
    few = at_rest(app, frequent, now)
    with db.engine.connect() as connection:
        copier = Copier(connection)
    multiply(copier)
    many = at_rest(app, frequent, now)

    grown = {name for name in many if len(many[name]) > len(few[name])}
    assert grown <= BY_TEST


def is_write(statement: str) -> bool:
    return statement.lstrip().startswith(WRITES)
