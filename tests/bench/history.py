"""Ninety days of visitors, told to the recorder's own code as if they had come: no row by hand."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from flask import Flask

from tests.steps.visitor import BOT, DESKTOP
from wbtest import store
from wbtest.audience.recording.events import Event, Seen, Served, SignedUp
from wbtest.audience.recording.write_batch import record_events
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

GROUP = 1_000
DAY_US = 24 * 3_600_000_000
MINUTE_US = 60_000_000
SOURCES = {"google": 50, "direct": 20, "newsletter": 15, "x.com": 10, "reddit.com": 5}
DEVICES = {"phone": 60, "desktop": 35, "tablet": 5}
LANGUAGES = {"en": 80, "de": 20}
BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
SEEN, SIGNED_UP, BOTS, TEAM = 0.93, 0.07, 0.04, 0.002


def tell(app: Flask, experiment_id: int, *, visits: int, days: int, until: datetime) -> float:
    """Record so many visits, evenly over the days before ``until``; return the seconds it took."""
    with app.app_context():
        variants = [each.key for each in db.session.get_one(Experiment, experiment_id).variants]
    return write(app, _events(experiment_id, variants, visits, days, until), until)


def write(app: Flask, events: Iterable[Event], now: datetime) -> float:
    """Record the events in groups; return the seconds it took, without those of making them."""
    spent = 0.0
    facts: dict[int, Any] = {}
    rest = iter(events)
    with app.app_context():
        engine, lock = db.engine, store.lock()
        while group := list(islice(rest, GROUP)):
            before = time.perf_counter()
            with store.writing_group(engine, lock) as connection:
                record_events(connection, group, facts, now, "localhost")
            spent += time.perf_counter() - before
    return spent


def _events(
    experiment_id: int, variants: list[str], visits: int, days: int, until: datetime
) -> Iterator[Event]:
    rng = random.Random(1)
    start = int((until - timedelta(days=days)).timestamp() * 1_000_000)
    sources, devices, languages = (
        rng.choices(list(kinds), list(kinds.values()), k=visits)
        for kinds in (SOURCES, DEVICES, LANGUAGES)
    )
    for number in range(visits):
        at_us = start + number * days * DAY_US // visits
        event: dict[str, Any] = {
            "experiment_id": experiment_id,
            "variant": rng.choice(variants),
            "visitor": f"{number:024d}",
            "at_us": at_us,
            "source": sources[number],
            "device": devices[number],
            "language": languages[number],
            "user_agent": BOT if rng.random() < BOTS else DESKTOP,
            "excluded_because": "team" if rng.random() < TEAM else "",
        }
        yield Served(**event)
        if rng.random() < SEEN:
            yield Seen(**event | {"at_us": at_us + MINUTE_US // 60})
        if rng.random() < SIGNED_UP:
            email = f"{number}@example.com"
            address = {"email": email, "email_key": email, "at_us": at_us + MINUTE_US}
            yield SignedUp(**event | address)
