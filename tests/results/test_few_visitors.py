"""Fewer than 30 visitors of every variant are counted only; fewer than 8 of one have no rate."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.everywhere.reading import shown
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.results.figures import evaluate
from wbtest.results.shared_links import create_shared_link
from wbtest.results.verdict_text import evidence

RATES = "Rates and intervals by variant"
AGAINST = "Each variant against the first"
BELIEFS = "Intervals and chances by variant"


@pytest.fixture
def viewer(client: Browser, team: Team) -> Browser:
    log_in(client, team.viewer)
    return client


def started(begin: Start, seen: int) -> Experiment:
    """A test of a variant that 40 saw, and of one that few saw and everybody liked."""
    experiment = begin(variants=("Photo",))
    first, second = experiment.variants
    count_day(experiment, 0, first.key, seen=40, converted=0)
    count_day(experiment, 0, second.key, seen=seen, converted=seen)
    return experiment


def tab(client: FlaskClient, experiment: Experiment, name: str = "") -> str:
    answer = client.get(f"/experiments/{experiment.id}/results{name}")
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.parametrize(
    ("seen", "converted", "said"),
    [
        (1, 0, "1 person saw it and 0 signed up. A rate comes with more visitors."),
        (29, 3, "29 people saw it and 3 signed up. A rate comes with more visitors."),
    ],
)
def test_fewer_than_thirty_are_counted_and_no_rate_or_interval_is_shown(
    viewer, begin: Start, seen, converted, said
):
    experiment = begin()
    count_day(experiment, 0, seen=seen, converted=converted)
    page = tab(viewer, experiment)

    assert said in page
    assert f"{converted} of {seen} visitor" in page
    assert "Nothing to calculate yet" in tab(viewer, experiment, "/statistics")
    for name in ("", "/over-time", "/statistics", "/visitors"):
        assert (
            re.search(r"\d% to \d|between \d|per 100 visitors", tab(viewer, experiment, name))
            is None
        )


def test_from_thirty_visitors_on_there_is_an_interval(viewer, begin: Start, now: HandClock):
    experiment = begin()
    count_day(experiment, 0, seen=30, converted=3)
    now.turn(days=2)
    page = tab(viewer, experiment)

    assert "30 people saw it and 3 signed up, so the true rate is probably between" in page
    assert [row[1] for row in shown(page, RATES)] == ["3 of 30"]


def test_while_everybody_may_still_sign_up_no_interval_is_told_that_holds_nearly_every_rate(
    viewer, begin: Start, now: HandClock
):
    experiment = begin()
    now.turn(minutes=59)
    count_day(experiment, 0, seen=50, converted=3)
    found = evaluate(experiment, now())

    assert found.variants[0].decision.high == 1
    assert evidence(found) == "50 people saw it and 3 signed up."
    assert [row[3] for row in shown(tab(viewer, experiment), RATES)] == ["too early"]


def test_after_the_end_no_rate_is_promised(begin: Start, now: HandClock, team: Team):
    experiment = begin()
    count_day(experiment, 0, seen=5, converted=1)
    now.turn(days=3)
    lifecycle.end(experiment, team.approver)

    assert evidence(evaluate(experiment, now())) == "5 people saw it and 1 signed up."


def test_files_and_programs_have_the_interval_of_one_visitor(viewer, begin: Start):
    experiment = begin()
    count_day(experiment, 0, seen=1, converted=0)
    [figures] = viewer.get(f"/experiments/{experiment.id}/results.json").json["variants"]
    low, high = figures["decision"]

    assert low == 0
    assert 0.9 < high <= 1


def test_a_shared_page_shows_the_same_counts_and_no_chart_of_evidence(
    client: Browser, begin: Start, team: Team
):
    experiment = begin()
    count_day(experiment, 0, seen=5, converted=1)
    token = create_shared_link(experiment, team.approver, "our investor")[1]
    page = unescape(client.get(f"/shared/{token}").text)

    assert "5 people saw it and 1 signed up. A rate comes with more visitors." in page
    assert re.search(r"\d% to \d|between \d|per 100 visitors|Evidence that", page) is None
    assert "1 of 5 visitors signed up." in page


def test_seven_of_one_variant_are_too_few_for_a_rate(viewer, begin: Start):
    page = tab(viewer, started(begin, 7))

    assert [row[1:3] for row in shown(page, RATES)] == [
        ["0 of 40", "0 of 40"],
        ["7 of 7", "too few"],
    ]
    assert "better than every other" not in page


def test_seven_of_seven_make_no_winner_in_percent(viewer, begin: Start):
    page = tab(viewer, started(begin, 7), "/statistics")

    assert "Too few visitors to compare variants" in page
    assert [row[2:] for row in shown(page, AGAINST)] == [["too few", "too few"]] * 2
    assert shown(page, BELIEFS)[1][3] == "too few"


def test_a_few_of_those_served_are_counted_and_no_per_cent(viewer, begin: Start):
    experiment = begin()
    count_day(experiment, 0, seen=41, converted=3, served=50)
    page = tab(viewer, experiment, "/statistics")

    assert [row[1] for row in shown(page, BELIEFS)] == ["3 of 41"]
    assert "of page loads" not in tab(viewer, experiment)
    count_day(experiment, 1, seen=410, converted=30, served=500)
    assert "6.0% of page loads" in tab(viewer, experiment)


def test_from_eight_on_the_chance_is_shown_for_information(viewer, begin: Start):
    page = tab(viewer, started(begin, 8), "/statistics")

    chances = [row[2] for row in shown(page, AGAINST)]
    assert len(chances) == 2
    assert all(re.fullmatch(r"(over |under )?[\d.]+%", chance) for chance in chances)
