"""Mail that was given up: kept for a while, listed, sent again as the same mail, or dismissed."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.delivery.conftest import MailServer
from wbtest.delivery import outbox
from wbtest.delivery.mail_sender import send_mail
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import queue_mail, queue_of
from wbtest.delivery.retry_schedule import MOST_ATTEMPTS, wait_after
from wbtest.store import Refused
from wbtest.team import delivery_settings


def give_up(mail_server: MailServer, now: HandClock, mode: str = "421") -> OutboxMail:
    """A mail that the server did not take in three days."""
    mail = queue_mail(
        recipient="ada@x.io", subject="Hi", body="Open.", leave_url="http://x/leave/y"
    )
    mail_server.mode = mode
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert mail.state == "waiting"
        assert send_mail()
        now.turn(seconds=wait_after(attempt).total_seconds())
    assert not send_mail()
    return mail


@pytest.mark.parametrize("mode", ["421", "drop"])
def test_a_mail_is_given_up_after_three_days_of_tries_and_listed(
    app: Flask, mail_server: MailServer, now: HandClock, mode: str
) -> None:
    mail = give_up(mail_server, now, mode)

    assert (mail.state, mail.attempts, bool(mail.error)) == ("failed", 13, True)
    assert outbox.mails_of("failed") == [mail]
    assert queue_of().failed == 1


def test_a_mail_that_was_given_up_is_sent_again_as_the_same_mail(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    mail = give_up(mail_server, now)
    mail_server.mode = "ok"

    delivery_settings.send_mail_again(mail)
    assert send_mail()

    assert mail.state == "sent"
    assert [sent["Message-ID"] for sent in mail_server.mails] == [mail.message_id]
    assert "Open." in str(mail_server.mails[0])
    assert (mail.body, mail.leave_url) == ("", "")


def test_a_dead_letter_keeps_its_text_until_it_is_dismissed_or_30_days_pass(
    app: Flask, mail_server: MailServer, now: HandClock
) -> None:
    dismissed, old = give_up(mail_server, now), give_up(mail_server, now)
    assert dismissed.body == old.body == "Open."

    delivery_settings.dismiss_mail(dismissed)
    outbox.forget_old_mails(now() + timedelta(days=29))
    assert outbox.mails_of("failed") == [old]
    outbox.forget_old_mails(now() + timedelta(days=31))
    assert outbox.mails_of("failed") == []


def test_only_what_was_given_up_is_sent_again_or_dismissed(
    app: Flask, mail_server: MailServer
) -> None:
    mail = queue_mail(recipient="ada@x.io", subject="Hi", body="Open.")

    for act in (delivery_settings.send_mail_again, delivery_settings.dismiss_mail):
        with pytest.raises(Refused, match="is waiting"):
            act(mail)
