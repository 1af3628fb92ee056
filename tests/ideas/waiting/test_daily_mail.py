"""The mail of the day: what is new or late, in the morning, and nothing twice."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import Team, make_experiment, make_person, make_revision
from tests.review.reviewing import mails, make_comment, make_reading
from wbtest.config import Settings
from wbtest.delivery.mail_sender import claim_mail
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.worker import run_due_jobs
from wbtest.extensions import clock, db, runtime
from wbtest.ideas.daily_email import letter_of, send_daily_mails
from wbtest.ideas.todo import Assignee, TodoItem
from wbtest.review.review_requests import ask_for_review
from wbtest.store import writing
from wbtest.team import mail_preferences
from wbtest.team.models import DailyMail, Membership
from wbtest.team.people import change_role, remove_member
from wbtest.writing.models import Revision

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, mail_url="smtp://127.0.0.1:1")


@pytest.fixture
def revision(team: Team) -> Revision:
    """A text that an approver and an owner may approve, frozen at nine in the morning."""
    return make_revision(team.editor)


def look(*, leaves: bool = True) -> list[OutboxMail]:
    """The mails that are queued by the worker's next look, and leave at once."""
    db.session.rollback()
    before = {mail.id for mail in mails()}
    db.session.rollback()
    send_daily_mails(clock.now())
    db.session.rollback()
    if leaves:
        with writing() as session:
            session.execute(db.update(OutboxMail).values(state="sent"))
    return [mail for mail in mails() if mail.id not in before]


def to(team: Team, found: list[OutboxMail]) -> list[str]:
    names = {team.approver.email: "approver", team.owner.email: "owner"}
    return [names.get(mail.recipient, mail.recipient) for mail in found]


def test_it_says_what_since_when_where_and_how_to_stop_it(
    team: Team, revision: Revision, now: HandClock
):
    now.turn(days=2)

    mail = look()[0]

    assert mail.recipient == team.approver.email
    assert mail.subject == "One thing needs you: Approve or reject revision 1 of Larder"
    assert mail.body == (
        "Approve or reject revision 1 of Larder\n"
        "  Editor · waiting for 2 days\n"
        "  http://localhost/releases/1/revisions/1\n\n"
        "Everything waiting for you:\nhttp://localhost/ideas\n\n"
        "You get this each morning when something is new or late. "
        f"Unsubscribe:\n{mail.leave_url}\n"
    )
    assert mail.leave_url == mail_preferences.daily_stop_url(team.approver)


def test_it_says_a_thing_once_and_once_more_when_it_is_late(
    team: Team, revision: Revision, now: HandClock
):
    found = []
    for day in range(20):
        found += [(day, name) for name in to(team, look())]
        now.turn(days=1)

    assert found == [(0, "approver"), (0, "owner"), (7, "approver"), (7, "owner")]


def test_what_is_new_comes_the_next_morning_and_brings_along_nothing_old(
    team: Team, revision: Revision, now: HandClock
):
    look()
    second = make_revision(team.editor, product="Kiln")
    now.turn(hours=3)
    assert look() == []
    now.turn(hours=21)

    mail = look()[0]

    assert (
        mail.subject == f"One thing needs you: Approve or reject revision {second.number} of Kiln"
    )
    assert "of Larder" not in mail.body


def test_more_of_the_same_is_news_and_less_of_it_is_not(
    team: Team, revision: Revision, now: HandClock
):
    make_reading(revision, team.viewer)
    first = make_comment(revision, team.viewer)
    assert "Reply to a comment on Larder" in {mail.body.split("\n")[0] for mail in look()}
    now.turn(hours=1)
    newer = make_comment(revision, team.viewer)
    now.turn(hours=23)
    assert [mail.body.split("\n")[0] for mail in look()] == ["Reply to 2 comments on Larder"]

    with writing():
        newer.outcome = "declined"
    now.turn(days=1)

    assert first.outcome == ""
    assert look() == []


def test_who_was_asked_to_read_had_a_mail_of_its_own_about_it(
    team: Team, revision: Revision, now: HandClock
):
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    assert look() == []

    now.turn(days=7)

    assert [mail.recipient for mail in look()] == [team.viewer.email]


