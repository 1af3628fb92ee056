"""What a purge deletes and leaves alone, who may ask for it, and that no trace is left."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.addresses import leave_addresses
from tests.audience.larder import (
    Larder,
    Visitor,
    mails,
    signups,
    start_page,
    token_in,
    visits,
    words_in,
)
from tests.conftest import HandClock
from wbtest.audience import retention
from wbtest.audience.models import (
    Engagement,
    HourlyCount,
    MachineCount,
    Objection,
    Sighting,
    Signup,
    Visit,
)
from wbtest.audience.outcome_mail import queue_outcome_mails, tell_outcome
from wbtest.audience.recording.rollup import differences, forget, rebuild
from wbtest.audience.result_counts import faq_opened
from wbtest.audience.retention import (
    count_progress,
    drop_old_copies,
    finish_purges,
    purge,
    purge_due,
    purge_now,
    wipe_traces,
)
from wbtest.audience.retention_terms import terms_of
from wbtest.audience.visitors import Visitor as VisitorRow
from wbtest.audience.visitors import sign_cookie
from wbtest.config import Settings
from wbtest.delivery.backups import back_up, backup_folder
from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.delivery.worker import find_run, run_due_jobs
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.store import Refused, writing

ABOUT_PEOPLE = (Visit, Sighting, Signup, Engagement, Objection)


def rows(model: type[Any]) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def totals() -> list[tuple[Any, ...]]:
    """Every cell of what was counted."""
    db.session.rollback()
    tables = (HourlyCount.__table__, MachineCount.__table__)
    return [tuple(row) for table in tables for row in sorted(db.session.execute(sa.select(table)))]


def test_nothing_goes_before_the_day_is_over(ended: Larder, now: HandClock):
    now.time = terms_of(ended.experiment).erased_at - timedelta(seconds=1)

    purge_due(now())

    assert ended.experiment.purged_at is None
    assert (rows(Visit), rows(Signup)) == (3, 2)


def test_after_25_months_the_rows_are_gone_and_every_total_is_as_it_was(
    app: Flask, ended: Larder, now: HandClock
):
    before = totals()
    now.turn(days=761)

    run_due_jobs()

    assert [rows(model) for model in ABOUT_PEOPLE] == [0] * len(ABOUT_PEOPLE)
    assert mails(app, "mia1@x.io") == mails(app, "mia2@x.io") == []
    assert totals() == before != []
    assert (ended.experiment.identity_key, ended.experiment.purged_at) == (None, now())
    assert ended.experiment.steps[-1].what == "purged"
    answer = Visitor(app).get()
    assert (answer.status_code, "is closed" in words_in(answer)) == (410, True)
    assert "we’ve deleted what we knew about its visitors" in words_in(
        Visitor(app).get("/p/larder/privacy")
    )


def test_the_purge_goes_on_in_groups_and_leaves_other_pages_alone(
    app: Flask, ended: Larder, now: HandClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(retention, "PEOPLE_AT_ONCE", 1)
    other = start_page(slug="kiln")
    Visitor(app).get("/p/kiln")
    leave_addresses(other.experiment, 1)

    purge(ended.experiment)

    assert {visit.experiment_id for visit in visits(app)} == {other.experiment.id}
    assert [signup.email for signup in signups(app)] == ["p0@x.io"]


def test_a_purge_that_broke_is_finished_an_hour_later(ended: Larder, now: HandClock):
    with writing():
        ended.experiment.purged_at = now()
        ended.experiment.last_counts = {"two_variants": 0}

    purge_due(now())
    purge_due(now())

    assert (rows(Visit), rows(Signup)) == (0, 0)
    assert [step.what for step in ended.experiment.steps].count("purged") == 1


def test_what_is_purged_is_not_proved_and_not_recounted(ended: Larder):
    before = totals()
    purge(ended.experiment)

    with writing() as session:
        rebuild(session)

    assert totals() == before
    assert differences(db.session.connection()) == []


def test_what_webhooks_are_told_of_sign_ups_goes_too(app: Flask, larder: Larder, now: HandClock):
    hook = Webhook(
        url="https://x.io", secret="", created_at=now(),
        events=["signup.created", "addresses"],
    )  # fmt: skip
    with writing() as session:
        session.add(hook)
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io")
    assert (len(signups(app)), rows(OutboxEvent)) == (1, 1)
    lifecycle.end(larder.experiment, larder.approver)

    purge(larder.experiment)

    assert rows(OutboxEvent) == 0


def open_list(larder: Larder, now: HandClock) -> None:
    """Open the waiting list, and let somebody join it."""
    with writing():
        larder.experiment.afterwards, larder.experiment.opened_at = "open", now()
    leave_addresses(larder.experiment, 1, excluded_because="waiting")


def test_a_waiting_list_keeps_its_own_people_and_the_key_until_its_own_day(
    ended: Larder, now: HandClock
):
    now.turn(days=100)
    open_list(ended, now)
    now.time = terms_of(ended.experiment).erased_at

    purge_due(now())

    assert (rows(Visit), rows(Signup)) == (0, 1)
    assert ended.experiment.identity_key is not None
    now.turn(days=101)
    purge_due(now())
    assert rows(Signup) == 0
    assert (ended.experiment.identity_key, ended.experiment.afterwards) == (None, "closed")


def tell_all(larder: Larder, now: HandClock) -> None:
    tell_outcome(larder.experiment, larder.approver, "We build it. Thank you.")
    now.turn(days=2)
    queue_outcome_mails(now())


def test_the_button_waits_until_everybody_has_heard(ended: Larder, now: HandClock):
    with pytest.raises(Refused, match="First tell your sign-ups"):
        purge_now(ended.experiment, ended.approver)
    tell_all(ended, now)
    with pytest.raises(Refused, match="2 emails haven’t been sent yet"):
        purge_now(ended.experiment, ended.approver)
    with writing() as session:
        session.execute(sa.update(OutboxMail).values(state="sent"))

    purge_now(ended.experiment, ended.approver)
    finish_purges(now())

    assert rows(Signup) == 0
    last = ended.experiment.steps[-1]
    assert (last.what, last.person) == ("purged", ended.approver)


@pytest.fixture
def given_up(ended: Larder, now: HandClock) -> Larder:
    """An owner has pressed the button, and the worker has not come yet."""
    tell_all(ended, now)
    with writing() as session:
        session.execute(sa.update(OutboxMail).values(state="sent"))
    purge_now(ended.experiment, ended.approver)
    return ended


def test_the_button_only_decides_and_the_worker_deletes_within_a_minute(
    app: Flask, given_up: Larder
):
    before = rows(Visit), rows(Signup), count_progress(given_up.experiment)
    job, every = runtime(app).hooks.jobs["purging"]

    job(given_up.experiment.purged_at)

    assert before == (3, 2, (0, 8))
    assert (rows(Visit), rows(Signup), every) == (0, 0, timedelta(minutes=1))
    assert count_progress(given_up.experiment) == (8, 8)


def test_between_the_button_and_the_last_row_nobody_moves_a_total(given_up: Larder):
    before = totals()
    visitor = db.session.scalars(sa.select(Signup.visitor)).first()
    with writing() as session:
        session.execute(sa.delete(Signup))
        forget(session, given_up.experiment.id, visitor)

    assert rows(Visit) == 2
    assert totals() == before
    assert differences(db.session.connection()) == []


def test_a_purge_that_fails_is_named_and_keeps_no_other_waiting(
    app: Flask, ended: Larder, now: HandClock, monkeypatch: pytest.MonkeyPatch
):
    other = start_page(slug="kiln")
    leave_addresses(other.experiment, 1)
    lifecycle.end(other.experiment, other.approver)
    with writing():
        ended.experiment.sealed, ended.experiment.rule = "{", {"broken": "rule"}
    now.turn(days=800)

    run_due_jobs()

    assert {signup.experiment_id for signup in signups(app)} == {ended.experiment.id}
    run = find_run("purge")
    assert run is not None
    assert run.error.startswith("SomeFailed: /p/larder: ")
    assert "/p/kiln" not in run.error


def test_the_button_waits_until_late_answers_are_in(ended: Larder, now: HandClock):
    tell_outcome(ended.experiment, ended.approver, "We build it. Thank you.")

    with pytest.raises(Refused, match="Late answers still count"):
        purge_now(ended.experiment, ended.approver)


def test_a_cookie_from_before_the_purge_says_nothing_any_more(app: Flask, ended: Larder):
    mia = Visitor(app)
    found = runtime(app).pages.find("larder")
    value = sign_cookie(found.live.identity_key, VisitorRow("7" * 32, "photo", 0, "", "", ""))
    mia.browser.set_cookie("wb-p1", value)

    purge(ended.experiment)

    anew = runtime(app).pages.find("larder")
    assert found.find_visitor({"HTTP_COOKIE": f"wb-p1={value}"}) is not None
    assert anew.find_visitor({"HTTP_COOKIE": f"wb-p1={value}"}) is None


def test_a_purge_that_is_asked_for_twice_at_once_is_one_step(ended: Larder):
    purge(ended.experiment)
    purge(ended.experiment)

    assert [step.what for step in ended.experiment.steps].count("purged") == 1


def test_who_opened_a_question_is_the_same_after_a_purge(app: Flask, larder: Larder, now):
    mia = Visitor(app)
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.post("/p/larder/did", f"{token_in(page)}\nfaq 1")
    mia.sign_up(page, "mia@x.io")
    assert len(signups(app)) == 1
    lifecycle.end(larder.experiment, larder.approver)
    before = faq_opened(larder.experiment)
    assert before[1].signed_up == (1, 1)

    purge(larder.experiment)

    assert faq_opened(larder.experiment) == before


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite, whatever the rest of the suite runs on: PostgreSQL has files of its own."""
    return sqlite_url


