"""How far people went, and what they read."""

import csv
import io
import re

import pytest
from flask import Flask
from sqlalchemy import update

from tests.audience.larder import Larder, Visitor, signups, start_page, words_in
from tests.audience.test_signup_steps import CALL, answer, fields_in, next_url
from tests.conftest import Browser
from tests.factories import Team, log_in, make_experiment, make_person
from tests.results.conftest import Start
from tests.results.crowd import count_day
from wbtest.audience.models import EngagementCount, Signup
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

    page = client.get(f"/experiments/{experiment.id}/results/answers").text

    assert "What does it cost?" in page
    assert "30 of 81" in page
    assert "0 of 9" in page


def test_of_a_question_that_is_open_nothing_is_said_while_nobody_opened_it(
    client, experiment, team: Team
):
    count(experiment, "faq", "1", 30)
    log_in(client, team.viewer)

    page = client.get(f"/experiments/{experiment.id}/results/answers").text
    row = page[page.index("open from the start") :]

    assert re.findall(r'class="n"\s+data-head="([^"]*)">([^<]*)<', row)[:2] == [
        ("By those who signed up", "–"),
        ("By everyone else", "–"),
    ]


def test_before_anybody_told_it_says_what_will_appear(client, experiment, team):
    log_in(client, team.viewer)

    page = client.get(f"/experiments/{experiment.id}/results/answers").text

    assert "The questions visitors open and how far they read appear here." in page


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


def walk_the_ladder(app: Flask) -> Larder:
    """Three sign up, two of them answer, one of these asks for a call."""
    larder = start_page(options=CALL)
    for number in range(3):
        mia = Visitor(app)
        page = mia.get(next_url(mia.sign_up(mia.get(), f"{number}@x.io")))
        if number:
            call = mia.get(next_url(answer(mia, page, "I do")))
            said = "yes" if number == 1 else "no"
            mia.post("/p/larder/agree", fields_in(call) | {"agree": said})
    assert len(signups(app)) == 3
    return larder


def test_each_step_is_counted_on_its_own_everywhere(app: Flask, client: Browser) -> None:
    larder = walk_the_ladder(app)
    log_in(client, larder.approver)
    url = f"/experiments/{larder.experiment.id}/results"
    page = client.get(url).text
    table = page[page.index("From page load to the last step") :]
    [day] = csv.DictReader(io.StringIO(client.get(f"{url}.csv").text))
    [variant] = client.get(f"{url}.json").get_json()["variants"]

    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>\s*<td class="n"[^>]*>(\d+)<', table))
    assert (rows["Sign-ups in total"], rows["Answered"], rows["Yes to a call"]) == ("3", "2", "1")
    assert (day["signups"], day["answered"], day["call"], day["call_no"]) == ("3", "2", "1", "1")
    assert (variant["answered"], variant["call"], variant["call_no"]) == (2, 1, 1)


def test_each_note_of_the_funnel_has_its_row(client: Browser, begin: Start, team: Team):
    experiment = begin()
    log_in(client, team.viewer)
    count_day(experiment, 0, seen=5, converted=1)
    without = client.get(f"/experiments/{experiment.id}/results").text
    count_day(experiment, 1, seen=300, converted=20, signups=23, unseen=3)
    count(experiment, "focus", "top", 40)
    complete = client.get(f"/experiments/{experiment.id}/results").text

    for row, note in (
        ("Started the form", "Started the form:"),
        ("Sign-ups in total", "Sign-ups in total:"),
        ("Page loaded", "share of the step above"),
    ):
        assert note not in without
        assert note in complete
        assert f'<th scope="row">{row}</th>' in complete


def test_a_no_stands_apart_from_who_skipped_the_question(app: Flask, client: Browser) -> None:
    larder = walk_the_ladder(app)
    log_in(client, larder.approver)

    said = words_in(client.get(f"/experiments/{larder.experiment.id}/results/answers"))

    assert "Call: 1 agreed · 1 said no · 1 skipped" in said


def test_owners_read_the_answers(app: Flask, client: Browser) -> None:
    larder = walk_the_ladder(app)
    log_in(client, make_person("owner@x.example", "owner"))
    url = f"/experiments/{larder.experiment.id}/signups"
    words = words_in(client.get(url))
    rows = list(csv.DictReader(io.StringIO(client.get(f"{url}.csv").text)))

    assert "0 of 3 confirmed" in words
    assert sorted(bool(row["call_no_at"]) for row in rows) == [False, False, True]
    assert {row["Who cooks?"] for row in rows} == {"", "I do"}


def test_as_many_started_the_form_as_signed_up_whatever_browsers_told(
    client: Browser, experiment: Experiment, team: Team
):
    count(experiment, "focus", "top", 4)
    log_in(client, team.viewer)

    rows = table(client, experiment, "funnel")

    assert ["Started the form", "control", "9"] in rows
    assert ["Signed up", "control", "9"] in rows


def test_the_page_has_no_confirmed_step_where_nobody_was_asked(app: Flask, client: Browser):
    larder = start_page()
    Visitor(app).sign_up(Visitor(app).get(), "mia@x.io")
    assert len(signups(app)) == 1
    log_in(client, larder.approver)
    url = f"/experiments/{larder.experiment.id}/results"

    assert '<th scope="row">Confirmed</th>' in client.get(url).text
    with writing() as session:
        session.execute(update(Signup).values(is_asked_to_confirm=False))
    assert '<th scope="row">Confirmed</th>' not in client.get(url).text


@pytest.mark.parametrize("is_answering", [True, False])
def test_visitors_may_ask_once_the_page_answers_a_question(
    app: Flask, client: Browser, *, is_answering: bool
):
    larder = start_page(**{} if is_answering else {"faq": []})
    log_in(client, larder.approver)
    test = f"/experiments/{larder.experiment.id}"
    answers, settings = (words_in(client.get(f"{test}{tab}")) for tab in ("/results/answers", ""))

    later = "once the page has an answered question"
    assert ("Visitors can ask them below the page’s FAQ." in answers) is is_answering
    assert (later in answers) is (later in settings) is (not is_answering)
