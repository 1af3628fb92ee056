"""Closing the loop: each who may hear hears once, whatever breaks in between."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.addresses import leave_addresses
from tests.audience.larder import Larder, Visitor, mails, signups, words_in
from wbtest.audience import outcome_mail
from wbtest.audience.models import Signup
from wbtest.audience.outcome_mail import count_recipients, queue_outcome_mails, tell_outcome
from wbtest.audience.signup_mail import hash_of, link_token
from wbtest.delivery.mail_sender import compose, mail_of
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.worker import SomeFailed
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.lifecycle import AlreadyDone
from wbtest.store import Invalid, Refused, writing

TEXT = "We build it. <b>You</b> said yes.\n\nIt comes in May."


@pytest.fixture
def over(larder: Larder) -> Larder:
    lifecycle.end(larder.experiment, larder.approver)
    return larder


def tell(larder: Larder, text: str = TEXT) -> None:
    tell_outcome(larder.experiment, larder.approver, text)


def recipients() -> list[str]:
    db.session.rollback()
    letters = sa.select(OutboxMail.recipient).where(OutboxMail.subject.contains("what we decided"))
    return sorted(db.session.scalars(letters))


def test_only_those_who_confirmed_are_told(over, now):
    leave_addresses(over.experiment, 1)
    leave_addresses(over.experiment, 1, email="objector", excluded_because="opted_out")
    asked = {"confirmed_us": None}
    leave_addresses(over.experiment, 1, email="pending", **asked)
    for reason in ("suspected", "team", "waiting"):
        leave_addresses(over.experiment, 1, email=reason, excluded_because=reason)
    before = count_recipients(over.experiment)
    tell(over)

    queue_outcome_mails(now())

    assert recipients() == ["objector0@x.io", "p0@x.io"]
    assert before == (0, 2, 1, 3)
    assert count_recipients(over.experiment) == (2, 0, 1, 3)


def test_without_confirming_everybody_who_did_not_leave_hears(over, now):
    leave_addresses(over.experiment, 1, is_asked_to_confirm=False, confirmed_us=None)
    leave_addresses(over.experiment, 1, email="gone", left_at=now())
    tell(over)

    queue_outcome_mails(now())

    assert recipients() == ["p0@x.io"]


def test_the_mail_says_what_was_decided_and_how_to_leave_at_once(over, now):
    leave_addresses(over.experiment, 1)
    tell(over)
    queue_outcome_mails(now())

    [mail] = db.session.scalars(sa.select(OutboxMail).where(OutboxMail.recipient == "p0@x.io"))
    assert mail.subject == "Larder: what we decided"
    assert "We build it. <b>You</b> said yes.\n\nIt comes in May.\n\n" in mail.body
    assert "until 30\N{NO-BREAK SPACE}March\N{NO-BREAK SPACE}2028 at the latest" in mail.body
    assert f"\n{mail.leave_url}\n" in mail.body


def test_the_mail_has_a_button_for_leaving_and_the_same_id_each_time(over, now):
    leave_addresses(over.experiment, 1)
    tell(over)
    queue_outcome_mails(now())
    [row] = db.session.scalars(sa.select(OutboxMail).where(OutboxMail.recipient == "p0@x.io"))
    mail = mail_of(row)

    first, second = compose(mail), compose(mail)

    assert first["List-Unsubscribe"] == f"<{row.leave_url}>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["Message-ID"] == second["Message-ID"] == row.message_id


def test_a_job_that_breaks_half_way_tells_nobody_twice_and_leaves_nobody_out(
    over, now, monkeypatch
):
    monkeypatch.setattr(outcome_mail, "PEOPLE_AT_ONCE", 3)
    leave_addresses(over.experiment, 8)
    tell(over)
    queued: list[str] = []

    def break_in_the_second(_connection, _cursor, statement, *_rest) -> None:
        queued.extend([statement] if statement.startswith("UPDATE signups") else [])
        if len(queued) == 2:
            raise OSError("the power is gone")

    sa.event.listen(db.engine, "before_cursor_execute", break_in_the_second)
    with pytest.raises(SomeFailed, match="power"):
        queue_outcome_mails(now())
    sa.event.remove(db.engine, "before_cursor_execute", break_in_the_second)
    db.session.rollback()
    assert (len(recipients()), count_recipients(over.experiment).told) == (3, 3)

    queue_outcome_mails(now())

    assert recipients() == [f"p{one}@x.io" for one in range(8)]
    assert count_recipients(over.experiment) == (8, 0, 0, 0)


def test_it_is_done_once_however_often_one_clicks(over, now):
    leave_addresses(over.experiment, 1)
    tell(over)
    queue_outcome_mails(now())

    with pytest.raises(AlreadyDone, match="already been told"):
        tell(over, "We have changed our mind.")
    queue_outcome_mails(now())

    assert recipients() == ["p0@x.io"]
    assert over.experiment.last_letter == TEXT
    assert [step.what for step in over.experiment.steps].count("told") == 1


def test_who_confirms_late_hears_too(over, now):
    leave_addresses(over.experiment, 1, confirmed_us=None)
    tell(over)
    queue_outcome_mails(now())
    assert recipients() == []
    with writing() as session:
        session.execute(sa.update(Signup).values(confirmed_us=9))

    queue_outcome_mails(now())

    assert recipients() == ["p0@x.io"]


def test_nobody_is_told_before_the_end(larder):
    with pytest.raises(Refused, match="isn’t over yet"):
        tell(larder)


@pytest.mark.parametrize("text", ["", " \n ", "Go.", "x" * 4_001])
def test_a_mail_without_words_or_without_end_is_refused(over, text):
    with pytest.raises(Invalid):
        tell(over, text)

    assert over.experiment.last_letter_at is None


def test_both_links_lead_out_and_the_mail_that_waits_is_gone(app: Flask, over: Larder, now):
    leave_addresses(over.experiment, 2)
    tell(over)
    queue_outcome_mails(now())
    [last] = [mail.leave_url for mail in mails(app, "p0@x.io")]
    mia = Visitor(app)

    answer = mia.post(last.removeprefix("http://localhost"), {"List-Unsubscribe": "One-Click"})
    assert mia.post("/leave/p1", {}).status_code == answer.status_code == 200

    assert [signup.email for signup in signups(app)] == ["", ""]
    assert recipients() == []


def test_opening_the_way_out_only_asks(app: Flask, over: Larder):
    leave_addresses(over.experiment, 1)
    token = link_token(hash_of("p0"))

    assert "Delete my email" in words_in(Visitor(app).get(f"/leave/{token}"))
    assert [signup.email for signup in signups(app)] == ["p0@x.io"]


def test_a_reader_of_the_database_cannot_make_an_unsubscribe_link(app: Flask):
    kept = hash_of("p0")

    assert hash_of(link_token(kept)) == kept
    assert hash_of(kept) != kept
    assert hash_of(f"{kept}.made-up") != kept