def test_it_comes_at_eight_in_the_morning_where_the_person_is(
    team: Team, revision: Revision, now: HandClock
):
    mail_preferences.choose_daily_mail(team.approver, is_wanted=True, time_zone="America/New_York")
    now.time = datetime(2027, 3, 2, 7, 59, tzinfo=UTC)
    assert look() == []
    now.turn(minutes=1)
    assert to(team, look()) == ["owner"]
    now.time = datetime(2027, 3, 2, 12, 59, tzinfo=UTC)
    assert look() == []
    now.turn(minutes=1)

    assert to(team, look()) == ["approver"]


def test_without_a_choice_mornings_are_those_of_the_newest_test(
    team: Team, revision: Revision, now: HandClock
):
    make_experiment(revision, team.editor, time_zone="Asia/Kathmandu")
    now.time = datetime(2027, 3, 2, 2, 14, tzinfo=UTC)
    assert look() == []

    now.turn(minutes=1)

    assert to(team, look()) == ["approver", "owner"]


def test_a_zone_that_there_is_no_more_keeps_nobody_from_their_mail(
    team: Team, revision: Revision, now: HandClock
):
    mail_preferences.choose_daily_mail(team.approver, is_wanted=True, time_zone="Asia/Kathmandu")
    with writing() as session:
        session.get_one(DailyMail, team.approver.id).time_zone = "Mars/Olympus"

    assert to(team, look()) == ["approver", "owner"]


def test_who_wants_none_gets_none(team: Team, revision: Revision):
    mail_preferences.stop_daily_mail(team.owner)

    assert to(team, look()) == ["approver"]


def test_without_a_mail_server_nothing_is_told_and_nothing_counts_as_told(
    app: Flask, team: Team, revision: Revision, now: HandClock
):
    able = runtime(app).settings
    runtime(app).settings = replace(able, mail_url="")
    assert look() == []

    runtime(app).settings = able

    assert to(team, look()) == ["approver", "owner"]


@pytest.mark.every_database
def test_two_workers_at_once_send_one(app: Flask, team: Team, revision: Revision, now: HandClock):
    before, start = len(mails()), threading.Barrier(3)
    db.session.rollback()

    def run() -> None:
        with app.app_context():
            start.wait()
            send_daily_mails(now())

    workers = [threading.Thread(target=run) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    db.session.rollback()
    assert to(team, mails()[before:]) == ["approver", "owner"]


@pytest.mark.every_database
def test_a_mail_that_waited_is_not_sent_to_who_lost_what_it_tells(
    team: Team, revision: Revision, now: HandClock
):
    look(leaves=False)
    approver, owner = (
        db.session.get_one(Membership, person.id) for person in (team.approver, team.owner)
    )
    boss = make_person("boss@larder.example", "owner")
    change_role(approver, "viewer", boss)
    remove_member(owner, boss)

    assert claim_mail() is None

    db.session.rollback()
    assert mails() == []
    assert [mail.recipient for mail in look()] == [boss.email]


def test_what_a_mail_that_was_held_back_would_have_told_is_told_again(
    team: Team, revision: Revision
):
    make_reading(revision, team.viewer)
    make_comment(revision, team.viewer)
    look(leaves=False)
    editor = db.session.get_one(Membership, team.editor.id)
    change_role(editor, "viewer", team.owner)
    while claim := claim_mail():
        assert claim.mail.recipient != team.editor.email

    assert [mail.body.split("\n")[0] for mail in look()] == ["Reply to a comment on Larder"]


def test_a_long_list_is_cut_and_counted():
    waits = [
        TodoItem(Assignee("Ada", 1), f"read {k}.1", f"Read number {k}", "Bob", NOON, "/x", "/x")
        for k in range(25)
    ]

    letter = letter_of(waits, NOON, "http://x", "http://x/stop")

    assert letter.subject == "25 things need you: Read number 0"
    assert "Read number 19" in letter.body
    assert "Read number 20" not in letter.body
    assert "And 5 more." in letter.body


def test_the_worker_knows_the_job(team: Team, revision: Revision):
    before = len(mails())

    assert "daily mail" in run_due_jobs()
    assert to(team, mails()[before:]) == ["approver", "owner"]
