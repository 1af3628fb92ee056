"""How long the results take a server, and how fast visits are written, however many there were."""

import gc
import random
import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.bench import history, page
from tests.bench.row import Goal, Line, Part, Row, Run
from tests.drills.progress import say
from wbtest.audience.recording.events import Event, Seen, Served
from wbtest.audience.visitors import new_visitor
from wbtest.extensions import db, runtime, utc_now
from wbtest.publishing.models import Experiment
from wbtest.results.network_checking import check_all_networks

FEW, MANY, ALL = 100_000, 1_000_000, 10_000_000
# So long may the many take to be recorded, unless all are asked for; a slow machine gets fewer.
PATIENCE_SECONDS = 90.0
FEWEST = 200_000
DAYS, VARIANTS = 90, 6
# Written in a round; the figures of every page are then other ones than before.
GROUPS = 4
SCREEN = ""
JSON = ".json"
TABS = {
    "over time": "/over-time",
    "visitors": "/visitors",
    "answers": "/answers",
    "statistics": "/statistics",
    "is there news": "/now.json",
}
_HOW = (
    "Processor time of app and test client for a page, as a member opens it, after new visits "
    "came; so others on the machine disturb less. 90 days, six variants. "
)
LINES = (
    Line(
        "results first screen",
        "results, first screen, many visits",
        f"the same with {FEW:,} visits",
        "ms",
        Goal("≤", 1.2),
        _HOW,
    ),
    Line(
        "results tabs",
        "… the tab that grows most",
        f"the same with {FEW:,} visits",
        "ms",
        Goal("≤", 1.2),
        "Of all tabs behind the first screen the one with the greatest ratio of medians.",
    ),
    Line(
        "results ratio JSON",
        "results as JSON, many visits",
        f"the same with {FEW:,} visits",
        "ms",
        Goal("≤", 1.2),
        "All figures without a page around them, so nothing that is always the same hides a query.",
    ),
    Line(
        "results JSON",
        "results as JSON, many visits",
        "",
        "ms",
        None,
        "The same as a figure by itself.",
    ),
    Line(
        "writing at many",
        "visits written, many stored",
        f"the same with {FEW:,} stored",
        "a second",
        Goal("≥", 0.9),
        "Visits with their beacons by the recorder's own code in groups of a thousand events, "
        "into both histories in turn.",
    ),
)


class Instance:
    """An instance that has seen so many visits, and its owner, logged in."""

    def __init__(
        self, folder: Path, visits: int, days: int = DAYS, variants: int = VARIANTS
    ) -> None:
        self.app, self.experiment_id, self.rate = _told(folder, visits, days, variants)
        self._client = _logged_in(self.app)
        with self.app.app_context():
            experiment = db.session.get_one(Experiment, self.experiment_id)
            self._variants = [each.key for each in experiment.variants]

    def write(self) -> float:
        """Let some more come; return how many a second were written."""
        events = list(_more(self.experiment_id, self._variants))
        return len(events) / 2 / history.write(self.app, events, utc_now())

    def open(self, address: str) -> float:
        """Ask for a page of the results; return the milliseconds of processor time.

        The worker has looked at the networks before, as it does each quarter of an hour.
        """
        with self.app.app_context():
            check_all_networks(utc_now())
        before = time.process_time()
        answer = self._client.get(f"/experiments/{self.experiment_id}/results{address}")
        spent = time.process_time() - before
        assert answer.status_code == 200, address
        answer.close()
        return 1000 * spent


def measure(run: Run) -> list[Row]:
    """Record both histories, then write into both and ask both in turn."""
    few = Instance(run.folder / "few", FEW)
    visits = ALL if run.is_full else _fitting(few.rate)
    both = (few, Instance(run.folder / "many", visits))
    # As a web process does it: what is there now is looked at no more.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    written: list[list[float]] = [[], []]
    took: dict[str, list[list[float]]] = {
        address: [[], []] for address in (SCREEN, JSON, *TABS.values())
    }
    # The first round is for what is read or compiled once.
    for number in range(run.rounds + 1):
        for address in (SCREEN, JSON, *TABS.values()):
            for which, instance in enumerate(both):
                rate = instance.write()
                spent = instance.open(address)
                if number:
                    written[which].append(rate)
                    took[address][which].append(spent)
    note = f"Here with {visits:,} visits" + ("." if run.is_full else "; --full takes 10 million.")
    return _rows(took, written, note)


def _rows(took: dict[str, list[list[float]]], written: list[list[float]], note: str) -> list[Row]:
    screen, tabs, ratio, json, writing = LINES

    def row(line: Line, address: str, note: str = "") -> Row:
        few, many = took[address]
        return Row(line, tuple(many), tuple(few), note=note)

    found = {name: row(tabs, address, f"Here it is “{name}”.") for name, address in TABS.items()}
    worst = max(found.values(), key=lambda each: each.ratio.median if each.ratio else 0)
    return [
        row(screen, SCREEN, note),
        worst,
        row(ratio, JSON),
        Row(json, tuple(took[JSON][1])),
        Row(writing, tuple(written[1]), tuple(written[0])),
    ]


def _fitting(rate: float) -> int:
    """How many visits are recorded in time at so many a second, in hundreds of thousands."""
    return max(FEWEST, min(MANY, int(rate * PATIENCE_SECONDS) // FEW * FEW))


def _told(folder: Path, visits: int, days: int, variants: int) -> tuple[Flask, int, float]:
    """An instance whose page ran for so many days, and how many visits a second it took."""
    ago = [timedelta(days=days)]

    def now() -> datetime:
        return utc_now() - ago[0]

    app, experiment_id = page.make(folder, now, variants=variants, most=2 * ALL, days=days + 30)
    runtime(app).recorder.close()
    ago[0] = timedelta()
    say(f"recording {visits:,} visits")
    took = history.tell(app, experiment_id, visits=visits, days=days, until=utc_now())
    say(f"{visits / took:,.0f} a second, with beacons and sign-ups")
    return app, experiment_id, visits / took


def _logged_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert token is not None
    who = {"email": page.OWNER, "password": page.SECRET, "csrf_token": token[1]}
    assert client.post("/login", data=who).status_code in (302, 303)
    return client


def _more(experiment_id: int, variants: list[str]) -> Iterator[Event]:
    """Some who come now: served and seen, spread fairly. Else an alarm would withhold figures."""
    at = time.time()
    for _ in range(GROUPS * history.GROUP // 2):
        event: dict[str, Any] = {
            "experiment_id": experiment_id,
            "variant": random.choice(variants),
            "visitor": new_visitor(at),
            "at_us": int(at * 1_000_000),
            "source": random.choice(list(history.SOURCES)),
            "device": random.choice(list(history.DEVICES)),
            "language": "en",
            "user_agent": history.BROWSER,
        }
        yield Served(**event)
        yield Seen(**event)


PART = Part("results", LINES, measure)
