"""What stands in the outbox, and the links in it."""

import re
from urllib.parse import urlsplit

import pyotp

from tests.conftest import HandClock
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db


def mails_to(recipient: str) -> list[OutboxMail]:
    """The mails to an address, the oldest first."""
    query = db.select(OutboxMail).where(OutboxMail.recipient == recipient).order_by(OutboxMail.id)
    return list(db.session.scalars(query))


def address_in(mail: OutboxMail) -> str:
    """The one address of ours in a mail, whole."""
    [found] = re.findall(r"https?://\S+", mail.body)
    return str(found)


def path_in(mail: OutboxMail) -> str:
    return urlsplit(address_in(mail)).path


def code_of(secret: str, now: HandClock) -> str:
    """What a phone with this secret shows now."""
    return pyotp.TOTP(secret).at(now())
