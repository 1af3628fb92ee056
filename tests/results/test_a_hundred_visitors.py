"""A thousand simulated founders with a hundred visitors take the proposed rule and look every day.

The visitors come within two weeks, or all on the first day, as after one message to everybody.

The verdict's own code judges what came by the end of each day, and they act on the first answer.
With ``-s`` it prints the table of docs/statistics.md.
"""

from collections import Counter
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pytest

from wbtest.publishing.proposals import ENOUGH, MINIMUM_DAYS, RATES, Proposal, proposal_for
from wbtest.publishing.rule import Hypothesis
from wbtest.results.error_rates import BY_HOUR, DAY, DELAYS, STARTED, first_choice

FOUNDERS, SEED = 1_000, 1


class Idea(NamedTuple):
    """What is true of a founder's idea."""

    name: str
    is_warm: bool
    rate: float

    @property
    def proposal(self) -> Proposal:
        return proposal_for(100, is_warm=self.is_warm)

    @property
    def is_promised(self) -> bool:
        """Whether the sentence of the proposal promises an answer at this rate."""
        dead, wanted = RATES[self.is_warm]
        found = self.proposal
        is_told_dead = self.rate <= dead and found.stops >= ENOUGH
        return is_told_dead or (self.rate >= wanted and found.goes >= ENOUGH)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The answers that are wrong at this rate."""
        return ("go",) if self.rate < self.proposal.target else ("stop", "iterate")


# The rates nearest to the target of which the sentence speaks, and one between them.
WORLDS = (
    Idea("dead", True, 0.1),
    Idea("middling", True, 0.2),
    Idea("wanted", True, 0.4),
    Idea("dead", False, 0.03),
    Idea("middling", False, 0.07),
    Idea("wanted", False, 0.15),
)


def rule_of(proposal: Proposal) -> Hypothesis:
    return Hypothesis(
        who="people",
        does="sign up",
        target=proposal.target,
        floor=proposal.floor,
        minimum_visitors=proposal.minimum_visitors,
        maximum_visitors=proposal.maximum_visitors,
        minimum_days=MINIMUM_DAYS,
        ends_on=(STARTED + timedelta(days=proposal.days - 1)).date(),
        if_met="build it",
        if_not_met="leave it",
        if_unclear="ask again",
        hoped_for=proposal.hoped_for,
    )


def told(rng: np.random.Generator, idea: Idea, days: int) -> str:
    """What a founder is told first; "" for nothing until the end. All come within so many days."""
    hours = np.tile(BY_HOUR, 14) * (np.arange(14 * DAY) < days * DAY)
    seen = rng.multinomial(idea.proposal.people, hours / hours.sum())
    converted = rng.binomial(seen, idea.rate)
    # One day more for their late answers.
    seen, converted = (np.pad(table, (0, DAY))[:, None] for table in (seen, converted))
    arrived = np.zeros_like(converted)
    for hour in np.flatnonzero(converted):
        arrived[hour : hour + DAY, 0] += rng.multinomial(converted[hour, 0], DELAYS)
    return first_choice(rule_of(idea.proposal), seen, arrived, converted)


@pytest.fixture(scope="module", params=(14, 1), ids=("two weeks", "a day"))
def answers(request: pytest.FixtureRequest) -> dict[Idea, Counter[str]]:
    rng = np.random.default_rng(SEED)
    found: dict[Idea, Counter[str]] = {idea: Counter() for idea in WORLDS}
    for number in range(FOUNDERS):
        idea = WORLDS[number % len(WORLDS)]
        found[idea][told(rng, idea, request.param)] += 1
    for idea, counts in found.items():
        shares = (f"{counts[word] / counts.total():.0%}" for word in ("go", "iterate", "stop", ""))
        print(request.param, idea.name, idea.is_warm, idea.rate, counts.total(), *shares)  # noqa: T201
    return found


def test_an_answer_is_promised_to_half_and_nearly_all_of_them_get_it_rightly(answers):
    promised = {idea: counts for idea, counts in answers.items() if idea.is_promised}
    founders = sum(counts.total() for counts in promised.values())
    told_so = sum(counts[word] for counts in promised.values() for word in ("go", "stop"))
    wrong = sum(counts[word] for idea, counts in promised.items() for word in idea.wrong)

    assert founders >= FOUNDERS / 2
    assert told_so >= 0.8 * founders
    assert wrong <= 0.05 * founders


def test_hardly_anybody_is_told_what_is_wrong(answers):
    for idea, counts in answers.items():
        assert sum(counts[word] for word in idea.wrong) <= 0.05 * counts.total(), idea
