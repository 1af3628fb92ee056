"""The rule for a team that says how many people it can reach, and whether they know it. Pure.

A *dead* and a *wanted* idea are those with the rates of ``RATES``; a proposal tells one of them
where at least ``ENOUGH`` of a hundred tests do. Targets and chances are what the exact calculation
of ``operating_characteristics`` gives, and tests hold them to it: each target is the best of
``TARGETS``, the one at which the less likely of the two answers is likeliest, or where that is not
enough the lowest that tells a dead idea.
"""

from __future__ import annotations

from typing import NamedTuple

from wbtest.publishing.rule import ACTS, ALPHA, BETA

ENOUGH = 70
MINIMUM_DAYS = 7


class IdeaRates(NamedTuple):
    """The sign-up rates of a dead and of a wanted idea: the floor and the rate hoped for."""

    dead: float
    wanted: float


# By whether the visitors know the team. Half of all landing pages stay below 6.6 %, and people who
# know you sign up to be kind.
RATES = {False: IdeaRates(0.03, 0.15), True: IdeaRates(0.1, 0.4)}
TARGETS = {False: (0.04, 0.05, 0.06, 0.08, 0.1, 0.12), True: (0.15, 0.2, 0.25, 0.3, 0.35)}


class Proposal(NamedTuple):
    """A rule for so many ``people``, who know the team or do not, over so many ``days``.

    It ends after those people, but for the last number, which is “or more”. Of a hundred such tests
    so many ``stops`` are said of a dead idea, and so many ``goes`` of a wanted one, if everybody
    comes and nobody else. ``visitors`` is the mean number after which the answer, or the end,
    comes, for the slower of the two ideas.
    """

    people: int
    is_warm: bool
    target: float
    minimum_visitors: int
    maximum_visitors: int
    days: int
    stops: int
    goes: int
    visitors: int

    @property
    def floor(self) -> float:
        return RATES[self.is_warm].dead

    @property
    def hoped_for(self) -> float:
        return RATES[self.is_warm].wanted

    def sentence(self, do: str) -> str:
        """What the test can tell, '' for nothing; ``do`` is what a visitor must do to count."""
        if self.stops < ENOUGH:
            return ""
        dead, wanted = (f"{rate:.0%}" for rate in RATES[self.is_warm])
        said = f"If {dead} or fewer {do}, {self.stops} of 100 such tests say stop."
        if self.goes < ENOUGH:
            return said
        return (
            f"{said} If {wanted} or more do, {self.goes} say go. In between it may stay undecided."
        )

    @property
    def tells_both(self) -> bool:
        """Whether it tells a dead idea as well as a wanted one."""
        return min(self.stops, self.goes) >= ENOUGH

    def shortfall(self, do: str) -> str:
        """What the test cannot tell, '' where it tells both ideas; ``do`` is as in a sentence."""
        if self.tells_both:
            return ""
        dead, wanted = (f"{rate:.0%}" for rate in RATES[self.is_warm])
        who = f"{self.people:,} {'people who know you' if self.is_warm else 'strangers'}"
        if self.stops < ENOUGH:
            return (
                f"{who} rarely give an answer: if {dead} {do}, {self.stops} of 100 such tests "
                f"say stop. If {wanted} do, {self.goes} say go."
            )
        return (
            f"{who} can’t reliably show that an idea is wanted: if {wanted} {do}, {self.goes} of "
            "100 such tests say go."
        )

    def ways_out(self, do: str) -> str:
        """What to do where there is a shortfall."""
        enough = next(
            each.people for each in PROPOSALS if each.is_warm == self.is_warm and each.tells_both
        )
        if do == ACTS["call"].do:
            return f"Reach {enough}."
        return f"Reach {enough}, or offer a call (visitor settings) and interview those who agree."


PROPOSALS = (
    Proposal(60, True, 0.25, 20, 60, 14, 72, 60, 44),
    Proposal(100, True, 0.25, 30, 100, 14, 93, 83, 58),
    Proposal(300, True, 0.25, 100, 300, 14, 98, 99, 110),
    Proposal(1000, True, 0.25, 300, 2400, 28, 98, 99, 300),
    Proposal(60, False, 0.08, 20, 60, 28, 16, 27, 60),
    Proposal(100, False, 0.12, 30, 100, 28, 86, 5, 98),
    Proposal(300, False, 0.08, 100, 300, 28, 92, 93, 165),
    Proposal(1000, False, 0.08, 300, 2400, 28, 98, 99, 309),
)
PEOPLE = tuple(dict.fromkeys(each.people for each in PROPOSALS))


def proposal_for(people: int, *, is_warm: bool) -> Proposal:
    """The proposal for so many people of ``PEOPLE``."""
    return next(each for each in PROPOSALS if (each.people, each.is_warm) == (people, is_warm))


def find_proposal(
    target: float,
    floor: float,
    minimum_visitors: int,
    maximum_visitors: int | None,
    hoped_for: float | None,
    *,
    is_warm: bool,
    variants: int = 1,
    risks: tuple[float, float] = (ALPHA, BETA),
) -> Proposal | None:
    """The proposal that a test follows, or None. Their chances are those of one variant."""
    if variants != 1 or risks != (ALPHA, BETA):
        return None
    rule = (target, floor, minimum_visitors, maximum_visitors, hoped_for, is_warm)
    for each in PROPOSALS:
        limits = (each.target, each.floor, each.minimum_visitors, each.maximum_visitors)
        if (*limits, each.hoped_for, each.is_warm) == rule:
            return each
    return None
