"""What is said while a test is paused, and once it is over: nothing asks to go on."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import end_at
from tests.results.crowd import count_day, count_days
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.results import captions
from wbtest.results.figures import Results, results_of
from wbtest.results.verdict_text import badge, headline, promise, status_line

LATER = datetime(2027, 3, 11, 20, tzinfo=UTC)
AFTER_ALL = datetime(2027, 4, 2, tzinfo=UTC)


def fill(experiment: Experiment, converted: int, days: int = 9) -> None:
    """Let 100 people a day see the page."""
    count_days(experiment, range(days), seen=100, converted=converted)


def said(results: Results) -> tuple[str, str, str]:
    return badge(results).text, badge(results).kind, headline(results)


def test_the_end_without_a_verdict_is_said_with_the_number_of_visitors(begin):
    experiment = begin()
    fill(experiment, 8, days=3)

    assert said(results_of(experiment, AFTER_ALL)) == (
        "Undecided",
        "neutral",
        "Undecided after 300 visitors.",
    )


def test_after_the_end_late_signups_are_waited_for(begin):
    experiment = begin()
    fill(experiment, 8, days=3)
    end_at(experiment, LATER - timedelta(hours=2))

    results = results_of(experiment, LATER)
    assert said(results) == (
        "Waiting for late answers",
        "neutral",
        "The test is over. Late sign-ups count until 12 March, 18:00.",
    )
    assert promise(results) == ""


def test_where_only_confirmations_convert_these_are_waited_for(begin):
    experiment = begin(conversion="confirmed", conversion_window_hours=168)
    fill(experiment, 8, days=3)
    end_at(experiment, LATER - timedelta(hours=2))

    assert headline(results_of(experiment, LATER)) == (
        "The test is over. Late confirmations count until 18 March, 18:00."
    )


def test_a_test_that_nobody_saw_does_not_wait_for_answers(begin):
    experiment = begin()
    end_at(experiment, LATER)

    assert said(results_of(experiment, LATER)) == (
        "Undecided",
        "neutral",
        "Nobody saw the page, so the result is undecided.",
    )


def test_a_paused_test_says_what_is_missing_and_promises_no_day(begin):
    experiment = begin(maximum_visitors=9000)
    fill(experiment, 10)
    lifecycle.pause(experiment, experiment.author)

    badge_text, _, sentence = said(results_of(experiment, LATER))

    assert badge_text == "Paused"
    assert sentence == "Paused before there was a result. It needs about 910 more visitors."


@pytest.mark.parametrize(
    ("hours_after", "finality"),
    [(-1, None), (0, "late answers count until 12 March, 20:00"), (24, "figures final")],
)
def test_once_over_the_page_says_until_when_figures_may_move(begin, hours_after, finality):
    experiment = begin()
    fill(experiment, 14)
    if hours_after >= 0:
        end_at(experiment, LATER)
    results = results_of(experiment, LATER + timedelta(hours=hours_after))
    phrases = status_line(experiment, results)

    assert (phrases[1] if finality else None) == finality
    assert any("figures final" in phrase for phrase in phrases) == (hours_after == 24)


@pytest.mark.parametrize("kind", ["met", "doubted", "withheld", "not_met", "unsettled"])
def test_after_the_end_no_sentence_asks_to_go_on(begin, kind):
    experiment = begin(variants=("Kitchen",), maximum_visitors=9000)
    for day in range(9):
        first, then = {"met": (14, 14), "doubted": (13, 6), "not_met": (1, 1)}.get(kind, (8, 8))
        for key, seen in (("control", 150 if kind == "withheld" else 100), ("kitchen", 100)):
            count_day(experiment, day, key, seen=seen, converted=first if day < 4 else then)
    for moment in (AFTER_ALL - timedelta(days=2, hours=-23), AFTER_ALL):
        results = results_of(experiment, moment)
        texts = [headline(results), *(check.reason for check in results.trust)]
        texts += [captions.of_comparison(results), captions.of_rates(results)]

        assert results.verdict.recommendation != "keep_running"
        assert not [text for text in texts if "eep looking" in text or "yet" in text]
        assert "You can decide now" not in headline(results)


def test_a_last_day_that_is_over_counts_as_the_last_day(begin):
    experiment = begin()

    assert status_line(experiment, results_of(experiment, AFTER_ALL))[:2] == [
        "Ran from 1 March to 29 March, 29 days",
        "figures final",
    ]
