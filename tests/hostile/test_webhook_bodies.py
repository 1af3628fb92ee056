"""What webhooks of a hostile company are told: JSON of those very words, signed, and no header."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from standardwebhooks.webhooks import Webhook as Signer

from tests.conftest import HandClock
from tests.delivery.hooks import post_all
from tests.delivery.sink import Sink, local, running
from tests.factories import make_approval, make_revision
from tests.hostile.filling import Filled
from tests.hostile.payloads import MARK, Texts
from tests.hostile.sinks import faults_in_text
from wbtest.audience.models import Signup
from wbtest.delivery.models import Webhook
from wbtest.delivery.webhooks import KINDS
from wbtest.extensions import db, runtime
from wbtest.ideas.notifications import send_notifications
from wbtest.team.models import Person

pytestmark = pytest.mark.one_database
HEADERS = {
    *("host", "content-type", "content-length", "connection", "user-agent", "accept-encoding"),
    *("webhook-id", "webhook-timestamp", "webhook-signature"),
}
# Nobody may approve a text with braces, and these two are of one line.
UNFIT = "{}\r\n"


@pytest.fixture
def sink(app: Flask, filled: Filled) -> Iterator[Sink]:
    """Where everything goes that the first webhook of a hostile company waits to be told."""
    runtime(app).outgoing = local()
    with running(Sink()) as sink:
        first = Webhook.id == 1
        db.session.execute(sa.update(Webhook).where(first).values(url=sink.url, state="active"))
        db.session.execute(sa.update(Webhook).where(~first).values(state="disabled"))
        db.session.commit()
        yield sink


def posted(sink: Sink) -> list[dict[str, Any]]:
    post_all()
    return [json.loads(body) for _, body in sink.got]


def test_every_event_is_told_as_json_and_signed_and_no_text_of_it_is_a_header(
    sink: Sink, now: HandClock
) -> None:
    send_notifications(now())
    make_approval(make_revision(db.session.get_one(Person, 1)), db.session.get_one(Person, 2))

    told = posted(sink)

    secret = db.session.get_one(Webhook, 1).secret
    assert {event["type"] for event in told} == KINDS.keys()
    for headers, body in sink.got:
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        signed = Signer(secret).sign(headers["webhook-id"], at, body.decode())
        assert headers["webhook-signature"] == signed
        assert headers["content-type"] == "application/json"
        assert headers.keys() <= HEADERS
        assert not MARK.search(str(headers))
        assert faults_in_text(body.decode()) == []


def test_where_somebody_came_from_and_their_address_are_told_letter_by_letter(sink: Sink) -> None:
    stored = db.session.execute(sa.select(Signup.source, Signup.email).where(Signup.source != ""))
    known = {(source, email) for source, email in stored if MARK.search(source)}

    told = posted(sink)

    data = [event["data"] for event in told if event["type"] == "signup.created"]
    assert len(data) > 5
    assert {(each["source"], each["email"]) for each in data} <= known


def test_a_product_and_its_headline_are_told_letter_by_letter(sink: Sink) -> None:
    author, texts = db.session.get_one(Person, 1), Texts()
    written = [(texts.text(80, without=UNFIT), texts.text(300, without=UNFIT))]
    written.append(("Larder\u2028</script>", "Six \u2029 dinners"))
    for product, headline in written:
        revision = make_revision(author, product=product, headline=headline)
        make_approval(revision, db.session.get_one(Person, 2))

    told = posted(sink)

    data = [event["data"] for event in told if event["type"] == "release.approved"]
    assert [(each["product"], each["headline"]) for each in data] == written
