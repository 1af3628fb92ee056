"""A first sign-up, a first question and three people for a call are told, each once."""

import threading
from datetime import timedelta

import pytest
from flask import Flask

from tests.audience.addresses import leave_addresses
from tests.conftest import HandClock
from tests.factories import Team
from tests.ideas.notifying.told import forget, mails, recipients, run_hours, subjects
from tests.results.conftest import Start
from wbtest.audience import erasure
from wbtest.audience.models import Signup
from wbtest.audience.recording.counting_rules import microseconds_of
from wbtest.delivery.worker import SomeFailed, run_due_jobs
from wbtest.extensions import db, runtime
from wbtest.ideas import milestones
from wbtest.ideas.milestones import send_milestones
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.store import writing
from wbtest.team.mail_preferences import choose_test_mails
from wbtest.team.models import Membership
from wbtest.writing.suggested_questions import propose_question

FIRST = "Your first sign-up: somebody wants Larder"
CALLS = "Larder: 3 people agreed to a call"
QUESTION = "Larder: your first question"


def sign_up(experiment: Experiment, now: HandClock, number: int = 1, **details: object) -> None:
    """Let people sign up now who were not asked to confirm."""
    at_us = microseconds_of(now())
    usual = {"is_asked_to_confirm": False, "confirmed_us": None}
    leave_addresses(experiment, number, **usual | details)
    with writing() as session:
        session.execute(db.update(Signup).where(Signup.at_us == 1).values(at_us=at_us))


def agree(experiment: Experiment, now: HandClock, number: int, **details: object) -> None:
    """Let people sign up now who agree to a call, with the first sign-up told already."""
    sign_up(experiment, now, number, call_us=microseconds_of(now()), **details)


def ask(experiment: Experiment, question: str, who: str = "a visitor of /p/larder") -> None:
    propose_question(experiment.revision.release, "external", question, who)


def body_to(name: str, subject: str) -> str:
    [body] = [
        mail.body for mail in mails() if mail.subject == subject and mail.recipient.startswith(name)
    ]
    return body


def test_what_is_no_news_when_a_mail_server_is_set_is_not_told(
    app: Flask, experiment: Experiment, now: HandClock
):
    url = runtime(app).settings.mail_url
    object.__setattr__(runtime(app).settings, "mail_url", "")
    sign_up(experiment, now)
    send_milestones(now())
    now.turn(days=4)

    object.__setattr__(runtime(app).settings, "mail_url", url)
    send_milestones(now())

    assert subjects() == []


def test_the_first_sign_up_is_told_once_to_those_who_want_it(
    team: Team, experiment: Experiment, now: HandClock
):
    send_milestones(now())
    assert mails() == []
    sign_up(experiment, now)
    send_milestones(now())
    sign_up(experiment, now, 2, email="q")

    run_hours(now, 3, send_milestones)

    assert subjects() == [FIRST] * 2
    assert {*recipients()} == {"approver", "owner"}
    assert "Somebody signed up at /p/larder." in mails()[0].body


def test_who_wants_no_mails_about_tests_hears_of_no_first_sign_up(
    team: Team, experiment: Experiment, now: HandClock
):
    choose_test_mails(team.owner.id, is_wanted=False)
    choose_test_mails(team.editor.id, is_wanted=True)
    sign_up(experiment, now)

    send_milestones(now())

    assert {*recipients()} == {"approver", "editor"}


def test_with_a_mail_to_confirm_the_first_confirmed_sign_up_is_told(
    experiment: Experiment, now: HandClock
):
    sign_up(experiment, now, is_asked_to_confirm=True)
    send_milestones(now())
    assert mails() == []
    with writing() as session:
        session.execute(db.update(Signup).values(confirmed_us=microseconds_of(now())))

    send_milestones(now())

    assert subjects() == [FIRST] * 2


@pytest.mark.parametrize("reason", ["team", "suspected", "opted_out", "crowd", "waiting"])
def test_a_sign_up_that_does_not_count_is_not_told(
    experiment: Experiment, now: HandClock, reason: str
):
    sign_up(experiment, now, 3, excluded_because=reason, call_us=microseconds_of(now()))

    send_milestones(now())

    assert mails() == []


def test_a_sign_up_from_a_source_that_does_not_count_is_not_told(begin: Start, now: HandClock):
    experiment = begin(sources=("newsletter",))
    forget()
    sign_up(experiment, now)

    send_milestones(now())

    assert mails() == []


