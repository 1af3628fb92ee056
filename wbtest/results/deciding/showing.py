"""What pages say of a decision that waits for a second person, and what one may do with it."""

from __future__ import annotations

from msgspec import Struct

from wbtest.extensions import clock
from wbtest.results.deciding.decide import find_change
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import Papers
from wbtest.results.deciding.seconds import (
    against_of,
    find_objection,
    names_of,
    rests_beside,
    seconds_for,
)
from wbtest.results.figures import Results
from wbtest.results.set_aside import Aside, results_and_aside
from wbtest.team.models import Person

MOST_ENDED = 3
MAY_STOP = " You may stop looking now."


class Waiting(Struct, frozen=True):
    """A paper that waits, as one person reads it; ``seconds`` says who may second it.

    ``aside`` is what stands beside the figures by now, where the paper rests on such figures.
    """

    paper: Paper
    against: str
    is_mine: bool
    may_second: bool
    seconds: str
    aside: Aside | None

    @property
    def why(self) -> str:
        """The figures it was signed on, in a sentence."""
        return str(self.paper.memo["figures"]["why"])

    def change(self, results: Results) -> str:
        """The sentence that says why nobody can second it any more, or ''."""
        return find_change(self.paper, results, self.aside)


class Ended(Struct, frozen=True):
    """A proposal that came to nothing; ``by`` is the decision that took its place, if one did."""

    paper: Paper
    by: Paper | None


def ended_shown(papers: Papers) -> list[Ended]:
    """Return the last proposals that were turned down or gave way to a decision, the newest first.

    What its author replaced by another proposal is none: they know.
    """
    stands = {paper.settled_at: paper for paper in papers.standing.values()}
    found = [Ended(paper, stands.get(paper.settled_at)) for paper in papers.ended]
    is_told = [each for each in found if each.paper.is_turned_down or each.by]
    return is_told[:MOST_ENDED]


def once_decided(sentence: str) -> str:
    """Return a verdict without what it says to whoever has not decided yet.

    >>> once_decided("Your page reaches your target. You may stop looking now.")
    'Your page reaches your target.'
    """
    return sentence.replace(MAY_STOP, "")


def waiting_shown(papers: Papers, person: Person) -> list[Waiting]:
    """Return what waits of an experiment, the oldest first, as ``person`` reads it."""
    # Only what rests on such figures asks what they say by now.
    rests = next((paper for paper in papers.waiting if rests_beside(paper)), None)
    aside = results_and_aside(rests.experiment, clock.now())[1] if rests else None
    return [_waiting(paper, person, aside) for paper in papers.waiting]


def _waiting(paper: Paper, person: Person, aside: Aside | None) -> Waiting:
    return Waiting(
        paper,
        against_of(paper),
        is_mine=paper.person_id == person.id,
        may_second=not find_objection(paper, person),
        seconds=names_of(seconds_for(paper.person_id)),
        aside=aside,
    )
