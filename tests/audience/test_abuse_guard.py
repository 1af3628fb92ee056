"""What is doubted about a sign-up is kept and marked; only who sends more than people can waits."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.audience.larder import Larder, Visitor, mails, signups, start_page
from tests.factories import make_person
from wbtest.audience.alarms import Hour, find_alarm, raise_alarms, unusual_hours
from wbtest.audience.email_addresses import is_disposable
from wbtest.audience.models import Alarm
from wbtest.audience.recording.rollup import differences
from wbtest.audience.signups import AbuseGuard, looks_automated
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.lifecycle import choose_afterwards
from wbtest.publishing.page_options import Options
from wbtest.results.signup_list import kinds
from wbtest.store import writing

GUARD = AbuseGuard()
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0"


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """The app with the measures of a server; elsewhere the clock stands still."""
    runtime(app).guard = AbuseGuard(most_a_page=5)
    return app


def confirm(app: Flask, visitor: Visitor, email: str, **headers: str) -> None:
    [mail] = mails(app, email)
    visitor.post(mail.leave_url.replace("/leave/", "/confirm/"), {}, **headers)


def test_a_form_sent_faster_than_a_person_types_is_suspected_and_mails_nobody(guarded, mia, now):
    page = mia.get()
    now.turn(seconds=1)
    mia.sign_up(page, "fast@x.io")
    other = Visitor(guarded)
    page = other.get()
    now.turn(seconds=1.5)
    other.sign_up(page, "slow@x.io")

    reasons = {row.email: row.excluded_because for row in signups(guarded)}
    assert reasons == {"fast@x.io": "suspected", "slow@x.io": ""}
    assert mails(guarded, "fast@x.io") == []


def test_a_clock_set_back_meanwhile_makes_nobody_fast(guarded, mia, now):
    page = mia.get()
    now.turn(hours=-2)
    mia.sign_up(page, "mia@x.io")

    assert [row.excluded_because for row in signups(guarded)] == [""]


def test_a_throw_away_address_is_marked_and_written_to(app, mia):
    mia.sign_up(mia.get(), "mia@eu.mailinator.com")

    [row] = signups(app)
    assert (row.is_disposable, row.excluded_because) == (True, "")
    assert len(mails(app, "mia@eu.mailinator.com")) == 1


@pytest.mark.parametrize("key", ["a@mailinator.com.example.org", "a@example.org", "a@com"])
def test_other_addresses_are_no_throw_away_ones(key):
    assert not is_disposable(key)


def test_an_address_gets_one_mail_a_day_no_matter_who_sends_it(app, mia, now):
    page = mia.get()
    mia.sign_up(page, "mia@x.io")
    for _ in range(3):
        Visitor(app).sign_up(page, "mia@x.io")
    [first] = [mail.message_id for mail in mails(app, "mia@x.io")]
    now.turn(hours=24)

    page = mia.get()
    for _ in range(3):
        Visitor(app).sign_up(page, "MIA@x.io")

    # The first had not left yet, so the second takes its place.
    [second] = mails(app, "mia@x.io")
    assert (second.message_id != first, mails(app, "MIA@x.io")) == (True, [])
    mia.post(second.leave_url.replace("/leave/", "/confirm/"), {})
    assert [row.confirmed_us is not None for row in signups(app)] == [True]


def test_who_confirmed_gets_no_second_mail(app, mia, now):
    mia.sign_up(mia.get(), "mia@x.io")
    confirm(app, mia, "mia@x.io")
    now.turn(days=2)

    mia.sign_up(mia.get(), "mia@x.io")

    assert len(mails(app, "mia@x.io")) == 1


def test_a_mail_that_waited_can_be_confirmed_and_is_no_machine_s(guarded, mia, now):
    page = mia.get()
    now.turn(seconds=2)
    for number in range(6):
        mia.sign_up(page, f"{number}@x.io")
    now.turn(minutes=20)

    confirm(guarded, mia, "5@x.io")

    [row] = [row for row in signups(guarded) if row.email == "5@x.io"]
    assert (row.confirmed_us is not None, row.is_automated) == (True, False)


def test_spam_stands_in_named_rows_and_the_headline_are_confirmed_people(app, larder, mia):
    page = mia.get()
    for number in range(10):
        mia.sign_up(page, f"{number}@mailinator.com")
        mia.sign_up(page, f"{number}@spam.example", website="x")
    for name in ("ada", "bea"):
        mia.sign_up(page, f"{name}@x.io")
    runtime(app).now.turn(minutes=5)
    for name in ("ada", "bea"):
        confirm(app, mia, f"{name}@x.io")

    assert kinds(larder.experiment) == {
        "confirmed": 2,
        "confirmed, possibly automated": 0,
        "not confirmed": 0,
        "not confirmed, disposable address": 10,
        "suspected of being a bot": 10,
    }
    assert len(signups(app)) == 22


@pytest.mark.parametrize(
    ("agent", "since_shown", "since_mail", "expected"),
    [
        (BROWSER, 4.0, 60.0, False),
        (BROWSER, 0.4, 60.0, True),
        (BROWSER, None, 1.9, True),
        (BROWSER, None, 60.0, False),
        ("BarracudaSentinel python-requests/2.32", 4.0, 60.0, True),
        ("", 4.0, 60.0, True),
    ],
)
def test_a_confirmation_faster_than_a_person_or_by_a_program_is_doubted(
    agent, since_shown, since_mail, expected
):
    assert looks_automated(agent, since_shown, since_mail) == expected


def test_a_doubted_confirmation_counts_and_is_shown_apart(app, larder, mia, now):
    page = mia.get()
    for name in ("ada", "bea"):
        mia.sign_up(page, f"{name}@x.io")
    confirm(app, mia, "ada@x.io")
    now.turn(minutes=3)
    confirm(app, mia, "bea@x.io")

    found = kinds(larder.experiment)
    assert (found["confirmed"], found["confirmed, possibly automated"]) == (1, 1)
    assert differences(db.session.connection()) == []


@pytest.mark.parametrize(
    ("hour", "kind"),
    [
        (Hour(2_000, 0, 0, 900.0), "full"),
        (Hour(60, 40, 0, 2.0), "machines"),
        (Hour(60, 10, 40, 2.0), "disposable"),
        (Hour(120, 0, 0, 2.0), "many"),
        (Hour(120, 0, 0, 40.0), ""),
        (Hour(19, 19, 0, 0.0), ""),
    ],
)
def test_an_hour_out_of_the_ordinary_is_told_in_a_sentence(hour, kind):
    assert find_alarm(hour, GUARD)[0] == kind


def test_owners_are_told_once_an_hour_where_to_look(app, larder: Larder, mia, now):
    make_person("owner@larder.example", "owner")
    page = mia.get()
    for number in range(25):
        mia.sign_up(page, f"{number}@x.io", website="x")
    for minutes in (0, 5, 5):
        now.turn(minutes=minutes)
        raise_alarms(now())
    assert len(signups(app)) == 25

    told = db.session.scalars(db.select(OutboxMail).where(OutboxMail.subject.contains("unusual")))
    [mail] = told.all()
    assert mail.recipient == "owner@larder.example"
    assert f"/experiments/{larder.experiment.id}/signups" in mail.body
    raise_alarms(now() + timedelta(hours=5))


def test_owners_are_told_of_machines_on_a_waiting_list_too(app, larder: Larder, mia, now):
    make_person("owner@larder.example", "owner")
    lifecycle.end(larder.experiment, larder.approver)
    choose_afterwards(larder.experiment, larder.approver, "open", waiting_variant="photo")
    with writing() as session:
        # That the owners were told of the purge, as a worker notes it.
        session.add(Alarm(experiment_id=larder.experiment.id, kind="purge", hour=2_000_000_000))
    page = mia.get()
    for number in range(25):
        mia.sign_up(page, f"{number}@x.io", website="x")

    raise_alarms(now())

    told = db.session.scalars(db.select(OutboxMail).where(OutboxMail.subject.contains("unusual")))
    assert told.one().recipient == "owner@larder.example"


def test_owners_are_told_when_a_proxy_makes_scripts_of_people(app, larder: Larder):
    make_person("owner@larder.example", "owner")
    secure = {"base_url": "https://localhost", "headers": {"User-Agent": f"{BROWSER}.0.0 Safari"}}
    for _ in range(100):
        app.test_client().get("/p/larder", **secure)
    runtime(app).recorder.flush()

    raise_alarms(runtime(app).now())

    told = db.session.scalars(db.select(OutboxMail).where(OutboxMail.subject.contains("unusual")))
    assert "all headers that begin with Sec-Fetch" in told.one().body


def test_owners_are_told_once_a_test_of_a_network_that_brings_many(app, larder: Larder, now):
    make_person("owner@larder.example", "owner")
    for _ in range(49):
        come_from_one_network(app)
    raise_alarms(now())
    assert unusual() == []

    come_from_one_network(app)
    for hours in (0, 2, 24):
        now.turn(hours=hours)
        raise_alarms(now())

    [mail] = unusual()
    assert "20 visitors came from networks that had sent 30 within an hour or 100" in mail.body
    assert f"/experiments/{larder.experiment.id}/results/visitors#excluded" in mail.body
    assert [what for _, what in unusual_hours(larder.experiment)] == [
        "many visitors came from one network"
    ]


def come_from_one_network(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.browser.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    visitor.get()
    runtime(app).recorder.flush()


def unusual() -> list[OutboxMail]:
    db.session.rollback()
    told = db.select(OutboxMail).where(OutboxMail.subject.contains("unusual"))
    return list(db.session.scalars(told))


def test_a_page_that_asks_nobody_to_confirm_thanks_and_says_how_to_leave(app):
    start_page(options=Options(confirms=False))
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io")

    [mail] = mails(app, "mia@x.io")
    assert mail.subject == "Larder: thanks for signing up"
    assert "/confirm/" not in mail.body
    assert mail.leave_url in mail.body
