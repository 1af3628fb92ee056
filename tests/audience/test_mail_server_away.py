"""A mail server that is away or refuses: visitors sign up as usual, and the owner is told."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from tests.audience.larder import mails, signups, words_in
from tests.delivery.conftest import MailServer, run
from tests.factories import log_in, make_person
from wbtest.audience.erasure import erase_unconfirmed
from wbtest.config import Settings
from wbtest.delivery.mail_sender import send_mail
from wbtest.delivery.outbox import queue_of
from wbtest.extensions import runtime
from wbtest.team.delivery_settings import send_mails_again


@pytest.fixture
def settings(settings: Settings) -> Settings:
    # Nobody listens there.
    return replace(settings, mail_url="smtp://127.0.0.1:1")


@pytest.fixture
def mail_server(app: Flask) -> Iterator[MailServer]:
    """One that can be reached."""
    for server in run(MailServer(), enable_SMTPUTF8=False):
        object.__setattr__(runtime(app).settings, "mail_url", server.url)
        yield server


def test_a_sign_up_is_taken_while_its_mail_waits_and_the_owner_sees_that(app, mia, larder, client):
    log_in(client, make_person("owner@larder.example", "owner"))

    assert mia.sign_up(mia.get(), "mia@x.io").status_code == 303
    while send_mail():
        pass

    [mail] = mails(app, "mia@x.io")
    assert (mail.state, mail.attempts) == ("waiting", 1)
    page = client.get("/settings/email").text
    assert "mia@x.io" in page
    assert "refused" in page


@pytest.mark.parametrize("mode", ["421", "relay", "stranger", "drop"])
def test_a_sign_up_asks_no_mail_server_and_its_mail_is_tried_until_it_leaves(
    app, mia, mail_server, now, mode
):
    mail_server.mode = mode
    assert mia.sign_up(mia.get(), "mia@x.io").status_code == 303
    assert [(mail.state, mail.attempts) for mail in mails(app, "mia@x.io")] == [("waiting", 0)]
    while send_mail():
        pass
    assert [(mail.state, mail.attempts) for mail in mails(app, "mia@x.io")] == [("waiting", 1)]

    mail_server.mode = "ok"
    now.turn(minutes=10)
    while send_mail():
        pass

    assert [mail.state for mail in mails(app, "mia@x.io")] == ["sent"]
    assert len({mail["Message-ID"] for mail in mail_server.mails if "mia" in mail["To"]}) == 1


def test_who_was_never_written_to_is_kept_and_has_a_week_from_when_the_mail_leaves(
    app, mia, mail_server, now
):
    mail_server.mode = "relay"
    mia.sign_up(mia.get(), "mia@x.io")
    link = mails(app, "mia@x.io")[0].leave_url.replace("/leave/", "/confirm/")
    while queue_of().waiting:
        send_mail()
        now.turn(hours=11)
    now.turn(days=28)
    erase_unconfirmed(now())
    assert [signup.email for signup in signups(app)] == ["mia@x.io"]

    mail_server.mode = "ok"
    send_mails_again()
    while send_mail():
        pass
    now.turn(days=6)
    erase_unconfirmed(now())

    assert "Confirm your email" in words_in(mia.get(link))
    now.turn(days=1, seconds=1)
    erase_unconfirmed(now())
    assert mia.get(link).status_code == 404
    assert [signup.email for signup in signups(app)] == [""]
