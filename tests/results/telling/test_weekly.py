"""The weekly summary: Monday at eight where the test runs, once, to who asked for it."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import Team, make_decision
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.telling.telling import (
    forget,
    mails,
    reach_target,
    recipients,
    run_hours,
    subjects,
)
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import end
from wbtest.results.deciding.decide import decide
from wbtest.results.telling.choices import choose
from wbtest.results.telling.weekly import send_weekly
from wbtest.results.telling.weeks import newest_week

# Tests begin on Monday, 1 March 2027, at nine: the first summary is of that week.
FIRST = datetime(2027, 3, 8, 8, tzinfo=UTC)


@pytest.fixture
def reader(team: Team) -> None:
    """The editor has asked for the summary."""
    choose(team.workspace.id, team.editor.id, weekly=True, events=False)


@pytest.mark.usefixtures("reader")
def test_it_comes_once_each_monday_at_eight(experiment: Experiment, now: HandClock):
    run_hours(now, 24 * 15, send_weekly)

    assert [mail.created_at for mail in mails()] == [FIRST, FIRST.replace(day=15)]
    assert recipients() == ["editor"] * 2


@pytest.mark.usefixtures("reader")
def test_it_says_how_the_test_stands_and_what_the_week_brought(
    experiment: Experiment, now: HandClock
):
    for day in range(3):
        count_day(experiment, day, seen=20, converted=1)
    now.time = FIRST

    send_weekly(now())

    [mail] = mails()
    assert mail.subject == "/p/larder, 1 to 7 March: 60 visitors, 3 sign-ups"
    parts = mail.body.split("\n\n")
    assert "more visitors" in parts[0]
    assert parts[1] == (
        "From 1 to 7 March 60 people saw the page, and 3 left an address. "
        "Since the start: 60 people saw it, and 3 left an address."
    )
    assert "\n- 340 more visitors: no verdict before 400, and 60 came so far." in mail.body
    assert parts[-1].startswith("You get this each Monday because you asked for it.")
    assert f"http://localhost/experiments/{experiment.id}/results\n" in mail.body + "\n"


@pytest.mark.usefixtures("reader")
def test_the_second_week_is_told_apart_from_the_first(experiment: Experiment, now: HandClock):
    for day in range(14):
        count_day(experiment, day, seen=10 + day, converted=1)
    now.time = datetime(2027, 3, 15, 8, tzinfo=UTC)

    send_weekly(now())

    assert subjects() == ["/p/larder, 8 to 14 March: 140 visitors, 7 sign-ups"]
    assert "Since the start: 231 people saw it, and 14 left an address." in mails()[0].body


@pytest.mark.usefixtures("reader")
def test_a_verdict_asks_for_the_decision_until_there_is_one(
    team: Team, begin: Start, now: HandClock
):
    first, second = begin(slug="first"), begin(slug="second")
    forget()
    for experiment in (first, second):
        for day in range(9):
            count_day(experiment, day, seen=100, converted=14)
    now.time = datetime(2027, 3, 15, 8, tzinfo=UTC)
    decide(second, team.approver, "go", "It carries the test.")

    send_weekly(now())

    asked = "Missing: your decision. What you said you would do then: We build it."
    assert [asked in mail.body for mail in mails()] == [True, False]


@pytest.mark.usefixtures("reader")
def test_of_a_test_that_was_given_up_only_its_open_page_is_missing(
    team: Team, begin: Start, now: HandClock
):
    experiment = begin()
    make_decision(experiment, team.approver, team.owner, "stop", "We ran out of money.")
    forget()
    now.time = FIRST

    send_weekly(now())

    body = mails()[0].body
    assert "It was decided to stop, and the page is not closed: end the test." in body
    assert "Missing before a verdict" not in body


@pytest.mark.usefixtures("reader")
def test_what_cannot_be_trusted_is_said(begin: Start, now: HandClock):
    experiment = begin(variants=("Half the waste",))
    forget()
    count_day(experiment, 0, "control", seen=900, converted=20)
    count_day(experiment, 0, experiment.variants[1].key, seen=300, converted=20)
    now.time = FIRST

    send_weekly(now())

    body = mails()[0].body
    assert "The figures cannot be trusted as they are (Split as planned: broken" in body
    assert "These figures are lost: the page of the results says what to mend" in body


def test_nobody_gets_it_unasked(experiment: Experiment, now: HandClock):
    now.time = FIRST

    send_weekly(now())

    assert mails() == []


@pytest.mark.usefixtures("reader")
def test_after_a_restart_it_still_comes_until_wednesday_and_never_twice(
    begin: Start, experiment: Experiment, now: HandClock
):
    now.time = datetime(2027, 3, 10, 7, 59, tzinfo=UTC)
    send_weekly(now())
    send_weekly(now())
    assert len(mails()) == 1

    now.time = datetime(2027, 3, 17, 8, 0, tzinfo=UTC)
    send_weekly(now())

    assert len(mails()) == 1


@pytest.mark.usefixtures("reader")
def test_a_test_that_just_ended_is_in_it_and_one_that_is_long_over_is_not(
    team: Team, experiment: Experiment, now: HandClock
):
    reach_target(experiment, now)
    end(experiment, team.approver)
    forget()

    run_hours(now, 24 * 12, send_weekly)

    assert subjects() == ["/p/larder, 8 to 14 March: 200 visitors, 28 sign-ups"]


@pytest.mark.parametrize(
    ("time_zone", "due"),
    [
        ("UTC", datetime(2027, 3, 29, 8, tzinfo=UTC)),
        # The clocks went forward the day before.
        ("Europe/London", datetime(2027, 3, 29, 7, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2027, 3, 29, 2, 15, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2027, 3, 28, 18, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2027, 3, 29, 15, tzinfo=UTC)),
    ],
)
def test_monday_is_that_of_the_test(time_zone: str, due: datetime):
    week = newest_week(due, time_zone)

    assert (week.monday, week.due_at) == (date(2027, 3, 29), due)
    assert newest_week(due - timedelta(seconds=1), time_zone).monday == date(2027, 3, 22)


@pytest.mark.usefixtures("reader")
def test_the_clocks_going_forward_make_no_second_mail(begin: Start, now: HandClock):
    """London: forward on 28 March, so eight o'clock of the day after is 07:00 UTC."""
    begin(time_zone="Europe/London", ends_on=date(2027, 4, 20))
    forget()
    now.time = datetime(2027, 3, 28, 22, tzinfo=UTC)

    run_hours(now, 24 * 3, send_weekly)

    assert [mail.created_at for mail in mails()] == [datetime(2027, 3, 29, 7, tzinfo=UTC)]


@pytest.mark.every_database
@pytest.mark.usefixtures("reader")
def test_three_workers_send_one_summary(app: Flask, experiment: Experiment, now: HandClock):
    now.time = FIRST
    gate = threading.Barrier(3)

    def run() -> None:
        with app.app_context():
            gate.wait()
            send_weekly(now())
            db.session.remove()

    workers = [threading.Thread(target=run) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert recipients() == ["editor"]
