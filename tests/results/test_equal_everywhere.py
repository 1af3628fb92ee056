"""Page, CSV, JSON and the raw events agree in every cell, whatever happened."""

import csv
import hashlib
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.conftest import Start
from wbtest.audience import rollup
from wbtest.audience.events import Arrival, Seen, Served, SignedUp
from wbtest.audience.recorder import Recorder
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.store import writing

ZONE = "Asia/Kathmandu"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Mobile/15E148 Safari/604.1"
WINDOW_US = 24 * 3600 * 1_000_000
COLUMNS = ("served", "seen", "converted", "arrived", "signups", "without_beacon", "confirmed")
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


@pytest.fixture
def recorder(app: Flask) -> Iterator[Recorder]:
    recorder: Recorder = app.extensions["wbtest.recorder"]
    yield recorder
    recorder.close()


@pytest.fixture(params=range(3))
def experiment(request, begin: Start, recorder: Recorder, now: HandClock) -> Experiment:
    """A week in which visitors did anything in any order, and some confirmed or left."""
    experiment = begin(variants=("Kitchen", "Price"), time_zone=ZONE)
    chance = random.Random(request.param)
    start_us = int(now().timestamp()) * 1_000_000
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
            rollup.erase(session, token, now())
    now.turn(days=9)
    return experiment


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


Cells = Counter[tuple[str, str, date, str]]


def raw_cells(experiment: Experiment) -> Cells:
    """Column, variant, day and source of everything in the event rows that counts."""
    cells: Cells = Counter()
    # The pair first, so that a query may put the name of its table before it.
    counts = f"experiment_id = {experiment.id} AND {{table}}excluded_because = ''"
    for column, query in RAW.items():
        table = "seen." if "seen.{counts}" in query else ""
        sql = query.format(counts=counts.format(table=table), window=WINDOW_US)
        for variant, source, at_us in db.session.execute(sa.text(sql)):
            day = datetime.fromtimestamp(at_us / 1e6, UTC).astimezone(ZoneInfo(ZONE)).date()
            cells[column, variant, day, source] += 1
    return cells


def summed(cells: Cells, **only: object) -> tuple[int, ...]:
    """What the columns hold for a variant, a day or a source."""
    names = ("variant", "day", "source")
    return tuple(
        sum(
            number
            for (name, *rest), number in cells.items()
            if name == column and only.items() <= dict(zip(names, rest, strict=True)).items()
        )
        for column in COLUMNS
    )


@pytest.fixture
def reader(client: Browser, team: Team) -> Browser:
    log_in(client, team.viewer)
    return client


def table(reader: Browser, experiment: Experiment, name: str) -> list[dict[str, str]]:
    text = reader.get(f"/experiments/{experiment.id}/results.csv?table={name}").text
    return list(csv.DictReader(io.StringIO(text, newline="")))


def counted(row: dict[str, str]) -> tuple[int, ...]:
    return tuple(int(row[column]) for column in COLUMNS)


def shown(page: str, label: str) -> list[list[str]]:
    """The cells of the page's table of this name, without its head."""
    region = page.partition(f'aria-label="{label}"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", region.partition("<tbody>")[2], re.DOTALL)
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<.*?>", " ", cell).split()) for cell in row] for row in cells]


def test_the_file_by_day_is_what_the_events_say(experiment, reader):
    cells = raw_cells(experiment)
    rows = table(reader, experiment, "days")

    assert sum(counted(row)[0] for row in rows) > 100
    for row in rows:
        day = date.fromisoformat(row["day"])
        assert counted(row) == summed(cells, variant=row["variant"], day=day)
    for column, name in enumerate(COLUMNS):
        total = sum(number for (cell, *_), number in cells.items() if cell == name)
        assert sum(counted(row)[column] for row in rows) == total


def test_the_files_by_variant_and_source_are_what_the_events_say(experiment, reader):
    cells = raw_cells(experiment)

    for row in table(reader, experiment, "variants"):
        assert counted(row) == summed(cells, variant=row["variant"])
    for row in table(reader, experiment, "sources"):
        assert counted(row) == summed(cells, variant=row["variant"], source=row["source"])


def test_the_json_is_what_the_events_say(experiment, reader):
    cells = raw_cells(experiment)
    values = reader.get(f"/experiments/{experiment.id}/results.json").get_json()

    for variant in values["variants"]:
        served, seen, converted, _, signups, unseen, confirmed = summed(
            cells, variant=variant["key"]
        )
        assert (variant["served"], variant["seen"], variant["confirmed"]) == (
            served,
            seen,
            confirmed,
        )
        assert (variant["signups"], variant["converted"]) == (signups - unseen, converted)
        assert variant["rate"] == converted / seen


def test_the_page_is_what_the_events_say(experiment, reader):
    cells = raw_cells(experiment)
    page = reader.get(f"/experiments/{experiment.id}/results").text
    keys = [variant.key for variant in experiment.variants]
    funnel = shown(page, "From served to confirmed, by variant")
    sources = shown(page, "Visitors and rates by source")
    rates = shown(page, "Signed up of seen, by the day of the visit")
    visits = shown(page, "Seen of served, by day")

    for key, row in zip(keys, funnel, strict=False):
        served, seen, converted, _, signups, unseen, confirmed = summed(cells, variant=key)
        wanted = served, seen, converted, signups, unseen, confirmed
        assert row[1:] == [str(number) for number in wanted]
    for named, *of in sources:
        source = named.split()[0]
        served = summed(cells, source=source)[0]
        assert f" {served} served" in named
        assert of == [
            "{2} of {1}".format(*summed(cells, variant=key, source=source)) for key in keys
        ]
    for (named, *rate), (_, *visit) in zip(rates, visits, strict=True):
        day = datetime.strptime(named, "%d %B %Y").replace(tzinfo=UTC).date()
        sums = [summed(cells, variant=key, day=day) for key in keys]
        assert rate == ["{2} of {1}".format(*numbers) for numbers in sums]
        assert visit == ["{1} of {0}".format(*numbers) for numbers in sums]
