"""The tabs behind the first screen: an address and the verdict on each; filters in the address."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from tests.conftest import Browser
from tests.factories import Team, find_team, log_in, make_experiment, make_team
from tests.prepared import Fill, fill_for, turn
from tests.results.everywhere.reading import shown
from tests.results.states import DAYS, States
from tests.statements import counted
from wbtest.extensions import db
from wbtest.publishing.models import Experiment

TABS = ("over-time", "visitors", "answers", "statistics")
EVIL = "?source=<svg>&device=fridge&from=yesterday&to=2027-02-30"


@pytest.fixture
def states(team: Team) -> States:
    return States(team.editor, team.approver)


@pytest.fixture
def prepared(request: pytest.FixtureRequest, prepared: Fill | None) -> Fill | None:
    return fill_for(request, prepared, experiment=make_met)


@pytest.fixture
def experiment(team: Team) -> Experiment:
    return db.session.scalars(db.select(Experiment)).first() or make_met()


def make_met() -> Experiment:
    team = find_team() or make_team()
    experiment = States(team.editor, team.approver).met()
    turn(days=DAYS)
    return experiment


@pytest.fixture
def viewer(client: Browser, team: Team) -> Browser:
    log_in(client, team.viewer)
    return client


def tab(client: Browser, experiment: Experiment, name: str) -> str:
    answer = client.get(f"/experiments/{experiment.id}/results/{name}")
    assert answer.status_code == 200
    # The token of a form tells the second in which it was made.
    return re.sub(r'name="csrf_token" value="[^"]*"|nonce="[^"]*"', "", answer.text)


@pytest.mark.parametrize("name", TABS)
def test_each_tab_says_which_one_it_is_and_what_the_verdict_is(viewer, experiment, name):
    page = tab(viewer, experiment, name)

    assert re.findall(r'results/([a-z-]+)" aria-current="page"', page) == [name]
    assert "reached your 8% target" in page
    assert all(f"/results/{other}" in page for other in TABS)


@pytest.mark.parametrize("name", TABS)
def test_what_is_for_reference_is_said_once_and_only_under_statistics(viewer, experiment, name):
    page = tab(viewer, experiment, name)

    assert page.count("For reference") == (name == "statistics")
    assert "How to read this" in page


@pytest.mark.parametrize("name", TABS)
def test_every_chart_has_a_sentence_a_table_a_file_and_pictures(viewer, experiment, name):
    for before, after in re.findall(
        r'<section class="card"(.*?)data-figure=(.*?)</section>',
        tab(viewer, experiment, name),
        re.DOTALL,
    ):
        assert re.search(r'<p class="small soft">\s*\S', before)
        assert "<table" in after
        assert "results.csv?table=" in after
        assert after.count("data-picture=") == 2


@pytest.mark.parametrize("name", TABS)
def test_a_tab_that_is_still_empty_says_what_will_be_here(viewer, states: States, name):
    page = tab(viewer, states.no_visitors(), name)

    assert "Nobody has seen the page yet." in page
    assert "appear here" in page or "asks no questions after sign-up" in page
    assert "data-figure" not in page


@pytest.mark.parametrize("name", TABS)
def test_before_the_start_a_tab_says_where_to_start(viewer, revision, team: Team, name):
    assert "No results before the start" in tab(
        viewer, make_experiment(revision, team.editor), name
    )


@pytest.mark.parametrize("name", TABS)
def test_what_nobody_could_choose_changes_nothing(viewer, experiment, name):
    assert tab(viewer, experiment, name + EVIL) == tab(viewer, experiment, name)


def test_days_are_filtered_and_evidence_is_not(viewer, experiment):
    whole = tab(viewer, experiment, "over-time")
    part = tab(viewer, experiment, "over-time?from=2027-03-02&to=2027-03-03&device=phone")

    assert "Filter: on a phone, since 2 March, until 3 March" in part
    assert [row[0] for row in shown(part, "Visitors who saw the page, by day")] == ["2 March 2027"]
    for figure in ("figure-evidence", "figure-course"):
        drawn = [re.search(f'id="{figure}">(.*?)</script>', page) for page in (whole, part)]
        assert drawn[0] is not None
        assert drawn[1] is not None
        assert drawn[0][1] == drawn[1][1]


def test_the_start_is_noted_in_the_list_and_not_drawn_over_the_charts(viewer, experiment):
    step = experiment.steps[0]
    # By a real clock it is written down a moment after the start.
    step.at += timedelta(microseconds=7)
    db.session.commit()
    page = tab(viewer, experiment, "over-time")

    assert page.count("The test started") == 1


def test_who_came_is_filtered_and_its_file_is_the_same_part(viewer, experiment):
    asked = "source=instagram&from=2027-03-02"
    page = tab(viewer, experiment, f"visitors?{asked}")
    rows = shown(page, "Visitors and rates by source")
    [link] = set(re.findall(r'href="([^"]*table=segments[^"]*)"', page))
    file = csv.DictReader(io.StringIO(viewer.get(link.replace("&amp;", "&")).text))
    [all_of_it] = [r for r in file if r["kind"] == "source" and r["variant"] == ""]

    assert [row[0] for row in rows] == ["instagram page loaded for 732 visitors"]
    assert rows[0][1] == f"{all_of_it['converted']} of {all_of_it['seen']}" == "58 of 660"


def test_segments_of_several_variants_name_each_figure_on_a_phone(viewer, experiment):
    several = tab(viewer, experiment, "visitors")

    assert 'data-head="Likely range (95%)"' in several
    assert all(f'data-head="{variant.name}"' in several for variant in experiment.variants[1:])


def test_a_part_in_which_nobody_came_offers_everything_again(viewer, experiment):
    page = tab(viewer, experiment, "visitors?device=tablet")

    assert "No visitors match this filter" in page
    assert "reached your 8% target" in page


@pytest.mark.parametrize("table", ["course", "funnel", "densities", "segments", "answers", "asked"])
def test_what_a_tab_draws_can_be_taken_along(viewer, experiment, table):
    answer = viewer.get(f"/experiments/{experiment.id}/results.csv?table={table}")
    head, *rows = csv.reader(io.StringIO(answer.text))

    assert answer.status_code == 200
    assert all(len(row) == len(head) for row in rows)
    assert rows or table in ("answers", "asked")


@pytest.mark.parametrize("name", ["", *(f"/{name}" for name in TABS)])
def test_a_page_asks_as_many_questions_however_many_came(viewer, states, now, name):
    few, many = states.few(), states.running()
    now.turn(days=DAYS)
    # That the device was used is noted once an hour.
    viewer.get("/account")
    numbers = []
    for experiment in (few, many):
        with counted() as statements:
            viewer.get(f"/experiments/{experiment.id}/results{name}")
        numbers.append(len(statements))

    assert numbers[0] == numbers[1]


def test_what_is_new_is_told_in_a_few_bytes(viewer, experiment, states: States):
    found = viewer.get(f"/experiments/{experiment.id}/results/now.json").get_json()
    page = viewer.get(f"/experiments/{experiment.id}/results").text
    nobody = viewer.get(f"/experiments/{states.no_visitors().id}/results/now.json").get_json()

    assert found == {
        "as_of": "2027-03-10T09:00:00+00:00", "seen": 2970, "signups": 261, "verdict": "Target met",
    }  # fmt: skip
    assert re.search(r'data-seen="2970"\s+data-signups="261"\s+data-verdict="Target met"', page)
    assert (nobody["seen"], nobody["verdict"]) == (0, "Waiting for visitors")


def test_figures_stand_in_the_page_as_json(viewer, experiment):
    for name, count in zip(TABS, (4, 4, 0, 1), strict=True):
        page = tab(viewer, experiment, name)
        found = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
        assert len(found) == count
        assert all(json.loads(text)["data"] for text in found)
