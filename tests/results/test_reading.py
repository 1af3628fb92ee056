"""What visitors read, on the dashboard and as a file; and visitors by language."""

import csv
import io
import re

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest.audience.models import EngagementCount
from wbtest.publishing.models import Experiment
from wbtest.store import writing


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    experiment = begin()
    count_day(experiment, 0, seen=90, converted=9)
    return experiment


def count(experiment: Experiment, kind: str, item: str, number: int) -> None:
    where = {"experiment_id": experiment.id, "variant": "control"}
    with writing() as session:
        session.add(EngagementCount(kind=kind, item=item, count=number, **where))


def table(client: Browser, experiment: Experiment, name: str) -> list[list[str]]:
    text = client.get(f"/experiments/{experiment.id}/results.csv?table={name}").text
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_dashboard_says_how_many_opened_a_question(client, experiment, team: Team):
    count(experiment, "faq", "1", 30)
    log_in(client, team.viewer)

    page = client.get(f"/experiments/{experiment.id}/results/what-they-said").text

    assert "What does it cost?" in page
    assert "30 of 81" in page
    assert "0 of 9" in page


def test_of_a_question_that_is_open_nothing_is_said_while_nobody_opened_it(
    client, experiment, team: Team
):
    count(experiment, "faq", "1", 30)
    log_in(client, team.viewer)

    page = client.get(f"/experiments/{experiment.id}/results/what-they-said").text
    row = page[page.index("open from the start, so it is read without a click") :]

    assert re.findall(r'class="n"\s+data-head="([^"]*)">([^<]*)<', row)[:2] == [
        ("By those who signed up", "–"),
        ("By the others", "–"),
    ]


def test_before_anybody_told_it_says_what_will_stand_there(client, experiment, team):
    log_in(client, team.viewer)

    page = client.get(f"/experiments/{experiment.id}/results/what-they-said").text

    assert "Here will be which questions visitors open" in page


def test_the_file_holds_questions_and_steps(client, experiment, team):
    count(experiment, "faq", "1", 30)
    count(experiment, "depth", "50", 40)
    log_in(client, team.viewer)

    rows = table(client, experiment, "reading")

    assert ["opened: What does it cost?", "others", "30", "81"] in rows
    assert ["depth 50", "control", "40", "90"] in rows


def test_visitors_stand_by_language(client, experiment, team):
    log_in(client, team.viewer)

    header, *rows = table(client, experiment, "languages")

    assert header[:4] == ["language", "variant", "served", "seen"]
    assert [row[:4] for row in rows] == [["en", "control", "90", "90"]]


@pytest.mark.parametrize("name", ["reading", "languages"])
def test_before_the_start_there_is_no_file(client, revision, team, name):
    draft = make_experiment(revision, team.editor)
    log_in(client, team.viewer)

    answer = client.get(f"/experiments/{draft.id}/results.csv?table={name}")

    assert answer.status_code == 409
