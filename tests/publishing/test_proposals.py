"""Each proposed rule is the best of its grid, computed exactly, and says what it can tell."""

import pytest

from wbtest.publishing.proposals import ENOUGH, PROPOSALS, RATES, TARGETS, Proposal
from wbtest.statistics.operating_characteristics import Chances, TargetRule, chances

each_proposal = pytest.mark.parametrize(
    "proposal", PROPOSALS, ids=lambda each: f"{each.people} {'warm' if each.is_warm else 'cold'}"
)


def of_100(proposal: Proposal, target: float, least: int) -> tuple[Chances, Chances]:
    """What a dead and a wanted idea are told, if everybody comes."""
    rule = TargetRule(target, proposal.floor, least, proposal.people, hoped_for=proposal.hoped_for)
    dead, wanted = RATES[proposal.is_warm]
    return chances(rule, dead), chances(rule, wanted)


def value(proposal: Proposal, target: float) -> tuple[int, float]:
    """How likely the less likely answer is, in percent; of equals the sooner one is better.

    Nobody waits longer for the last two of a hundred.
    """
    dead, wanted = of_100(proposal, target, proposal.minimum_visitors)
    return min(round(100 * min(dead.stop, wanted.go)), 98), -dead.visitors - wanted.visitors


@each_proposal
def test_each_target_is_the_best_of_its_grid(proposal: Proposal):
    grid = TARGETS[proposal.is_warm]
    best = max(grid, key=lambda target: value(proposal, target))
    least = proposal.minimum_visitors
    telling = [each for each in grid if 100 * of_100(proposal, each, least)[0].stop >= ENOUGH]

    if value(proposal, best)[0] < ENOUGH and telling:
        best = telling[0]

    assert proposal.target == best


@each_proposal
def test_the_chances_of_each_proposal_are_the_exact_ones(proposal: Proposal):
    dead, wanted = of_100(proposal, proposal.target, proposal.minimum_visitors)

    shown = [min(round(100 * chance), 99) for chance in (dead.stop, wanted.go)]
    assert [proposal.stops, proposal.goes] == shown
    assert proposal.visitors == round(max(dead.visitors, wanted.visitors))


@each_proposal
def test_waiting_for_the_least_visitors_costs_at_most_two_answers_of_a_hundred(proposal: Proposal):
    now = of_100(proposal, proposal.target, proposal.minimum_visitors)
    soon = of_100(proposal, proposal.target, 1)

    assert soon[0].stop - now[0].stop <= 0.02
    assert soon[1].go - now[1].go <= 0.02


@each_proposal
def test_an_idea_at_the_target_gets_a_wrong_go_in_at_most_five_of_a_hundred(proposal: Proposal):
    rule = TargetRule(
        *(proposal.target, proposal.floor, proposal.minimum_visitors, proposal.maximum_visitors),
        hoped_for=proposal.hoped_for,
    )

    assert chances(rule, proposal.target).go <= 0.05


@each_proposal
def test_a_test_ends_after_the_people_whom_its_team_can_reach(proposal: Proposal):
    # The last number is “or more”.
    assert proposal.maximum_visitors == proposal.people or proposal.people == PROPOSALS[-1].people
