"""Start, pause, resume, end: what each needs, writes down and sends."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.conftest import HandClock
from tests.factories import (
    Team,
    make_approval,
    make_checked,
    make_experiment,
    make_person,
    make_revision,
    make_running,
)
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle, page_copy
from wbtest.publishing.live_snapshot import pages_version
from wbtest.publishing.models import Experiment
from wbtest.store import Refused, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.models import Revision


def test_a_start_opens_the_page_with_a_salt_and_a_key_of_its_own(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))

    lifecycle.start(make_checked(experiment, team.editor), team.approver)

    assert experiment.state == "running"
    assert len(experiment.identity_key or b"") == 32
    assert len(experiment.assignment_salt) == 32
    steps = [(step.what, step.person) for step in experiment.steps]
    assert steps == [("checked", team.editor), ("started", team.approver)]


def test_the_seal_holds_rule_variants_salt_and_the_words_of_every_page(
    revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver, variants=("Price",))
    sealed = json.loads(experiment.sealed)
    document = documents.from_json(revision.document)

    assert hashlib.sha256(experiment.sealed.encode()).hexdigest() == experiment.seal
    assert "link previews" in sealed["excluded"]
    assert sealed["rule"] == experiment.rule
    assert sealed["revision"] == revision.digest
    assert sealed["salt"] == experiment.assignment_salt
    assert [variant["key"] for variant in sealed["variants"]] == ["control", "price"]
    assert sealed["pages"] == {
        variant.key: page_copy.digest(page_copy.build_copy(document, variant.overrides))
        for variant in experiment.variants
    }


def test_the_seal_is_mailed_to_every_approver_and_owner(revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)

    mails = db.session.scalars(select(OutboxMail)).all()

    assert {mail.recipient for mail in mails} == {team.approver.email, team.owner.email}
    assert all(experiment.seal in mail.body for mail in mails)
    assert "http://localhost/p/larder" in mails[0].body


def test_a_second_start_changes_nothing_and_says_so(revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)
    seal = experiment.seal

    with pytest.raises(lifecycle.AlreadyDone, match="running"):
        lifecycle.start(experiment, team.owner)

    assert experiment.seal == seal
    assert len(experiment.steps) == 2
    assert len(db.session.scalars(select(OutboxMail)).all()) == 2


@pytest.mark.every_database
def test_two_starts_at_the_same_moment_are_one(app: Flask, revision: Revision, team: Team):
    experiment = make_checked(make_experiment(revision, team.editor), team.editor)
    keys = experiment.id, team.owner.id
    db.session.rollback()

    def start(_: int) -> str:
        with app.app_context():
            found = db.session.get_one(Experiment, keys[0])
            try:
                return lifecycle.start(found, db.session.get_one(Person, keys[1])).state
            except lifecycle.AlreadyDone:
                return "already"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(start, range(2)))

    assert answers == ["already", "running"]
    assert len(db.session.get_one(Experiment, keys[0]).steps) == 2


def test_a_running_experiment_goes_on_when_a_newer_revision_is_frozen(
    revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver)
    make_revision(team.editor, release=revision.release, headline="Better")

    lifecycle.pause(experiment, team.approver)

    assert lifecycle.resume(experiment, team.approver).state == "running"


def test_each_further_test_of_a_release_is_another_attempt(revision: Revision, team: Team):
    make_experiment(revision, team.editor, if_met="We never start this one.")
    lifecycle.end(make_running(revision, team.editor, team.approver), team.approver)
    newer = make_revision(team.editor, release=revision.release, headline="Better")
    make_approval(newer, team.approver)

    second = make_running(newer, team.editor, team.approver)

    assert (second.attempt, second.slug) == (2, "larder")


def test_a_second_test_waits_for_the_end_of_the_first(revision: Revision, team: Team):
    first = make_running(revision, team.editor, team.approver)
    second = make_checked(make_experiment(revision, team.editor), team.editor)
    lifecycle.pause(first, team.approver)

    with pytest.raises(lifecycle.StillOpen, match="Test 1 at /p/larder is paused"):
        lifecycle.start(second, team.approver)
    assert second.state == "draft"
    lifecycle.end(first, team.approver)

    assert lifecycle.start(second, team.approver).attempt == 2


@pytest.mark.every_database
def test_of_two_starts_at_once_one_is_refused(app: Flask, revision: Revision, team: Team):
    drafts = [
        make_checked(make_experiment(revision, team.editor, if_met=text), team.editor).id
        for text in ("We build it.", "We build half of it.")
    ]
    approver_id = team.approver.id
    db.session.rollback()
    wait = Barrier(2)

    def start(number: int) -> str:
        with app.app_context():
            draft = db.session.get_one(Experiment, number)
            person = db.session.get_one(Person, approver_id)
            wait.wait()
            try:
                return lifecycle.start(draft, person).state
            except lifecycle.StillOpen:
                return "refused"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(start, drafts)) == ["refused", "running"]


@pytest.mark.every_database
def test_the_database_holds_no_two_open_tests_of_an_idea(revision: Revision, team: Team):
    make_running(revision, team.editor, team.approver)
    second = make_experiment(revision, team.editor)

    with pytest.raises(IntegrityError), writing():
        second.state = "paused"


def test_a_test_of_another_release_is_a_first_attempt(revision: Revision, team: Team):
    make_running(revision, team.editor, team.approver)
    other = make_revision(team.editor, product="Kiln")
    make_approval(other, team.approver)

    assert make_running(other, team.editor, team.approver, slug="kiln").attempt == 1


def test_pause_resume_and_end_are_steps_that_every_door_learns_of(revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)
    first = pages_version(db.session)

    lifecycle.pause(experiment, team.approver)
    lifecycle.resume(experiment, team.owner)
    lifecycle.end(experiment, team.owner)

    assert [step.what for step in experiment.steps] == [
        "checked",
        "started",
        "paused",
        "resumed",
        "ended",
    ]
    assert pages_version(db.session) == first + 3
    assert experiment.ended_at is not None


@pytest.mark.parametrize("verb", [lifecycle.pause, lifecycle.end])
def test_a_step_taken_twice_is_one_step(verb: object, revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)
    assert callable(verb)
    verb(experiment, team.approver)

    with pytest.raises(lifecycle.AlreadyDone, match="already"):
        verb(experiment, team.approver)

    assert len(experiment.steps) == 3


def test_what_is_over_cannot_be_opened_again(revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)
    lifecycle.end(experiment, team.approver)

    for verb in (lifecycle.pause, lifecycle.resume):
        with pytest.raises(Refused, match="ended"):
            verb(experiment, team.approver)
    assert experiment.state == "ended"


def test_a_draft_can_be_neither_paused_nor_ended(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    for verb in (lifecycle.pause, lifecycle.resume, lifecycle.end):
        with pytest.raises(Refused, match="draft"):
            verb(experiment, team.approver)


def test_a_paused_experiment_does_not_come_back_after_its_last_day(
    revision: Revision, team: Team, now: HandClock
):
    experiment = make_running(revision, team.editor, team.approver)
    lifecycle.pause(experiment, team.approver)
    now.turn(days=29)

    with pytest.raises(Refused, match="last day"):
        lifecycle.resume(experiment, team.approver)


def test_an_experiment_ends_by_itself_when_its_last_day_is_over(
    revision: Revision, team: Team, now: HandClock, app: Flask
):
    experiment = make_running(
        revision, team.editor, team.approver, ends_on=date(2027, 3, 8), time_zone="Asia/Kathmandu"
    )
    job, every = runtime(app).hooks.jobs["end_overdue"]
    midnight = now() + timedelta(days=7, hours=9, minutes=15)  # 18:15 UTC on 8 March

    job(midnight - timedelta(seconds=1))
    assert experiment.state == "running"
    now.time = midnight
    job(midnight)

    assert experiment.state == "ended"
    assert experiment.steps[-1].person is None
    assert every <= timedelta(minutes=5)


def test_the_job_leaves_drafts_and_ended_ones_alone(revision: Revision, team: Team, now: HandClock):
    draft = make_experiment(revision, team.editor)
    over = make_running(revision, team.editor, team.approver, slug="over")
    lifecycle.end(over, team.approver)
    now.turn(days=100)

    lifecycle.end_overdue(now())

    assert (draft.state, len(over.steps)) == ("draft", 3)


def test_a_person_who_only_edits_gets_no_seal(revision: Revision, team: Team):
    make_person("more@larder.example", "editor")
    make_running(revision, team.editor, team.approver)

    recipients = db.session.scalars(select(OutboxMail.recipient)).all()

    assert "more@larder.example" not in recipients
    assert team.viewer.email not in recipients
