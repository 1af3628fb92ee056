"""How long the results take a server, and how fast visits are written, however many there were."""

import gc
import random
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from tests.bench import history
from tests.bench.amounts import amount
from tests.bench.row import Goal, Line, Part, Row, Run
from tests.drills.progress import say
from tests.service.instance import make_instance
from tests.steps.member import inside
from tests.steps.visitor import DESKTOP
from wbtest import create_app
from wbtest.audience.recording.events import Event, Seen, Served
from wbtest.audience.visitors import new_visitor
from wbtest.extensions import db, runtime, utc_now
from wbtest.publishing.models import Experiment
from wbtest.results.network_checking import check_all_networks

FEW, MANY = amount(100_000, 1_000), amount(1_000_000, 2_000)
ALL = 10_000_000
# So long may the many take to be recorded, unless all are asked for; a slow machine gets fewer.
PATIENCE_SECONDS = 90.0
FEWEST = 2 * FEW
DAYS, VARIANTS = 90, 6
EXPERIMENT = 1
# Written in a round; the figures of every page are then other ones than before.
GROUPS = amount(4, 1)
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


class Told:
    """An instance that has seen so many visits, and its owner, logged in."""

    def __init__(
        self, folder: Path, visits: int, days: int = DAYS, variants: int = VARIANTS
    ) -> None:
        self.app, self.rate = _told(folder, visits, days, variants)
        self._owner = inside(self.app).log_in()
        with self.app.app_context():
            experiment = db.session.get_one(Experiment, EXPERIMENT)
            self._variants = [each.key for each in experiment.variants]

    def write(self) -> float:
        """Let some more come; return how many a second were written."""
        events = list(_more(self._variants))
        return len(events) / 2 / history.write(self.app, events, utc_now())

    def open(self, address: str) -> float:
        """Ask for a page of the results; return the milliseconds of processor time.

        The worker has looked at the networks before, as it does each quarter of an hour.
        """
        with self.app.app_context():
            check_all_networks(utc_now())
        answer = self._owner.get(f"/experiments/{EXPERIMENT}/results{address}")
        assert answer.status == 200, address
        return 1000 * answer.seconds

    def close(self) -> None:
        """Let go of its database."""
        runtime(self.app).recorder.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()


def measure(run: Run) -> list[Row]:
    """Record both histories, then write into both and ask both in turn."""
    with closing(Told(run.folder / "few", FEW)) as few:
        visits = ALL if run.is_full else _fitting(few.rate)
        with closing(Told(run.folder / "many", visits)) as many:
            took, written = _look(run.rounds, (few, many))
    note = f"Here with {visits:,} visits" + ("." if run.is_full else "; --full takes 10 million.")
    return _rows(took, written, note)


def _look(
    rounds: int, both: tuple[Told, Told]
) -> tuple[dict[str, list[list[float]]], list[list[float]]]:
    """Milliseconds that each page took, and visits written in a second, for each of both."""
    # As a web process does it: what is there now is looked at no more.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    written: list[list[float]] = [[], []]
    took: dict[str, list[list[float]]] = {
        address: [[], []] for address in (SCREEN, JSON, *TABS.values())
    }
    # The first round is for what is read or compiled once.
    for number in range(rounds + 1):
        for address in (SCREEN, JSON, *TABS.values()):
            for which, instance in enumerate(both):
                rate = instance.write()
                spent = instance.open(address)
                if number:
                    written[which].append(rate)
                    took[address][which].append(spent)
    return took, written


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


def _told(folder: Path, visits: int, days: int, variants: int) -> tuple[Flask, float]:
    """An app whose page has run for so many days, and how many visits a second it took."""
    began = timedelta(days=days)
    instance = make_instance(
        folder, now=lambda: utc_now() - began, variants=variants, most=2 * ALL, days=days + 30
    )
    app = create_app(instance.settings)
    say(f"recording {visits:,} visits")
    took = history.tell(app, EXPERIMENT, visits=visits, days=days, until=utc_now())
    say(f"{visits / took:,.0f} a second, with beacons and sign-ups")
    return app, visits / took


def _more(variants: list[str]) -> Iterator[Event]:
    """Some who come now: served and seen, spread fairly. Else an alarm would withhold figures."""
    at = time.time()
    for _ in range(GROUPS * history.GROUP // 2):
        event: dict[str, Any] = {
            "experiment_id": EXPERIMENT,
            "variant": random.choice(variants),
            "visitor": new_visitor(at),
            "at_us": int(at * 1_000_000),
            "source": random.choice(list(history.SOURCES)),
            "device": random.choice(list(history.DEVICES)),
            "language": "en",
            "user_agent": DESKTOP,
        }
        yield Served(**event)
        yield Seen(**event)


PART = Part("results", LINES, measure)
