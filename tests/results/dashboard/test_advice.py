"""What to do now and what is still missing, in every state: it follows the verdict alone."""

import pytest

from tests.conftest import HandClock
from tests.factories import Team
from tests.results.states import DAYS, States
from wbtest.publishing.running import life
from wbtest.results.dashboard.advice import advice, missing
from wbtest.results.figures import judged


@pytest.fixture
def states(team: Team) -> States:
    return States(team.editor, team.approver)


@pytest.mark.parametrize(
    ("make", "sentence", "count"),
    [
        (States.no_visitors, "Share the link, so that people come.", 1),
        (States.few, "Keep it running, and change nothing.", 1),
        (States.running, "Keep it running, and change nothing.", 1),
        (States.met, "The sealed rule says go. We build it.", 0),
        (States.not_met, "The sealed rule says stop. We write another draft, or stop.", 0),
        (States.inconclusive, "The sealed rule leaves it open. We ask once more.", 0),
        (States.split_broken, "Mend what is red under “Can I trust this?”.", 0),
    ],
)
def test_the_advice_follows_the_verdict(states, now: HandClock, make, sentence, count):
    experiment = make(states)
    now.turn(days=DAYS + 2)
    found = judged(experiment, now())

    assert advice(found).startswith(sentence)
    assert len(missing(found)) == count


def test_what_is_missing_is_said_in_visitors_and_days(states, now: HandClock):
    experiment = states.few()
    now.turn(days=2, hours=1)

    assert missing(judged(experiment, now())) == [
        "358 more visitors: no verdict before 400, and 42 came so far.",
        "5 more days: no verdict before 7 days, so that weekdays and weekends are in it.",
    ]


def test_whoever_may_still_answer_is_waited_for(states, now: HandClock, team: Team):
    experiment = states.running()
    now.turn(days=DAYS)
    life.end(experiment, team.approver)

    assert advice(judged(experiment, now())).startswith("Wait until 11 March, 09:00")


def test_a_page_that_rests_is_to_be_resumed_or_ended(states, now: HandClock, team: Team):
    experiment = states.running()
    now.turn(days=DAYS)
    life.pause(experiment, team.approver)

    assert advice(judged(experiment, now())).startswith("Resume the page")