def test_no_milestone_names_a_rate_or_a_variant(begin: Start, now: HandClock):
    experiment = begin(variants=("Half the waste",))
    forget()
    agree(experiment, now, 3)
    ask(experiment, "Does it work offline?")

    send_milestones(now())

    text = "".join(mail.subject + mail.body for mail in mails())
    assert len(mails()) == 6
    assert "%" not in text
    assert "Half the waste" not in text
    assert "control" not in text


def test_the_first_question_is_told_in_its_words_with_a_link(
    experiment: Experiment, now: HandClock
):
    ask(experiment, "Does it know <b>allergies</b>?")
    now.turn(minutes=1)
    ask(experiment, "What does it cost in Japan?")

    run_hours(now, 3, send_milestones)

    assert subjects() == [QUESTION] * 2
    body = body_to("owner", QUESTION)
    assert "“Does it know <b>allergies</b>?”" in body
    assert f"http://localhost/releases/{experiment.release_id}#readers\n" in body


@pytest.mark.parametrize("who", ["the team, on /p/larder", "an uncounted visitor of /p/larder"])
def test_a_question_of_nobody_who_counts_is_not_told(
    experiment: Experiment, now: HandClock, who: str
):
    ask(experiment, "Does it work offline?", who)

    send_milestones(now())

    assert mails() == []


def test_a_question_on_an_earlier_test_of_the_idea_is_no_news_of_the_next(
    team: Team, experiment: Experiment, begin: Start, now: HandClock
):
    ask(experiment, "Does it work offline?")
    send_milestones(now())
    now.turn(hours=1)
    end(experiment, team.approver)
    begin()
    forget()

    run_hours(now, 2, send_milestones)

    assert QUESTION not in subjects()


def test_the_third_who_agrees_to_a_call_is_told_with_the_addresses_to_owners_alone(
    team: Team, experiment: Experiment, now: HandClock
):
    agree(experiment, now, 2)
    send_milestones(now())
    assert CALLS not in subjects()
    agree(experiment, now, 1, email="q")

    run_hours(now, 2, send_milestones)

    assert subjects().count(CALLS) == 2
    assert "Their email addresses:\np0@x.io\np1@x.io\nq0@x.io\n\n" in body_to("owner", CALLS)
    assert "@" not in body_to("approver", CALLS)


def test_who_left_is_not_counted_among_those_to_call(experiment: Experiment, now: HandClock):
    agree(experiment, now, 3)
    erasure.leave("p0")

    send_milestones(now())

    assert CALLS not in subjects()


def test_who_is_erased_leaves_the_mail_that_waits(experiment: Experiment, now: HandClock):
    agree(experiment, now, 3)
    send_milestones(now())

    erasure.leave("p1")

    body = body_to("owner", CALLS)
    assert "p1@x.io" not in body
    assert "\np0@x.io\np2@x.io\n" in body


def test_addresses_leave_for_nobody_who_is_an_owner_no_more(
    app: Flask, team: Team, experiment: Experiment, now: HandClock
):
    agree(experiment, now, 3)
    send_milestones(now())
    with writing() as session:
        session.get_one(Membership, team.owner.id).role = "viewer"

    leaving = {
        mail.recipient.partition("@")[0]
        for mail in mails()
        if mail.subject == CALLS and runtime(app).hooks.may_leave(mail)
    }

    assert leaving == {"approver"}


@pytest.mark.every_database
def test_three_workers_in_the_same_moment_tell_a_milestone_once(
    app: Flask, experiment: Experiment, now: HandClock
):
    sign_up(experiment, now)
    gate = threading.Barrier(3)

    def run() -> None:
        with app.app_context():
            gate.wait()
            send_milestones(now())
            db.session.remove()

    workers = [threading.Thread(target=run) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert subjects() == [FIRST] * 2


def test_a_milestone_that_could_not_be_queued_comes_again(
    experiment: Experiment, now: HandClock, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise OSError("no room")

    sign_up(experiment, now)
    with monkeypatch.context() as broken:
        broken.setattr(milestones, "send_test_mail", fail)
        with pytest.raises(SomeFailed):
            send_milestones(now())
    assert mails() == []

    send_milestones(now())

    assert subjects() == [FIRST] * 2


def test_a_first_sign_up_of_long_ago_is_no_news(experiment: Experiment, now: HandClock):
    sign_up(experiment, now)
    now.turn(days=4)

    run_hours(now, 2, send_milestones)

    assert mails() == []


def test_the_worker_looks_for_milestones(experiment: Experiment):
    assert "milestones told" in run_due_jobs()
    assert timedelta(minutes=10) >= milestones.EVERY
