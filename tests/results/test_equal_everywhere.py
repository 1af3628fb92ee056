"""Page, CSV, JSON and the raw events agree in every cell, whatever happened."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import current_app

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.kept_rows import kept
from tests.results.conftest import Start
from tests.results.everywhere import (
    Cells,
    check_days,
    check_json,
    check_page,
    check_variants_and_sources,
    table,
)
from wbtest.audience.recording import rollup
from wbtest.audience.recording.events import Arrival, Seen, Served, SignedUp
from wbtest.audience.recording.recorder import Recorder
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.store import writing

# In New York a clock is put forward in the week.
ZONES = ("Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Mobile/15E148 Safari/604.1"
WINDOW_US = 24 * 3600 * 1_000_000
VISITORS = 150
# What happened, and the column it is counted in; every row of a query is one of it.
RAW = {
    "served": "SELECT variant, source, at_us FROM visits WHERE {counts}",
    "seen": "SELECT variant, source, at_us FROM sightings WHERE {counts} AND is_counted",
    "converted": """
        SELECT seen.variant, seen.source, seen.at_us FROM sightings AS seen JOIN signups
        ON signups.experiment_id = seen.experiment_id AND signups.visitor = seen.visitor
        AND signups.excluded_because = '' AND signups.is_converted WHERE seen.{counts}""",
    "arrived": "SELECT variant, source, at_us FROM signups WHERE {counts} AND is_converted",
    "signups": "SELECT variant, source, at_us FROM signups WHERE {counts}",
    "without_beacon": """
        SELECT variant, source, at_us FROM signups WHERE {counts} AND NOT EXISTS (
        SELECT 1 FROM sightings AS seen WHERE seen.experiment_id = signups.experiment_id
        AND seen.visitor = signups.visitor AND seen.excluded_because = '' AND seen.is_counted
        AND signups.at_us <= seen.at_us + {window})""",
    "confirmed": "SELECT variant, source, at_us FROM signups WHERE {counts} AND confirmed_us > 0",
}


@pytest.fixture(params=range(len(ZONES)))
def experiment(request, begin: Start, now: HandClock) -> Experiment:
    """An experiment after a week of visitors and two days more."""
    now.turn(days=9)
    experiment = begin(variants=("Kitchen", "Price"), time_zone=ZONES[request.param])
    live_a_week(experiment, request.param)
    now.turn(days=9)
    return experiment


@kept
def live_a_week(experiment: Experiment, seed: int) -> None:
    """Let visitors do anything in any order, and some of them confirm or leave."""
    recorder: Recorder = current_app.extensions["wbtest.recorder"]
    chance = random.Random(seed)
    start_us = int(clock.now().timestamp()) * 1_000_000
    tokens = []
    for number in range(VISITORS):
        for event in a_visit(chance, experiment, f"visitor-{number}", start_us):
            if isinstance(event, SignedUp):
                recorder.sign_up(event)
                tokens.append(event.token_hash)
            else:
                recorder.put(event)
    recorder.flush()
    with writing() as session:
        for token in chance.sample(tokens, len(tokens) // 2):
            rollup.confirm(session, token, start_us + chance.randrange(9 * 24 * 3600) * 1_000_000)
        for token in chance.sample(tokens, len(tokens) // 9):
            rollup.erase(session, token, clock.now())


def a_visit(
    chance: random.Random, experiment: Experiment, visitor: str, start_us: int
) -> Iterator[Arrival]:
    """What one visitor did: served, seen or not, signed up or not, as a machine or a person."""
    at_us = start_us + chance.randrange(6 * 24 * 3600) * 1_000_000
    who: dict[str, Any] = {
        "experiment_id": experiment.id,
        "phase": 1,
        "variant": chance.choice([variant.key for variant in experiment.variants]),
        "visitor": visitor,
        "source": chance.choice(["newsletter", "instagram", "direct"]),
        "device": "phone",
        "user_agent": "curl/8" if chance.random() < 0.05 else PHONE,
        "excluded_because": "team" if chance.random() < 0.08 else "",
    }
    yield Served(at_us=at_us, **who)
    if chance.random() < 0.8:
        yield Seen(at_us=at_us + chance.randrange(1, 9 * 3600) * 1_000_000, **who)
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2])):
        email = f"{chance.randrange(VISITORS)}@example.com"
        if chance.random() < 0.1:
            who |= {"visitor": "", "source": "unknown"}
        if chance.random() < 0.1:
            who |= {"excluded_because": "suspected"}
        yield SignedUp(
            at_us=at_us + chance.randrange(1, 30 * 3600) * 1_000_000,
            email=email,
            email_key=email,
            token_hash=hashlib.sha256(f"{visitor} {email}".encode()).hexdigest(),
            **who,
        )


def raw_cells(experiment: Experiment) -> Cells:
    """Column, variant, day and source of everything in the event rows that counts."""
    cells: Cells = Counter()
    zone = ZoneInfo(experiment.time_zone)
    # The pair first, so that a query may put the name of its table before it.
    counts = f"experiment_id = {experiment.id} AND {{table}}excluded_because = ''"
    for column, query in RAW.items():
        table = "seen." if "seen.{counts}" in query else ""
        sql = query.format(counts=counts.format(table=table), window=WINDOW_US)
        for variant, source, at_us in db.session.execute(sa.text(sql)):
            day = datetime.fromtimestamp(at_us / 1e6, UTC).astimezone(zone).date()
            cells[column, variant, day, source] += 1
    return cells


@pytest.fixture
def reader(client: Browser, team: Team) -> Browser:
    log_in(client, team.viewer)
    return client


def test_the_file_by_day_is_what_the_events_say(experiment, reader):
    assert sum(int(row["served"]) for row in table(reader, experiment, "days")) > 100
    check_days(reader, experiment, raw_cells(experiment))


def test_the_files_by_variant_and_source_are_what_the_events_say(experiment, reader):
    check_variants_and_sources(reader, experiment, raw_cells(experiment))


def test_the_json_is_what_the_events_say(experiment, reader):
    check_json(reader, experiment, raw_cells(experiment))


def test_the_page_is_what_the_events_say(experiment, reader):
    check_page(reader, experiment, raw_cells(experiment))
