"""A mail server that is away: whoever signs up notices nothing, and the owner is told."""

from dataclasses import replace

import pytest

from tests.audience.larder import mails
from tests.factories import log_in, make_person
from wbtest.config import Settings
from wbtest.delivery.sending import send_one


@pytest.fixture
def settings(settings: Settings) -> Settings:
    # Nobody listens there.
    return replace(settings, mail_url="smtp://127.0.0.1:1")


def test_a_sign_up_is_taken_while_its_mail_waits_and_the_owner_sees_that(app, mia, larder, client):
    log_in(client, make_person("owner@larder.example", "owner", larder.workspace))

    assert mia.sign_up(mia.get(), "mia@x.io").status_code == 303
    while send_one():
        pass

    [mail] = mails(app, "mia@x.io")
    assert (mail.state, mail.attempts) == ("waiting", 1)
    assert "2 mails wait: their first try failed" in client.get("/team").text
    page = client.get("/team/deliveries").text
    assert "mia@x.io" in page
    assert "refused" in page
