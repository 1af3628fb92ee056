"""What webhooks are told of sign-ups: each thing once, and no address unless they asked for it."""

import json
from typing import Any

from tests.audience.larder import mails
from wbtest.audience.leaving import erasures
from wbtest.audience.leaving.links import hash_of
from wbtest.audience.recording import rollup
from wbtest.audience.signing.announcing import signup_number
from wbtest.delivery.models import OutboxEvent
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team import delivery_settings


def told() -> list[tuple[str, dict[str, Any]]]:
    """Kind and data of every event, in order."""
    rows = db.session.scalars(db.select(OutboxEvent).order_by(OutboxEvent.id))
    return [(row.kind, json.loads(row.body)["data"]) for row in rows]


def subscribe(*more: str) -> None:
    delivery_settings.add_webhook("https://hooks.example/", ["signup.created", *more])


def test_a_sign_up_and_its_confirmation_are_told_without_the_address(app, mia, larder):
    subscribe("signup.confirmed")
    page = mia.get("/p/larder?utm_source=newsletter")
    mia.sign_up(page, "mia@x.io")
    mia.sign_up(page, "mia@x.io")
    token = mails(app, "mia@x.io")[0].leave_url.rpartition("/")[2]

    with writing() as session:
        for _ in range(2):
            rollup.confirm(session, hash_of(token), 1_804_000_000_000_000)

    (created, data), (confirmed, again) = told()
    assert (created, confirmed) == ("signup.created", "signup.confirmed")
    assert data == again
    assert (data["source"], data["slug"]) == ("newsletter", "larder")
    assert data["signup"] == signup_number(larder.experiment.identity_key, "mia@x.io")
    assert "mia@x.io" not in str(data)


def test_an_address_that_was_sent_along_goes_with_whoever_erases_it(app, mia, larder):
    subscribe("addresses")
    mia.sign_up(mia.get(), "mia@x.io")
    [(_, data)] = told()
    assert data["email"] == "mia@x.io"

    erasures.leave(mails(app, "mia@x.io")[0].leave_url.rpartition("/")[2])

    assert told() == []
