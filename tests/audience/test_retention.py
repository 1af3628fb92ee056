"""How long what is known of visitors is kept, and who is told so."""

from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import (
    Larder,
    Visitor,
    draft_page,
    start_page,
    words_in,
)
from tests.conftest import HandClock
from tests.factories import make_checked, make_person
from wbtest.audience.retention import remind_owners
from wbtest.audience.retention_terms import RetentionTerms, date_in_words, terms_of
from wbtest.audience.visitors import read_cookie
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.page_strings import strings_for
from wbtest.store import writing


def test_days_count_from_the_end_in_the_zone_of_the_experiment():
    over_at = datetime(2027, 3, 31, 23, 30, tzinfo=UTC)
    terms = RetentionTerms(over_at, days=33, zone="Europe/London", window_hours=24)

    assert terms.last_day.isoformat() == "2027-05-04"
    assert terms.erased_at == datetime(2027, 5, 4, 23, tzinfo=UTC)


def test_nothing_goes_while_late_answers_still_count():
    over_at = datetime(2027, 3, 10, 12, tzinfo=UTC)

    assert RetentionTerms(over_at, 1, "UTC", window_hours=336).last_day.isoformat() == "2027-03-24"


def test_days_count_from_the_last_day_of_a_test_that_is_over_at_midnight():
    over_at = datetime(2027, 3, 31, 23, tzinfo=UTC)
    terms = RetentionTerms(over_at, days=20, zone="Europe/London", window_hours=24)

    assert (terms.last_day.isoformat(), terms.days_kept) == ("2027-04-20", 20)


def test_a_page_promises_the_days_that_late_answers_take_where_these_are_more():
    over_at = datetime(2027, 3, 10, 12, tzinfo=UTC)
    opened_at = over_at + timedelta(days=1)
    terms = RetentionTerms(over_at, 1, "UTC", window_hours=168, opened_at=opened_at)

    assert terms.days_kept == 7
    assert terms.list_last_day == terms.last_day == date(2027, 3, 17)


def test_a_worker_that_notices_the_end_late_keeps_nothing_for_longer(larder: Larder, now):
    now.turn(days=300)
    lifecycle.end_overdue(now())

    assert terms_of(larder.experiment).over_at == datetime(2027, 3, 31, 23, tzinfo=UTC)


def test_the_privacy_page_promises_days_and_then_a_day(app: Flask, larder: Larder, now):
    before = words_in(Visitor(app).get("/p/larder/privacy"))
    assert (
        "The test ends on 31 March 2027 at the latest. We delete this data 395 days after" in before
    )
    assert "If we ask you to confirm your email when you first sign up and you don’t" in before
    lifecycle.end(larder.experiment, larder.approver)

    assert "We keep this data until 30 March 2028." in words_in(
        Visitor(app).get("/p/larder/privacy")
    )


def test_the_page_of_an_experiment_may_promise_less_than_the_server(app: Flask, now):
    larder = draft_page()
    with writing():
        larder.experiment.options = {"retention_days": 30}
    lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)
    lifecycle.end(larder.experiment, larder.approver)

    assert terms_of(larder.experiment).last_day.isoformat() == "2027-03-31"


def test_the_owners_are_told_a_week_before_and_once(ended: Larder, now: HandClock):
    make_person("owner@x.io", "owner")
    now.time = terms_of(ended.experiment).erased_at - timedelta(days=7)

    remind_owners(now())
    remind_owners(now())

    [mail] = db.session.scalars(sa.select(OutboxMail).where(OutboxMail.recipient == "owner@x.io"))
    assert "2 people are waiting to hear what you decided." in mail.body
    assert f"/experiments/{ended.experiment.id}/signups" in mail.body


def test_a_cookie_says_nothing_on_another_page(app: Flask, larder: Larder):
    kiln = start_page(slug="kiln").experiment
    mia = Visitor(app)
    mia.get()
    value = mia.browser.get_cookie("wb-p1").value

    assert larder.experiment.identity_key is not None
    assert kiln.identity_key is not None
    assert read_cookie(larder.experiment.identity_key, value) is not None
    assert read_cookie(kiln.identity_key, value) is None


def test_the_first_of_a_month_is_written_as_in_its_language():
    first, second = date(2027, 3, 1), date(2027, 3, 2)

    assert date_in_words(first, strings_for("fr")).split() == ["1er", "mars", "2027"]
    assert date_in_words(second, strings_for("fr")).split() == ["2", "mars", "2027"]
    assert date_in_words(first, strings_for("de")).split() == ["1.", "März", "2027"]