@pytest.fixture
def on_sqlite(settings: Settings) -> Path:
    assert settings.database_file is not None
    return settings.database_file


def test_key_addresses_and_visitors_are_gone_from_the_file_and_its_log(
    app: Flask, ended: Larder, now: HandClock, on_sqlite: Path
):
    mingle(ended.experiment, start_page(slug="kiln").experiment)
    key = ended.experiment.identity_key
    assert key is not None
    known = [key, b"mia1@x.io", visits(app)[0].visitor.encode(), b"gone"]
    assert [text in bytes_of(on_sqlite) for text in known] == [True] * 4

    purge(ended.experiment)
    wipe_traces(now())

    assert [text in bytes_of(on_sqlite) for text in known] == [False] * 4
    assert b"kept" in bytes_of(on_sqlite)


def mingle(gone: Experiment, kept: Experiment) -> None:
    """Sign-ups of two pages in any order: the file's pages are split, which leaves bytes behind."""
    chance = random.Random(7)
    rows = [
        {
            "experiment_id": experiment.id, "email_key": f"{chance.random()}@{word}",
            "email": f"{chance.random()}@{word}", "token_hash": f"{chance.random()}{word}",
            "variant": "control", "at_us": 1, "source": "direct", "device": "phone",
        }
        for experiment, word in ((gone, "gone"), (kept, "kept"))
        for _ in range(400)
    ]  # fmt: skip
    chance.shuffle(rows)
    with writing() as session:
        session.execute(sa.insert(Signup.__table__), rows)


