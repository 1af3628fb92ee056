"""What people do with what is stored about them: read it, fix it, have it erased for good."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import Visitor, mails, signups, start_page, token_in, words_in
from tests.audience.test_signup_steps import CALL, answer, fields_in, next_url
from tests.conftest import HandClock
from wbtest.audience import erasure
from wbtest.audience.models import COLUMNS, HourlyCount, Signup
from wbtest.audience.recording.rollup import differences
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent, OutboxMail, Webhook
from wbtest.extensions import db, runtime
from wbtest.publishing import page_copy
from wbtest.publishing.corrections import page_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_rule
from wbtest.results.signup_list import signup_json
from wbtest.results.signup_list import signups as listed
from wbtest.store import lock, writing, writing_group


@pytest.fixture
def experiment(app: Flask) -> Experiment:
    """A page that asks for a name, two questions and a call."""
    return start_page(options=CALL, asks_name=True).experiment


@pytest.fixture
def mia(app: Flask, experiment: Experiment) -> Visitor:
    return Visitor(app)


@pytest.fixture
def token(app: Flask, mia: Visitor) -> str:
    """What our mail to Mia carries; she answered one question."""
    page = mia.get(next_url(mia.sign_up(mia.get(), "mia@x.io", name="Zora")))
    answer(mia, page, "We both", "zqtried")
    return mails(app, "mia@x.io")[0].leave_url.rpartition("/")[2]


def sums() -> list[int]:
    columns = [sa.func.sum(getattr(HourlyCount, column)) for column in COLUMNS]
    return list(db.session.execute(sa.select(*columns)).one())


def send_mails() -> None:
    """Let every mail that waits leave."""
    with writing() as session:
        session.execute(sa.update(OutboxMail).values(state="sent"))


def stored() -> str:
    """Every row of every table as text."""
    tables = db.metadata.tables.values()
    return "\n".join(str(row) for table in tables for row in db.session.execute(sa.select(table)))


def test_the_link_in_the_mail_shows_all_that_is_stored(app, mia, token):
    page = Visitor(app).get(f"/mine/{token}")
    words = words_in(page)

    for expected in ("mia@x.io", "2027-03-01 09:00 UTC", "We both", "phone"):
        assert expected in words
    assert 'value="Zora"' in page.text
    assert (page.headers["Referrer-Policy"], page.headers["X-Robots-Tag"]) == (
        "no-referrer", "noindex",
    )  # fmt: skip


def test_a_person_gets_their_data_as_a_file(app, mia, token, experiment):
    answer = mia.get(f"/mine/{token}/data.json")
    data = json.loads(answer.data)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert data["answers"] == {"Who cooks?": "We both", "What have you tried?": "zqtried"}
    assert data["page_version"] == page_copy.digest(page_of(experiment, experiment.variants[0]))
    assert data["consent"].startswith("Larder does not exist yet.")
    assert [mail["subject"] for mail in data["mails"]] == ["Confirm your email for Larder"]


def test_the_file_says_when_somebody_said_no(app: Flask, experiment: Experiment, now: HandClock):
    mia = Visitor(app)
    url = next_url(mia.sign_up(mia.get(), "mia@x.io"))
    call = fields_in(mia.get(url.replace("step=questions", "step=call")))
    mia.post("/p/larder/agree", call | {"agree": "no"})
    token = mails(app, "mia@x.io")[0].leave_url.rpartition("/")[2]

    data = json.loads(mia.get(f"/mine/{token}/data.json").data)

    assert (data["call_at"], data["call_no_at"]) == ("", now().isoformat(timespec="seconds"))


def test_a_name_can_be_corrected(app, mia, token):
    assert mia.post(f"/mine/{token}", {"name": " Mia\nBerg "}).status_code == 303
    refused = mia.post(f"/mine/{token}", {"name": "M" * 121})

    assert refused.status_code == 422
    assert "M" * 121 in refused.text
    assert [row.name for row in signups(app)] == ["Mia Berg"]


@pytest.mark.parametrize("path", ["/mine/x", "/mine/x/data.json", "/mine/%00"])
def test_a_link_that_is_nobodys_shows_nothing(mia, path):
    assert mia.get(path).status_code in (400, 404)


def test_erasing_leaves_no_trace_of_the_person_and_every_total(app, mia, token, experiment):
    hook = Webhook(
        url="https://x.example", secret="s",
        events=["signup.created", webhooks.ADDRESSES], created_at=runtime(app).now(),
    )  # fmt: skip
    with writing() as session:
        session.add(hook)
        session.execute(sa.update(OutboxMail).values(state="sent", leave_url="", body=""))
    webhooks.emit("signup.created", {}, email="mia@x.io")
    before = sums()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxEvent)) == 1

    mia.post(f"/leave/{token}", {})

    assert not any(trace in stored() for trace in ("mia@x.io", "Zora", "zqtried"))
    assert sums() == before
    assert differences(db.session.connection()) == []


def test_who_was_erased_can_sign_up_again(app, mia, token):
    mia.post(f"/leave/{token}", {})

    mia.sign_up(mia.get(), "mia@x.io")

    assert sorted(row.email for row in signups(app)) == ["", "mia@x.io"]


def test_nobody_confirmed_for_thirty_days_is_erased_and_still_counted(app, mia, token, now):
    mia.sign_up(mia.get(), "max@x.io")
    mia.post(mails(app, "max@x.io")[0].leave_url.replace("leave", "confirm"), {})
    before = sums()
    send_mails()
    now.turn(days=30, seconds=1)

    erasure.erase_unconfirmed(now())

    assert sorted(row.email for row in signups(app)) == ["", "max@x.io"]
    assert sums() == before


def test_who_asks_again_on_the_last_day_has_a_week_to_confirm(app, mia, now):
    mia.sign_up(mia.get(), "mia@x.io", name="")
    send_mails()
    now.turn(days=29)
    mia.sign_up(mia.get(), "mia@x.io", name="")
    with writing() as session:
        session.execute(sa.update(OutboxMail).values(state="sent", sent_at=now()))

    now.turn(days=6)
    erasure.erase_unconfirmed(now())
    assert [row.email for row in signups(app)] == ["mia@x.io"]

    now.turn(days=1)
    erasure.erase_unconfirmed(now())
    assert [row.email for row in signups(app)] == [""]


def test_the_owners_file_holds_the_record_of_each_consent(app, mia, token, experiment):
    lines = "".join(signup_json(listed(experiment, sealed_rule(experiment))))
    [record] = json.loads(lines)

    assert record["email"] == "mia@x.io"
    assert record["consent"]["words"].endswith("[Start with one photo]")
    assert len(record["consent"]["page_version"]) == 64
    assert record["answers"] == {"Who cooks?": "We both", "What have you tried?": "zqtried"}


def test_an_address_that_a_client_forges_leaves_no_trace_in_the_record(app, mia, experiment):
    forged = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP")
    mia.headers |= dict.fromkeys(forged, "198.51.100.66, for=zqforged")
    page = mia.get()
    mia.see(page)
    mia.sign_up(page, "mia@x.io", name="Zora")
    mia.post(mails(app, "mia@x.io")[0].leave_url.replace("/leave/", "/confirm/"), {})

    [record] = json.loads("".join(signup_json(listed(experiment, sealed_rule(experiment)))))

    assert record["confirmed_at"]
    assert "198.51.100" not in stored() + str(record)
    assert "zqforged" not in stored() + str(record)


def test_a_spelling_that_a_machine_gave_goes_with_the_person(app, mia, experiment):
    hook = Webhook(
        url="https://x.example", secret="s",
        events=["signup.created", webhooks.ADDRESSES], created_at=runtime(app).now(),
    )  # fmt: skip
    with writing() as session:
        session.add(hook)
    mia.sign_up(mia.get(), "MIA@x.io", website="spam")
    mia.sign_up(mia.get(), "mia@x.io")
    [mail] = mails(app, "mia@x.io")

    mia.post(mail.leave_url, {})

    assert len(signups(app)) == 1
    assert "mia@x.io" not in stored().lower()


def test_the_file_tells_what_we_think_of_the_address_and_what_was_done(app, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.post("/p/larder/did", f"{token_in(page)}\nfaq 1\ndepth 50")
    mia.sign_up(page, "mia@mailinator.com")
    [mail] = mails(app, "mia@mailinator.com")

    data = json.loads(mia.get(f"{mail.leave_url.replace('/leave/', '/mine/')}/data.json").data)

    assert data["is_throw_away_address"] is True
    assert data["is_confirmed_by_machine"] is False
    assert data["seen_at"] == "2027-03-01T09:00:00+00:00"
    assert data["did"] == ["depth 50", "faq 1"]


def test_a_backlog_of_unconfirmed_addresses_goes_at_once(app, mia, now, monkeypatch):
    monkeypatch.setattr(erasure, "MOST_AT_ONCE", 2)
    page = mia.get()
    for number in range(5):
        mia.sign_up(page, f"{number}@x.io")
    send_mails()
    now.turn(days=30, seconds=1)

    erasure.erase_unconfirmed(now())

    assert {row.email for row in signups(app)} == {""}


def while_another_has_its_turn(app, verb, meanwhile):
    """Start the verb while somebody else writes events, who does ``meanwhile`` once it waits."""

    def start():
        with app.app_context():
            return verb()

    waiting = sa.text("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor(1) as pool, writing_group(db.engine, lock()) as turn:
        started = pool.submit(start)
        while turn.scalar(waiting) is None:
            assert not started.done()
        meanwhile(turn)
        turn.commit()
        return started.result()


@pytest.mark.postgresql
def test_who_confirms_at_the_last_moment_is_not_erased(app, mia, token, now):
    send_mails()
    now.turn(days=30, seconds=1)
    confirm = sa.update(Signup).values(confirmed_us=1)

    while_another_has_its_turn(
        app, lambda: erasure.erase_unconfirmed(now()), lambda turn: turn.execute(confirm)
    )

    assert [row.email for row in signups(app)] == ["mia@x.io"]
