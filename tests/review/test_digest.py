"""The mail of the day: only when something waits, once a day, in the morning or later."""

import threading
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import Team, make_old_approval, make_revision
from tests.review.reviewing import mails, make_reading, recipients
from wbtest.delivery.jobs import run_due_jobs
from wbtest.extensions import db
from wbtest.review.asking.rounds import ask_for_review
from wbtest.review.waiting.digest import send_digests
from wbtest.writing.models import Revision


@pytest.fixture
def revision(team: Team) -> Revision:
    """A text which the viewer has not read."""
    revision = make_revision(team.editor)
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    return revision


def test_who_is_waited_for_is_told_what_since_when_and_where(
    team: Team, revision: Revision, now: HandClock
):
    now.turn(days=2)

    send_digests(now())

    mail = mails()[-1]
    assert (mail.recipient, mail.subject) == (team.viewer.email, "One thing waits for you")
    assert mail.body == (
        "Read revision 1 of Larder, and say what you think\n"
        "  Editor · waiting for 2 days\n\n"
        "All of it, with links: http://localhost/waiting\n"
    )


def test_it_comes_once_a_day_while_something_still_waits(
    team: Team, revision: Revision, now: HandClock
):
    before = len(mails())
    for _ in range(3 * 24):
        now.turn(hours=1)
        send_digests(now())

    # Three mornings of seven o'clock, after the first day's nine.
    assert recipients()[before:] == [team.viewer.email] * 4


def test_nothing_comes_before_the_morning(team: Team, revision: Revision, now: HandClock):
    before = len(mails())
    now.time = datetime(2027, 3, 2, 6, 59, tzinfo=UTC)

    send_digests(now())
    assert len(mails()) == before
    now.turn(minutes=1)
    send_digests(now())

    assert len(mails()) == before + 1


def test_nobody_is_mailed_for_whom_nothing_waits(team: Team, revision: Revision, now: HandClock):
    make_reading(revision, team.viewer, verdict="approve")
    make_old_approval(revision, team.approver)
    before = len(mails())

    send_digests(now())

    assert len(mails()) == before


@pytest.mark.every_database
def test_two_workers_send_one_mail(app: Flask, revision: Revision, now: HandClock):
    before, start = len(mails()), threading.Barrier(3)

    def run() -> None:
        with app.app_context():
            start.wait()
            send_digests(now())

    workers = [threading.Thread(target=run) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    db.session.rollback()
    assert len(mails()) == before + 1


def test_the_worker_knows_the_job(revision: Revision, now: HandClock):
    before = len(mails())

    assert "review digest" in run_due_jobs()
    assert len(mails()) == before + 1
