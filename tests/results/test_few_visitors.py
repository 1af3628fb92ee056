"""Fewer than eight visitors of a variant: too few for a rate, and for a winner in percent."""

import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import Browser
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.everywhere.reading import shown
from wbtest.publishing.models import Experiment

RATES = "Rates and intervals by variant"
AGAINST = "Each variant against the first"
BELIEFS = "Intervals and chances by variant"


@pytest.fixture
def viewer(client: Browser, team: Team) -> Browser:
    log_in(client, team.viewer)
    return client


def started(begin: Start, seen: int) -> Experiment:
    """A test whose second variant everybody liked, and whose first nobody."""
    experiment = begin(variants=("Photo",))
    for variant, converted in zip(experiment.variants, (0, seen), strict=True):
        count_day(experiment, 0, variant.key, seen=seen, converted=converted)
    return experiment


def tab(client: FlaskClient, experiment: Experiment, name: str = "") -> str:
    answer = client.get(f"/experiments/{experiment.id}/results{name}")
    assert answer.status_code == 200
    return answer.text


def test_seven_of_seven_are_too_few_for_a_rate(viewer, begin: Start):
    page = tab(viewer, started(begin, 7))

    assert [row[1:3] for row in shown(page, RATES)] == [
        ["0 of 7", "too few"],
        ["7 of 7", "too few"],
    ]
    assert "better than every other" not in page


def test_seven_of_seven_make_no_winner_in_percent(viewer, begin: Start):
    page = tab(viewer, started(begin, 7), "/statistics")

    assert "Too few visitors to compare variants" in page
    assert [row[2:] for row in shown(page, AGAINST)] == [["too few", "too few"]] * 2


def test_a_few_of_those_served_are_counted_and_no_per_cent(viewer, begin: Start):
    experiment = begin()
    count_day(experiment, 0, seen=41, converted=3, served=50)
    page = tab(viewer, experiment, "/statistics")

    assert [row[1] for row in shown(page, BELIEFS)] == ["3 of 41"]
    assert "of page loads" not in tab(viewer, experiment)
    count_day(experiment, 1, seen=410, converted=30, served=500)
    assert "6.0% of page loads" in tab(viewer, experiment)


def test_of_seven_nobody_believes_anything(viewer, begin: Start):
    page = tab(viewer, started(begin, 7), "/statistics")

    assert [row[3] for row in shown(page, BELIEFS)] == ["too few", "too few"]
    assert "Too few visitors to say anything yet." in page


def test_from_eight_on_the_chance_is_shown_for_information(viewer, begin: Start):
    page = tab(viewer, started(begin, 8), "/statistics")

    chances = [row[2] for row in shown(page, AGAINST)]
    assert all(re.fullmatch(r"(over |under )?[\d.]+%", chance) for chance in chances)
