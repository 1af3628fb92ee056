"""What the list of notes shows, on its own page and beside the charts over time."""

from functools import partial
from typing import Any

from wbtest.publishing.models import Experiment
from wbtest.results.annotating.moments import on_the_clock
from wbtest.results.annotating.notes import notes_of


def notes_part(experiment: Experiment) -> dict[str, Any]:
    """Return what ``results/annotating/_part.html`` is made of: the notes, the newest first.

    ``local`` writes a moment as clocks of the experiment's place show it.
    """
    return {
        "experiment": experiment,
        "notes": notes_of(experiment)[::-1],
        "local": partial(on_the_clock, zone=experiment.time_zone),
    }
