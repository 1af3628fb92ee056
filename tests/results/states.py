"""An experiment in each state that a dashboard may be in, all looked at on the same day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.conftest import HandClock
from tests.factories import make_approval, make_revision, make_running
from tests.results.crowd import add_up
from wbtest.audience.models import HourlyCount
from wbtest.decisions.decide import decide
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.store import writing
from wbtest.team.models import Person

DAYS = 9
NAMES = ("From your kitchen", "Half the waste", "Dinner at six", "No list", "One photo")
Day = tuple[int, int]


def crowd(experiment: Experiment, *of: Day, days: Iterable[int] = range(DAYS)) -> None:
    """Let so many of each variant see the page on each day, and so many of them sign up."""
    assert experiment.started_at is not None
    start = int(experiment.started_at.timestamp()) // 3600 * 3600
    with writing() as session:
        for day in days:
            for k, (seen, converted) in enumerate(of):
                counts = {"served": seen + seen // 9, "seen": seen, "converted": converted}
                counts |= {
                    "arrived": converted,
                    "signups": converted,
                    "confirmed": 2 * converted // 3,
                }
                row = HourlyCount(
                    experiment_id=experiment.id,
                    variant=experiment.variants[k].key,
                    hour=start + (24 * day + k) * 3600,
                    source="newsletter" if day % 3 else "instagram",
                    device="phone" if day % 2 else "desktop",
                    language="en",
                    **counts,
                )
                session.add(row)
        add_up(experiment)


@dataclass(frozen=True)
class States:
    """Makes them for one team; each is the first test of a release of its own."""

    author: Person
    approver: Person

    def begin(self, slug: str, variants: int = 1, **rule: Any) -> Experiment:
        revision = make_revision(self.author)
        make_approval(revision, self.approver)
        parts = {"slug": slug, "variants": NAMES[: variants - 1], **rule}
        return make_running(revision, self.author, self.approver, **parts)

    def no_visitors(self) -> Experiment:
        return self.begin("none")

    def few(self) -> Experiment:
        experiment = self.begin("few", 2)
        crowd(experiment, (11, 1), (10, 0), days=range(2))
        return experiment

    def running(self) -> Experiment:
        experiment = self.begin("running", 3)
        crowd(experiment, (50, 4), (50, 5), (50, 3))
        return experiment

    def met(self) -> Experiment:
        experiment = self.begin("met", 3)
        crowd(experiment, (110, 5), (110, 15), (110, 9))
        return experiment

    def not_met(self) -> Experiment:
        experiment = self.begin("not-met", 2)
        crowd(experiment, (110, 3), (110, 4))
        return experiment

    def inconclusive(self) -> Experiment:
        experiment = self.begin("open", 2, ends_on=date(2027, 3, 9))
        crowd(experiment, (40, 3), (40, 4))
        return experiment

    def split_broken(self) -> Experiment:
        experiment = self.begin("split", 2)
        crowd(experiment, (110, 5), (60, 8))
        return experiment

    def too_good(self) -> Experiment:
        experiment = self.begin("too-good")
        crowd(experiment, (60, 33))
        return experiment

    def decided(self) -> Experiment:
        experiment = self.begin("decided", 2)
        crowd(experiment, (90, 3), (90, 4))
        return experiment


EVERY: tuple[Callable[[States], Experiment], ...] = (
    States.no_visitors,
    States.few,
    States.running,
    States.met,
    States.not_met,
    States.inconclusive,
    States.split_broken,
    States.too_good,
    States.decided,
)


def make_states(states: States, now: HandClock) -> dict[str, Experiment]:
    """Return all of them by name, eleven days after the start; one was decided meanwhile."""
    found = {make.__name__: make(states) for make in EVERY}
    now.turn(days=DAYS)
    lifecycle.end(found["decided"], states.approver)
    now.turn(days=2)
    decide(found["decided"], states.approver, "stop", "Nobody wants it at this price.")
    return found
