"""What visitors read, as the dashboard's table and the file show it; for information."""

from __future__ import annotations

from typing import NamedTuple

from wbtest.audience import counts
from wbtest.audience.engagement import counted as engagement
from wbtest.audience.engagement.acts import Act
from wbtest.audience.engagement.counted import Opened, Share
from wbtest.publishing.models import Experiment

STEPS: dict[Act, str] = {
    ("depth", "25"): "Read a quarter",
    ("depth", "50"): "Read half",
    ("depth", "75"): "Read three quarters",
    ("depth", "100"): "Read to the end",
    ("focus", "top"): "Began the first form",
    ("click", "top"): "Pressed its button",
    ("focus", "end"): "Began the form at the end",
    ("click", "end"): "Pressed its button there",
}


class Step(NamedTuple):
    """How many of those seen did something; one share for each variant."""

    act: Act
    name: str
    shares: tuple[Share, ...]


class Reading(NamedTuple):
    """Questions that were opened, and steps that were taken."""

    questions: list[Opened]
    steps: list[Step]

    @property
    def is_known(self) -> bool:
        """Whether any visitor has told anything yet."""
        shares = [share for step in self.steps for share in step.shares]
        shares += [
            share for opened in self.questions for share in (opened.signed_up, opened.others)
        ]
        return any(share.number for share in shares)


def reading_of(experiment: Experiment) -> Reading:
    """Return what is known of an experiment that was started."""
    totals = counts.totals_by_variant(experiment)
    did = engagement.by_variant(experiment)
    steps = [
        Step(
            act,
            name,
            tuple(Share(did[key].get(act, 0), each.seen) for key, each in totals.items()),
        )
        for act, name in STEPS.items()
    ]
    return Reading(engagement.faq_opened(experiment), steps)
