"""What to do now and what is still missing, in every state: it follows the verdict alone."""

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.states import DAYS, States, crowd
from wbtest.publishing.running import life
from wbtest.results.dashboard.advice import advice, missing
from wbtest.results.figures import judged
from wbtest.results.in_words import headline


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
        (
            States.split_broken,
            "These figures are lost. Mend the page, end this test, and begin a new one.",
            0,
        ),
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


def test_a_page_that_rests_is_to_be_opened_again_or_ended(states, now: HandClock, team: Team):
    experiment = states.running()
    now.turn(days=DAYS)
    life.pause(experiment, team.approver)

    assert advice(judged(experiment, now())).startswith("Open the page again to go on")


def test_when_visitors_and_days_are_enough_the_next_full_hour_with_a_visitor_is_waited_for(
    states, now: HandClock
):
    experiment = states.begin("quiet")
    crowd(experiment, (110, 20), days=range(5))
    now.turn(days=DAYS)
    found = judged(experiment, now())

    assert headline(found) == "Enough visitors and days: the next full hour with a visitor decides."
    assert missing(found) == ["One more full hour with a visitor: results rest on full hours."]


def test_lost_figures_lead_to_the_end_of_the_test_and_to_a_new_draft(
    states, now: HandClock, team: Team, client: Browser
):
    experiment = states.split_broken()
    place = f"/experiments/{experiment.id}"
    now.turn(days=DAYS + 2)
    log_in(client, team.approver)
    page = client.get(f"{place}/results").text
    card = page[page.index('class="card verdict"') : page.index("See the sealed rule")]

    assert "These figures are lost. Mend the page, end this test, and begin a new one." in card
    assert "These figures stay on record, and decide nothing." in card
    assert f'action="{place}/end"' in card
    assert f'action="{place}/clone"' in card
    assert f'href="{place}/decision"' not in card
    assert "A check is red, so" not in page + client.get(f"{place}/decision").text

    life.end(experiment, team.approver)
    page = client.get(f"{place}/results").text

    assert "These figures are lost. Mend the page, and begin a new test." in page
    assert f'action="{place}/end"' not in page
