"""Forecasts meet their results when a test is over, and not before."""

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest.extensions import clock
from wbtest.results.calibration import Guessed, Scored, forecast_tests, guessers, sentence
from wbtest.review.models import Forecast
from wbtest.review.reviewers import member_reviewer
from wbtest.store import writing
from wbtest.team.models import Person
from wbtest.writing.models import Revision


def guess(revision: Revision, person: Person, rate: float, low: float, high: float) -> None:
    reviewer = member_reviewer(revision.release, person)
    with writing() as session:
        session.add(
            Forecast(
                revision_id=revision.id,
                reviewer_id=reviewer.id,
                rate=rate,
                low=low,
                high=high,
                made_at=clock.now(),
            )
        )


@pytest.fixture
def guessed(revision: Revision, team: Team, now: HandClock) -> Revision:
    """A revision that two people guessed an hour before anything starts."""
    guess(revision, team.viewer, 0.08, 0.05, 0.12)
    guess(revision, team.editor, 0.3, 0.2, 0.4)
    now.turn(hours=1)
    return revision


def test_a_forecast_stays_private_while_the_test_runs(
    guessed: Revision, begin: Start, team: Team, now: HandClock
):
    count_day(begin(), 0, seen=100, converted=10)
    now.turn(days=3)

    assert forecast_tests(clock.now()) == []


def test_when_the_figures_are_final_each_guess_meets_the_result(
    guessed: Revision, begin: Start, team: Team, now: HandClock
):
    count_day(begin(), 0, seen=100, converted=10)
    now.turn(days=40)

    (test,) = forecast_tests(clock.now())

    assert (test.converted, test.seen, test.came) == (10, 100, 0.1)
    assert [(each.name, each.is_held) for each in test.forecasts] == [
        ("Viewer", True),
        ("Editor", False),
    ]


def test_a_guess_from_after_the_start_does_not_count(
    revision: Revision, begin: Start, team: Team, now: HandClock
):
    count_day(begin(), 0, seen=100, converted=10)
    now.turn(hours=1)
    guess(revision, team.viewer, 0.1, 0.1, 0.1)
    now.turn(days=40)

    assert forecast_tests(clock.now()) == []


def scored(name: str, low: float, high: float, came: float = 0.1) -> Scored:
    return Scored(name, (low + high) / 2, low, high, came)


def ended(*forecasts: Scored) -> Guessed:
    return Guessed(None, "Larder", 10, 100, forecasts)  # type: ignore[arg-type]


def test_neither_a_range_of_everything_nor_a_bold_miss_pays():
    good, wide, bold = scored("a", 0.08, 0.12), scored("b", 0, 1), scored("c", 0.2, 0.22)

    assert good.penalty < wide.penalty < 1.01
    assert good.penalty < bold.penalty == pytest.approx(0.02 + 10 * 0.1)


def test_the_closest_guesser_comes_first():
    records = guessers([ended(scored("Mei", 0.05, 0.2), scored("Ada", 0.09, 0.11))])

    assert [(each.name, each.held, each.forecasts) for each in records] == [
        ("Ada", 1, 1),
        ("Mei", 1, 1),
    ]


@pytest.mark.parametrize(
    ("held", "missed", "words"),
    [
        (1, 1, "Too few to say more"),
        (2, 4, "use wider ranges"),
        (4, 1, "about the 8 in 10"),
        (8, 0, "use narrower ranges"),
    ],
)
def test_the_team_is_told_what_to_learn(held: int, missed: int, words: str):
    ranges = [scored("a", 0.05, 0.2)] * held + [scored("a", 0.2, 0.3)] * missed

    assert words in sentence([ended(*ranges)])
    assert f"{held} of {held + missed} forecasts included" in sentence([ended(*ranges)])


def test_the_page_shows_guesses_beside_the_result(
    guessed: Revision, begin: Start, team: Team, client: Browser, now: HandClock
):
    count_day(begin(), 0, seen=100, converted=10)
    log_in(client, team.viewer)
    before = client.get("/ideas/done").text
    now.turn(days=40)
    log_in(client, team.viewer)
    after = client.get("/ideas/done").text

    assert "No forecasts yet." in before
    assert "1 of 2 forecasts included the result" in after
    assert "10 of 100 visitors" in after
