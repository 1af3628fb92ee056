"""The mail of the day on its way: whole, once, and with a way to stop it in one click."""

from datetime import timedelta

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.delivery.conftest import MailServer
from tests.factories import Team, make_revision
from wbtest.delivery.mail_sender import LEASE, claim_mail, send_mail
from wbtest.ideas.daily_email import send_daily_mails
from wbtest.team import mail_preferences


@pytest.fixture
def told(app: Flask, team: Team, now: HandClock) -> Team:
    """An approver for whom a mail of the day waits in the outbox."""
    mail_preferences.stop_daily_mail(team.owner)
    make_revision(team.editor)
    send_daily_mails(now())
    return team


def send_all() -> None:
    while send_mail():
        pass


def test_a_worker_that_dies_before_it_sent_the_mail_leaves_one_to_the_next(
    told: Team, mail_server: MailServer, now: HandClock
) -> None:
    assert claim_mail() is not None
    send_daily_mails(now())
    send_all()
    assert mail_server.mails == []
    now.turn(seconds=(LEASE + timedelta(seconds=1)).total_seconds())

    send_daily_mails(now())
    send_all()

    [mail] = mail_server.mails
    assert mail["To"] == told.approver.email
    assert mail["Subject"] == "One thing needs you: Approve or reject revision 1 of Larder"


def test_its_reader_stops_it_in_one_click(told: Team, mail_server: MailServer) -> None:
    send_all()

    [mail] = mail_server.mails
    assert mail["List-Unsubscribe"] == f"<{mail_preferences.daily_stop_url(told.approver)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_who_stopped_it_meanwhile_does_not_get_the_one_that_waited(
    told: Team, mail_server: MailServer
) -> None:
    mail_preferences.stop_daily_mail(told.approver)

    send_all()

    assert mail_server.mails == []
