"""The funnel of an experiment, with what its page asks for and what visitors did there."""

from __future__ import annotations

from wbtest.audience.engagement.counted import by_variant
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_options
from wbtest.results.dashboard.funnel import Stage, funnel_of
from wbtest.results.figures import Results


def funnel_steps(experiment: Experiment, found: Results) -> list[Stage]:
    """Return the steps and how many took each."""
    told = by_variant(experiment)
    acts = [told[variant.key] for variant in found.variants]
    chosen = sealed_options(experiment)
    return funnel_of(
        found,
        # Where no browser has told anything, nobody is known to have begun; none is no answer.
        acts if any(acts) else None,
        asks_for=(
            *(["confirmed"] if chosen.confirms else []),
            *(["answered"] if chosen.questions else []),
            *chosen.asks_for,
        ),
    )
