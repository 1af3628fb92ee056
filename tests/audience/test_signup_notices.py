"""What a sign-up sets off: mails that wait on an overrun page, and what webhooks are told."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from msgspec.structs import replace

from tests.audience.larder import mails, signups
from tests.audience.recording import Page
from tests.conftest import HandClock
from wbtest.audience import erasure
from wbtest.audience.models import Signup
from wbtest.audience.recording import rollup
from wbtest.audience.recording.events import SignedUp
from wbtest.audience.recording.write_batch import record_events
from wbtest.audience.signup_mail import hash_of, signup_number
from wbtest.audience.signups import AbuseGuard
from wbtest.delivery.models import OutboxEvent, OutboxMail
from wbtest.extensions import db, runtime
from wbtest.store import writing, writing_group
from wbtest.team import delivery_settings


@pytest.fixture
def paced(app: Flask) -> Flask:
    """The app, which writes at once to five people of a page in an hour."""
    runtime(app).guard = AbuseGuard(most_a_page=5)
    return app


def wait_of(app: Flask, email: str) -> timedelta:
    """How long after the sign-up its mail leaves."""
    [mail] = mails(app, email)
    return mail.due_at - mail.created_at


def test_an_overrun_page_takes_everybody_and_its_mails_leave_at_a_pace(paced, mia, now):
    page = mia.get()
    now.turn(seconds=2)
    answers = [mia.sign_up(page, f"{number}@x.io").status_code for number in range(8)]

    assert answers == [303] * 8
    assert [row.excluded_because for row in signups(paced)] == [""] * 8
    waits = [wait_of(paced, f"{number}@x.io") for number in range(8)]
    assert waits == [timedelta(minutes=12) * place for place in (0, 0, 0, 0, 0, 1, 2, 3)]
    now.turn(hours=1, minutes=1)
    mia.sign_up(page, "mia@x.io")
    assert wait_of(paced, "mia@x.io") == timedelta(0)


def store(page: Page, now: HandClock, group: list[SignedUp]) -> list[timedelta]:
    """Store sign-ups in one group; return how long each mail of the page waits."""
    with writing_group(page.database.engine, page.database.lock) as connection:
        record_events(connection, group, {}, now(), "example.com")
    due = page.database.read(sa.select(OutboxMail.due_at).order_by(OutboxMail.id))
    return [at - now() for (at,) in due]


def at(now: HandClock) -> int:
    return int(now().timestamp() * 1_000_000)


def signed_up(page: Page, email: str, **details: str) -> SignedUp:
    return page.signed_up(email, "", 0, subject="Larder", most_an_hour=2, **details)


def test_of_sign_ups_that_are_stored_at_once_those_beyond_wait_too(page: Page, now: HandClock):
    waits = store(page, now, [signed_up(page, f"{number}@x.io") for number in range(4)])

    assert waits == [timedelta(minutes=30) * n for n in (0, 0, 1, 2)]


def test_a_page_is_overrun_for_an_hour(page: Page, now: HandClock):
    for number in range(4):
        store(page, now, [replace(signed_up(page, f"{number}@x.io"), at_us=at(now))])
        now.turn(minutes=10)
    now.turn(minutes=61)

    [*_, last] = store(page, now, [replace(signed_up(page, "5@x.io"), at_us=at(now))])

    assert last == timedelta(0)


def test_a_page_of_which_all_is_deleted_is_not_overrun(page: Page, now: HandClock):
    for number in range(4):
        store(page, now, [signed_up(page, f"{number}@x.io")])
    with page.database.engine.begin() as connection:
        connection.execute(sa.delete(Signup))

    [*_, last] = store(page, now, [signed_up(page, "5@x.io")])

    assert last == timedelta(0)


def test_machines_slow_nobody_who_is_stored_with_others(page: Page, now: HandClock):
    store(page, now, [signed_up(page, "robot@x.io", excluded_because="suspected")])

    waits = store(page, now, [signed_up(page, email) for email in ("ada@x.io", "bea@x.io")])

    assert waits == [timedelta(0)] * 2


def test_a_second_crowd_waits_behind_all_of_the_first(paced, mia, now):
    page = mia.get()
    now.turn(seconds=2)
    for number in range(13):
        mia.sign_up(page, f"{number}@x.io")
    now.turn(minutes=61)
    for number in range(20, 26):
        mia.sign_up(page, f"{number}@x.io")

    # Eight of the first wait, for 96 minutes; the last of them leaves in 35.
    assert wait_of(paced, "25@x.io") == timedelta(minutes=35 + 12)


def test_machines_do_not_slow_the_mails_of_a_page(paced, mia, now):
    page = mia.get()
    now.turn(seconds=2)
    for number in range(8):
        mia.sign_up(page, f"{number}@x.io", website="x")
    mia.sign_up(page, "mia@x.io")

    assert wait_of(paced, "mia@x.io") == timedelta(0)


def told() -> list[tuple[str, dict[str, Any]]]:
    """Kind and data of every event, in order."""
    rows = db.session.scalars(db.select(OutboxEvent).order_by(OutboxEvent.id))
    return [(row.kind, json.loads(row.body)["data"]) for row in rows]


def subscribe(*more: str) -> None:
    delivery_settings.add_webhook("https://hooks.example/", ["signup.created", *more])


def test_a_sign_up_and_its_confirmation_are_told_without_the_address(app, mia, larder):
    subscribe("signup.confirmed")
    page = mia.get("/p/larder?utm_source=newsletter")
    mia.sign_up(page, "mia@x.io")
    mia.sign_up(page, "mia@x.io")
    token = mails(app, "mia@x.io")[0].leave_url.rpartition("/")[2]

    with writing() as session:
        for _ in range(2):
            rollup.confirm(session, hash_of(token), 1_804_000_000_000_000)

    (created, data), (confirmed, again) = told()
    assert (created, confirmed) == ("signup.created", "signup.confirmed")
    assert data == again
    assert (data["source"], data["slug"]) == ("newsletter", "larder")
    assert data["signup"] == signup_number(larder.experiment.identity_key, "mia@x.io")
    assert "mia@x.io" not in str(data)


def test_an_address_that_was_sent_along_goes_when_its_person_erases_it(app, mia, larder):
    subscribe("addresses")
    mia.sign_up(mia.get(), "mia@x.io")
    [(_, data)] = told()
    assert data["email"] == "mia@x.io"

    erasure.leave(mails(app, "mia@x.io")[0].leave_url.rpartition("/")[2])

    assert told() == []
