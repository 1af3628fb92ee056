"""Whole crowds into a page's store by the recorder's own function, without a request for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import sqlalchemy as sa
from msgspec.structs import replace

from tests.attacks.page import AGENTS, LOOKING, Page
from tests.attacks.people import DEVICES, NEVER, START, People
from wbtest.audience import models
from wbtest.audience.recording.events import Event, Seen, Served, SignedUp
from wbtest.audience.recording.gate import NetworkGate
from wbtest.audience.recording.write_batch import record_events
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import Base, db, runtime
from wbtest.store import writing_group

START_US = int(START.timestamp()) * 1_000_000
MODULES = (models.__name__, models.__name__)


def tell(page: Page, people: People, emails: Sequence[str], addresses: Sequence[str]) -> None:
    """Write what these people did, a group for each day; nobody else was ever there."""
    groups: dict[int, list[Event]] = {}
    for event in sorted(_events(page, people, emails, addresses), key=lambda each: each.at_us):
        groups.setdefault(event.at_us // 86_400_000_000, []).append(event)
    gate = NetworkGate()
    with writing_group(db.engine, runtime(page.app).lock) as connection:
        for events in groups.values():
            record_events(connection, events, {}, page.clock(), "localhost", gate=gate)


def wipe(page: Page) -> None:
    """Let nobody have come yet."""
    tables = [
        cast(sa.Table, mapper.class_.__table__)
        for mapper in Base.registry.mappers
        if mapper.class_.__module__ in MODULES or mapper.class_ is OutboxMail
    ]
    with writing_group(db.engine, runtime(page.app).lock) as connection:
        for table in tables:
            connection.execute(table.delete())


def _events(
    page: Page, people: People, emails: Sequence[str], addresses: Sequence[str]
) -> list[Event]:
    keys = [variant.key for variant in page.experiment.variants]
    events: list[Event] = []
    for who, at in enumerate(people.at.tolist()):
        arrival = {
            "experiment_id": page.experiment.id,
            "variant": keys[people.variant[who]],
            # As a cookie's number begins with the moment at which it was given.
            "visitor": f"{START_US // 1_000 + at * 1_000:012x}{who:020x}",
            "source": "newsletter",
            "device": DEVICES[people.device[who]],
            "user_agent": AGENTS[people.device[who]],
            "address": addresses[who],
        }
        events.append(Served(at_us=START_US + at * 1_000_000, **arrival))
        if not people.is_seen[who]:
            continue
        events.append(Seen(at_us=START_US + (at + LOOKING) * 1_000_000, **arrival))
        if people.delay[who] != NEVER:
            at_us = START_US + (at + int(people.delay[who])) * 1_000_000
            signup = SignedUp(at_us=at_us, **arrival)
            names = {"email": emails[who], "email_key": emails[who], "token_hash": emails[who]}
            events.append(replace(signup, **names))
    return events
