"""The verdict in sentences, and what to do now."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, end_at, log_in, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_days, count_hour
from tests.results.states import DAYS, States, crowd
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.results import captions
from wbtest.results.figures import Results, evaluate, results_of
from wbtest.results.summary import summary
from wbtest.results.verdict_text import (
    advice,
    attempt_phrase,
    badge,
    headline,
    missing,
    promise,
    status_line,
    why,
)

LATER = datetime(2027, 3, 11, 20, tzinfo=UTC)
AFTER_ALL = datetime(2027, 4, 2, tzinfo=UTC)


def fill(experiment: Experiment, days: int = 9, **converted: int) -> Results:
    """Let 100 people a day see each variant, and give its results on 11 March."""
    for key, number in converted.items():
        count_days(experiment, range(days), key, seen=100, converted=number)
    return results_of(experiment, LATER)


def said(results: Results) -> tuple[str, str, str]:
    return badge(results).text, badge(results).kind, headline(results)


def test_met_names_the_variant_and_lets_the_founder_rest(begin):
    results = fill(begin(variants=("Kitchen",)), control=3, kitchen=14)

    assert said(results) == (
        "Target met",
        "go",
        "“Kitchen” reached your 8% target. You can decide now.",
    )
    assert why(results).endswith(
        "900 people saw “Kitchen” and 126 signed up, so the true rate is probably between "
        "10.6% and 17.8%."
    )


def test_a_page_without_variants_is_called_your_page(begin):
    results = fill(begin(), control=14)

    assert headline(results).startswith("Your page reached your 8% target.")
    assert "900 people saw it" in why(results)


def test_two_that_reach_the_target_are_both_named(begin):
    results = fill(begin(variants=("Kitchen",)), control=14, kitchen=15)

    assert headline(results).startswith("“Control” and “Kitchen” reached your 8% target.")


def test_not_met_above_the_floor_means_another_try(begin):
    results = fill(begin(variants=("Kitchen",)), control=1, kitchen=5)

    assert said(results) == (
        "Target not met",
        "iterate",
        "No variant reached your 8% target, but “Kitchen” is above your 3% floor.",
    )


def test_not_met_means_stop_otherwise(begin):
    results = fill(begin(), control=1)

    assert said(results) == (
        "Target not met",
        "stop",
        "Your page didn’t reach your 8% target. You can decide now.",
    )


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (120, "about 770 more visitors and 9 days."),
        (30, "about 1,600 more visitors, and at this pace the test ends first."),
    ],
)
def test_not_enough_says_how_many_more_and_for_how_long(begin, seen, sentence):
    experiment = begin(maximum_visitors=9000)
    count_days(experiment, range(9), seen=seen, converted=seen // 10)
    results = results_of(experiment, LATER)

    assert badge(results).text == "Not enough data yet"
    assert headline(results) == f"Not enough data yet. You need {sentence}"


def test_with_no_result_in_sight_it_says_what_the_rule_leaves(begin):
    experiment = begin(minimum_visitors=30, maximum_visitors=100)
    count_day(experiment, 0, seen=9, converted=2)

    assert headline(results_of(experiment, datetime(2027, 3, 3, 9, tzinfo=UTC))) == (
        "No result in sight yet. It comes on 8 March at the earliest."
    )
    assert headline(results_of(experiment, datetime(2027, 3, 9, 9, tzinfo=UTC))) == (
        "No result in sight yet. It comes after 91 more visitors at most, or on the last day."
    )


def test_enough_visitors_and_too_few_days_ask_for_days(begin):
    experiment = begin()
    count_day(experiment, 0, seen=500, converted=70)
    results = results_of(experiment, datetime(2027, 3, 3, 9, tzinfo=UTC))

    assert headline(results) == "Enough visitors. The result comes on 8 March, after 7 days."


def test_nobody_yet_is_no_failure(begin):
    assert said(results_of(begin(), LATER)) == (
        "Waiting for visitors",
        "neutral",
        "Nobody has seen the page yet.",
    )


def test_a_broken_split_withholds_and_says_why_once(begin):
    experiment = begin(variants=("Kitchen",))
    count_days(experiment, range(9), "control", seen=120, converted=3)
    count_days(experiment, range(9), "kitchen", seen=80, converted=14)
    results = results_of(experiment, LATER)

    assert said(results) == (
        "Data unreliable",
        "stop",
        "No result: visitors weren’t split as planned.",
    )
    assert why(results).endswith("A check failed, so don’t decide on this data.")
    assert captions.of_comparison(results).startswith("The split is broken")


def test_friends_first_put_the_verdict_in_doubt(begin):
    experiment = begin()
    hour = int(datetime(2027, 3, 1, 9, tzinfo=UTC).timestamp())
    count_hour(experiment, hour, seen=60, converted=25)
    count_days(experiment, range(1, 9), seen=110, converted=3)
    results = results_of(experiment, LATER)

    assert said(results) == (
        "Met, now in doubt",
        "stop",
        "Your page reached your 8% target on 8 March, but has fallen short since.",
    )
    assert "perhaps friends" in results.trust[-1].reason
    assert summary(experiment, LATER).word == "withheld"


def test_evidence_that_falls_back_puts_the_verdict_in_doubt_without_blaming_friends(begin):
    experiment = begin(maximum_visitors=9000)
    for day in range(9):
        count_day(experiment, day, seen=100, converted=13 if day < 4 else 6)
    results = results_of(experiment, LATER)

    assert headline(results) == (
        "Your page reached your 8% target on 8 March, but the evidence has fallen back since."
    )
    assert "Keep the test running." in results.trust[-1].reason


def test_figures_that_rise_after_not_met_are_told(begin):
    experiment = begin(maximum_visitors=9000)
    for day in range(20):
        count_day(experiment, day, seen=100, converted=2 if day < 8 else 13)
    results = results_of(experiment, datetime(2027, 3, 22, 9, tzinfo=UTC))

    assert said(results) == (
        "Not met, now in doubt",
        "stop",
        "Your page didn’t reach your 8% target on 8 March, but the figures have risen since.",
    )
    assert "no longer so" in results.trust[-1].reason


def test_a_team_is_reminded_of_what_it_said_it_would_do(begin):
    experiment = begin()
    open_still = promise(fill(experiment, days=3, control=8))
    over = promise(results_of(experiment, AFTER_ALL))
    met = promise(fill(begin(slug="met"), control=14))
    missed = promise(fill(begin(slug="missed"), control=1))

    assert (open_still, over, met, missed) == (
        "",
        "We ask once more.",
        "We build it.",
        "We write another draft, or stop.",
    )


def test_a_draft_has_no_verdict_in_a_list(revision, team):
    draft = make_experiment(revision, team.editor)

    assert (summary(draft, LATER).word, summary(draft, LATER).sentence) == (
        "none",
        "Not started yet.",
    )


def test_a_summary_is_the_headline_in_a_list(begin):
    experiment = begin()
    fill(experiment, control=14)

    assert summary(experiment, LATER).word == "met"
    assert summary(experiment, LATER).sentence.startswith("Your page reached")


def test_the_line_under_the_name_says_what_the_test_rests_on(begin):
    experiment = begin()
    phrases = status_line(experiment, results_of(experiment, LATER))

    assert phrases[0] == "Running since 1 March, day 11 of 29"
    assert phrases[1] == (f"rule locked (fingerprint {experiment.seal[:4]}…{experiment.seal[-4:]})")
    assert phrases[2:] == ["from revision 1", "short press release"]


def test_the_line_says_when_it_is_paused_and_how_long_it_ran(begin):
    experiment = begin()
    lifecycle.pause(experiment, experiment.author)
    paused = status_line(experiment, results_of(experiment, LATER))[0]
    end_at(experiment, LATER)
    ended = status_line(experiment, results_of(experiment, LATER))[0]

    assert paused == "Paused, started on 1 March, day 11 of 29"
    assert ended == "Ran from 1 March to 11 March, 11 days"


def test_the_line_of_a_test_of_one_day_names_that_day(begin):
    experiment = begin()
    end_at(experiment, experiment.started_at + timedelta(hours=1))

    assert status_line(experiment, results_of(experiment, LATER))[0] == "Ran on 1 March"


def test_a_second_test_of_the_same_release_says_what_that_costs(begin, team):
    first = lifecycle.end(begin(), team.approver)
    second = begin()

    assert attempt_phrase(results_of(first, LATER)) == ""
    assert attempt_phrase(results_of(second, LATER)) == (
        "Second attempt: this idea has been tested before. Across all its tests, the chance of a "
        "“go” by luck is at most 2 × 5% = 10%."
    )


@pytest.mark.parametrize("visitors", [0, 3, 500])
def test_every_chart_has_a_conclusion_however_few_came(begin: Start, visitors):
    experiment = begin(variants=("Kitchen",))
    if visitors:
        count_day(experiment, 0, "control", seen=visitors, converted=0)
        count_day(experiment, 0, "kitchen", seen=visitors, converted=visitors // 12)
    results = results_of(experiment, LATER)
    sentences = [getattr(captions, name)(results) for name in dir(captions) if name[:3] == "of_"]

    assert len(sentences) == 7
    assert all(sentence[0] in sentence[0].upper() for sentence in sentences)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_whose_window_is_open_is_said_because_the_upper_end_leaves_them_out(begin):
    experiment = begin()
    count_day(experiment, 8, seen=100, converted=8)
    count_hour(experiment, int(LATER.timestamp()) - 7200, seen=20, converted=1)
    results = results_of(experiment, LATER)

    assert captions.still_open(results) == (
        "20 of 120 visitors are still within their 24 hours to sign up. We don’t count "
        "them in the upper limits yet, so those may still change."
    )
    assert captions.still_open(results_of(experiment, AFTER_ALL)) == ""


def test_that_nobodys_window_is_over_is_said_in_words(begin):
    experiment = begin()
    count_hour(experiment, int(LATER.timestamp()) - 7200, seen=1, converted=1)

    assert captions.still_open(results_of(experiment, LATER)) == (
        "All visitors are still within their 24 hours to sign up, so the upper limit of an "
        "interval may still change."
    )


@pytest.fixture
def states(team: Team) -> States:
    return States(team.editor, team.approver)


@pytest.mark.parametrize(
    ("make", "sentence", "count"),
    [
        (States.met, "The locked rule says go. We build it.", 0),
        (States.not_met, "The locked rule says stop. We write another draft, or stop.", 0),
        (States.inconclusive, "The locked rule doesn’t decide this. We ask once more.", 0),
        (
            States.split_broken,
            "This data can’t be used. Fix the page, end this test and start a new one.",
            0,
        ),
    ],
)
def test_the_advice_follows_the_verdict(states, now: HandClock, make, sentence, count):
    experiment = make(states)
    now.turn(days=DAYS + 2)
    found = evaluate(experiment, now())

    assert advice(found).startswith(sentence)
    assert len(missing(found)) == count


def test_that_a_test_is_to_run_on_needs_no_advice(states, now: HandClock):
    experiment = states.running()
    now.turn(days=DAYS + 2)
    found = evaluate(experiment, now())

    assert (advice(found), len(missing(found))) == ("", 1)


def test_what_is_missing_is_said_in_visitors_and_days(states, now: HandClock):
    experiment = states.few()
    now.turn(days=2, hours=1)

    assert missing(evaluate(experiment, now())) == [
        "358 more visitors: the minimum is 400.",
        "5 more days: the minimum is 7 days, to cover every day of the week.",
    ]


def test_the_advice_is_to_wait_for_those_who_may_still_answer(states, now: HandClock, team: Team):
    experiment = states.running()
    now.turn(days=DAYS)
    lifecycle.end(experiment, team.approver)

    assert advice(evaluate(experiment, now())).startswith("Wait until 11 March, 09:00")


def test_a_page_that_rests_is_to_be_opened_again_or_ended(states, now: HandClock, team: Team):
    experiment = states.running()
    now.turn(days=DAYS)
    lifecycle.pause(experiment, team.approver)

    assert advice(evaluate(experiment, now())).startswith("Resume the test")


def test_a_wave_of_the_first_days_is_told_when_its_result_comes_and_has_it_then(
    states, now: HandClock
):
    experiment = states.begin("quiet")
    crowd(experiment, (110, 20), days=range(5))
    now.turn(days=5)
    before = evaluate(experiment, now())
    now.turn(days=DAYS - 5)

    assert badge(before).text == "Enough visitors, waiting"
    assert headline(before) == "Enough visitors. The result comes on 8 March, after 7 days."
    assert headline(evaluate(experiment, now())).startswith("Your page reached your 8% target.")


def test_lost_figures_lead_to_the_end_of_the_test_and_to_a_new_draft(
    states, now: HandClock, team: Team, client: Browser
):
    experiment = states.split_broken()
    place = f"/experiments/{experiment.id}"
    now.turn(days=DAYS + 2)
    log_in(client, team.approver)
    page = client.get(f"{place}/results").text
    card = page[page.index('class="card verdict"') : page.index("View decision rule")]

    assert "This data can’t be used. Fix the page, end this test and start a new one." in card
    assert "The data is kept, but can’t be used." not in card
    assert f'action="{place}/end"' in card
    assert f'action="{place}/clone"' in card
    assert f'href="{place}/decision"' not in card
    assert "A check failed, so" not in page + client.get(f"{place}/decision").text

    lifecycle.end(experiment, team.approver)
    page = client.get(f"{place}/results").text

    assert "This data can’t be used. Fix the page and start a new test." in page
    assert f'action="{place}/end"' not in page
