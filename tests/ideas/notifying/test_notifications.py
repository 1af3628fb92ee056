"""Each event of a test is told once to those who want it, no matter who looks and when."""

import json
import threading

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import Team
from tests.ideas.notifying.told import (
    forget,
    mails,
    reach_target,
    recipients,
    run_hours,
    subjects,
)
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_days
from wbtest.delivery.models import OutboxEvent
from wbtest.delivery.worker import SomeFailed, run_due_jobs
from wbtest.extensions import db
from wbtest.ideas import notifications
from wbtest.ideas.notifications import SentNotification, send_notifications
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.store import writing
from wbtest.team import delivery_settings
from wbtest.team.mail_preferences import choose_test_mails


def test_a_verdict_is_told_once_to_those_who_decide(
    team: Team, experiment: Experiment, now: HandClock
):
    run_hours(now, 2, send_notifications)
    assert mails() == []
    reach_target(experiment, now)

    run_hours(now, 4, send_notifications)

    assert recipients() == ["approver", "owner"]
    assert set(subjects()) == {"Larder: target met"}


def test_the_mail_says_what_was_found_and_where_to_look(experiment: Experiment, now: HandClock):
    reach_target(experiment, now)
    send_notifications(now())

    first, second = mails()
    head, _, foot = first.body.partition("See the figures:\n")
    assert head.startswith("Your page reached your 8% target. You can decide now. ")
    assert "900 people saw it and 126 signed up" in head
    assert "in this case: We build it." in head
    assert foot.startswith(f"http://localhost/experiments/{experiment.id}/results\n")
    assert foot.endswith(f"Unsubscribe:\n{first.leave_url}\n")
    assert first.leave_url.startswith("http://localhost/mails/stop/")
    assert first.leave_url != second.leave_url


def test_a_verdict_goes_to_webhooks_too(team: Team, experiment: Experiment, now: HandClock):
    delivery_settings.add_webhook("https://hooks.example/", ["verdict.reached"])
    reach_target(experiment, now)

    run_hours(now, 3, send_notifications)

    [event] = db.session.scalars(db.select(OutboxEvent)).all()
    data = json.loads(event.body)["data"]
    assert data["verdict"] == "met"
    assert data["recommendation"] == "go"
    assert data["variants"] == ["control"]
    assert data["reached_at"] < now().isoformat()
    assert (data["experiment"], data["slug"]) == (experiment.id, "larder")


@pytest.mark.every_database
def test_three_workers_in_the_same_moment_tell_it_once(
    app: Flask, team: Team, experiment: Experiment, now: HandClock
):
    delivery_settings.add_webhook("https://hooks.example/", ["verdict.reached"])
    reach_target(experiment, now)
    gate = threading.Barrier(3)

    def run() -> None:
        with app.app_context():
            gate.wait()
            send_notifications(now())
            db.session.remove()

    workers = [threading.Thread(target=run) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert recipients() == ["approver", "owner"]
    assert len(db.session.scalars(db.select(OutboxEvent)).all()) == 1


def test_a_mail_that_could_not_be_queued_comes_again(
    experiment: Experiment, now: HandClock, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise OSError("no room")

    reach_target(experiment, now)
    with monkeypatch.context() as broken:
        broken.setattr(notifications, "send_test_mail", fail)
        with pytest.raises(SomeFailed):
            send_notifications(now())
    assert mails() == []

    send_notifications(now())

    assert recipients() == ["approver", "owner"]


def test_one_test_that_fails_does_not_keep_the_next_from_being_told(begin: Start, now: HandClock):
    broken, whole = begin(slug="broken"), begin(slug="whole")
    forget()
    for experiment in (broken, whole):
        count_days(experiment, range(9), seen=100, converted=14)
    with writing():
        broken.sealed, broken.rule = "{", {}
    now.turn(days=9)

    with pytest.raises(SomeFailed, match="/p/broken"):
        send_notifications(now())

    assert set(subjects()) == {"Larder: target met"}


def test_a_broken_split_is_told_with_what_to_think_of_it(begin: Start, now: HandClock):
    experiment = begin(variants=("Half the waste",))
    forget()
    count_days(experiment, range(3), "control", seen=300, converted=20)
    count_days(experiment, range(3), experiment.variants[1].key, seen=100, converted=20)
    now.turn(days=3)

    run_hours(now, 5, send_notifications)

    assert subjects() == ["Larder: data unreliable"] * 2
    assert "Even split: no. 900 and 300 people saw the page" in mails()[0].body


def test_a_verdict_that_fades_is_told_once_more(experiment: Experiment, now: HandClock):
    reach_target(experiment, now)
    send_notifications(now())
    count_days(experiment, range(9, 18), seen=100, converted=2)
    now.turn(days=10)

    run_hours(now, 3, send_notifications)

    assert subjects()[::2] == ["Larder: target met", "Larder: met, now in doubt"]
    assert "Result still holds: no." in mails()[-1].body


def test_what_happens_in_one_moment_is_one_mail(begin: Start, team: Team, now: HandClock):
    experiment = begin()
    reach_target(experiment, now)
    end(experiment, team.approver)
    forget()
    now.turn(days=2)

    send_notifications(now())

    assert subjects() == ["Larder: target met"] * 2
    assert "The test is over, and the figures are final." in mails()[0].body
    told = db.session.scalars(
        db.select(SentNotification.occasion).order_by(SentNotification.occasion)
    ).all()
    assert told == ["over", "verdict"]


def test_the_end_is_told_after_the_verdict(team: Team, experiment: Experiment, now: HandClock):
    reach_target(experiment, now)
    send_notifications(now())
    end(experiment, team.approver)
    forget()

    run_hours(now, 30, send_notifications)

    assert subjects() == ["Larder: over, target met"] * 2


def test_a_test_that_ends_unsettled_is_told_once_its_figures_are_final(
    team: Team, experiment: Experiment, now: HandClock
):
    count_day(experiment, 0, seen=41, converted=3)
    now.turn(days=1)
    end(experiment, team.approver)
    forget()

    run_hours(now, 23, send_notifications)
    assert mails() == []
    run_hours(now, 5, send_notifications)

    assert subjects() == ["Larder: over, undecided"] * 2
    assert "Undecided after 41 visitors." in mails()[0].body


def test_what_is_long_over_is_no_news(team: Team, experiment: Experiment, now: HandClock):
    """An instance that was off, or is new to these mails, does not write of every old test."""
    reach_target(experiment, now)
    end(experiment, team.approver)
    forget()
    now.turn(days=5)

    send_notifications(now())

    assert mails() == []


def test_who_wants_no_such_mail_gets_none_and_a_viewer_may_ask(
    team: Team, experiment: Experiment, now: HandClock
):
    choose_test_mails(team.owner.id, is_wanted=False)
    choose_test_mails(team.viewer.id, is_wanted=True)
    reach_target(experiment, now)

    send_notifications(now())

    assert recipients() == ["viewer", "approver"]


def test_the_worker_knows_the_job(experiment: Experiment):
    assert "verdicts told" in run_due_jobs()
