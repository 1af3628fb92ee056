"""What pages say of a decision that waits for a second person, and what one may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wbtest.publishing.models import Experiment
from wbtest.results.deciding.decide import find_change
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import waiting_papers
from wbtest.results.deciding.seconds import find_objection, names_of, seconds_for
from wbtest.results.decisions import CHOICES
from wbtest.results.figures import Results
from wbtest.team.models import Person


@dataclass(frozen=True, slots=True)
class Waiting:
    """A paper that waits, as one person reads it; ``seconds`` says who may second it."""

    paper: Paper
    against: str
    is_mine: bool
    may_second: bool
    seconds: str

    @property
    def why(self) -> str:
        """The figures it was signed on, in a sentence."""
        return str(self.paper.memo["figures"]["why"])

    def change(self, results: Results) -> str:
        """The sentence that says why nobody can second it any more, or ''."""
        return find_change(self.paper, results)


def waiting_shown(experiment: Experiment, person: Person) -> list[Waiting]:
    """Return what waits of an experiment, the oldest first, as ``person`` reads it."""
    return [_waiting(paper, person) for paper in waiting_papers(experiment)]


def _waiting(paper: Paper, person: Person) -> Waiting:
    return Waiting(
        paper,
        _against(paper.memo["figures"]),
        is_mine=paper.person_id == person.id,
        may_second=not find_objection(paper, person),
        seconds=names_of(seconds_for(paper.experiment.workspace, paper.person_id)),
    )


def _against(figures: Mapping[str, Any]) -> str:
    """What the figures said that somebody would decide against."""
    if figures["recommendation"] in CHOICES:
        return f"The sealed rule says {figures['recommendation']}."
    if figures["verdict"] != "not_enough":
        return "The verdict is in doubt."
    return "The verdict is withheld." if figures["withheld"] else "The figures have not settled it."
