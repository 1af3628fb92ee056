"""Where the next draft is written: what was learned stands beside it."""

from __future__ import annotations

from wbtest.publishing.models import Experiment
from wbtest.results.learning.cards import demand_over
from wbtest.review.verdicts import find_stop
from wbtest.store import writing
from wbtest.team.models import Person
from wbtest.writing.models import Release
from wbtest.writing.releases import copy_release


def next_draft(experiment: Experiment, author: Person) -> Release:
    """Return the release to write on: the tested one, or a copy where that was stopped on paper.

    A double click makes one copy. Raises NotOver.
    """
    with writing():
        demand_over(experiment)
        release = experiment.revision.release
        return copy_release(release, author) if find_stop(release) else release
