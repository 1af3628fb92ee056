"""What the tests of the mails share: a test that reaches its target, and who was written to."""

from collections.abc import Callable
from typing import Any

from tests.conftest import HandClock
from tests.results.crowd import count_days
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.publishing.models import Experiment


def mails() -> list[OutboxMail]:
    """Every mail in the outbox, the oldest first."""
    db.session.rollback()
    return list(db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id)))


def subjects() -> list[str]:
    return [mail.subject for mail in mails()]


def recipients() -> list[str]:
    return [mail.recipient.partition("@")[0] for mail in mails()]


def forget() -> None:
    """Empty the outbox: what the start and the like have to say is not the test's."""
    db.session.execute(db.delete(OutboxMail))
    db.session.commit()


def reach_target(experiment: Experiment, now: HandClock) -> None:
    """Let nine days pass in which many sign up."""
    count_days(experiment, range(9), seen=100, converted=14)
    now.turn(days=9)


def run_hours(now: HandClock, hours: int, job: Callable[[Any], None]) -> None:
    """Let the worker do its job each hour."""
    for _ in range(hours):
        now.turn(hours=1)
        job(now())