def bytes_of(file: Path) -> bytes:
    """The database and its write-ahead log, byte by byte."""
    db.session.rollback()
    log = file.with_name(file.name + "-wal")
    return file.read_bytes() + (log.read_bytes() if log.exists() else b"")


def test_the_file_is_not_rewritten_without_a_purge(ended: Larder, now: HandClock, on_sqlite: Path):
    purge(ended.experiment)
    for _ in range(2):
        run_due_jobs()
        now.turn(hours=1)
    kiln = start_page(slug="kiln").experiment
    mingle(kiln, kiln)
    with writing() as session:
        session.execute(sa.delete(Signup))

    run_due_jobs()

    assert db.session.execute(sa.text("PRAGMA freelist_count")).scalar_one() > 0


def test_copies_from_before_somebody_left_are_deleted_two_weeks_later(
    app: Flask, mia: Visitor, now: HandClock, settings: Settings
):
    mia.sign_up(mia.get(), "mia@x.io")
    copy = back_up(settings, "asked", now())
    now.turn(hours=1)
    [mail] = mails(app, "mia@x.io")
    mia.post(mail.leave_url.removeprefix("http://localhost"), {})

    now.turn(days=13)
    drop_old_copies(now())
    assert copy.exists()
    now.turn(days=1)
    drop_old_copies(now())

    assert not copy.exists()


def test_copies_from_before_a_purge_are_deleted_two_weeks_later(
    ended: Larder, now: HandClock, settings: Settings
):
    folder = backup_folder(settings)
    folder.mkdir()
    purge(ended.experiment)
    later = now() + timedelta(hours=2)
    times = [f"{at:%Y-%m-%dT%H%M%S}" for at in (now(), later)]
    names = [f"{why}-{at}.db" for why in ("nightly", "a-b") for at in times]
    names += ["nightly-2027-01-01T000000.db-wal", "asked-2027-01-01T000000.dump"]
    # Left by processes that were killed.
    names += ["nightly-2027-01-02T000000.part", "asked-2027-01-02T000000.dump.part"]
    for name in names:
        (folder / name).touch()
    now.turn(days=13)
    drop_old_copies(now())
    assert len(list(folder.iterdir())) == 8

    now.turn(days=1)
    drop_old_copies(now())

    assert sorted(file.name for file in folder.iterdir()) == sorted([names[1], names[3]])
