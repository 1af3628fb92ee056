"""That every test looks at the links of the emails it caused."""

import pytest
from flask import Flask

from tests.mail_links import dead_links
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db


def queue(body: str) -> None:
    queue_mail(recipient="ada@example.com", subject="Look", body=body)


def test_an_address_without_a_page_is_found(app: Flask):
    queue("Read it here:\nhttp://localhost/ideas/nowhere.\n")

    assert dead_links(app) == {"http://localhost/ideas/nowhere"}

    db.session.execute(db.delete(OutboxMail))
    db.session.commit()


def test_an_address_that_only_takes_posts_is_found(app: Flask):
    queue("Log out: http://localhost/logout")

    assert dead_links(app) == {"http://localhost/logout"}

    db.session.execute(db.delete(OutboxMail))
    db.session.commit()


@pytest.mark.parametrize(
    "body",
    [
        "http://localhost/ideas",
        "Everything waiting for you (http://localhost/ideas?view=chart).",
        "Their own page: https://example.com/nowhere",
    ],
)
def test_a_page_and_somebody_elses_address_are_fine(app: Flask, body: str):
    queue(body)

    assert not dead_links(app)
