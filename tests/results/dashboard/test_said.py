"""What people said: choices counted, words for owners alone, questions of this page's visitors."""

import pytest
from flask import Flask

from tests.audience.larder import Visitor, signups, start_page
from tests.audience.test_steps import CALL, answer, next_url
from tests.conftest import Browser
from tests.factories import log_in, make_person
from tests.results.everywhere.reading import shown
from wbtest.audience.recording import rollup
from wbtest.publishing.choices.options import Asked, Options
from wbtest.publishing.models import Experiment
from wbtest.results.dashboard.said import answers_of, asked_on_page
from wbtest.runtime import runtime
from wbtest.store import writing
from wbtest.writing.suggested_questions import propose_question

WORDS = Options(questions=(Asked("Why?"),))


def sign_up(app: Flask, email: str, said: str) -> None:
    mia = Visitor(app)
    answer(mia, mia.get(next_url(mia.sign_up(mia.get(), email))), said)


def test_choices_are_counted_those_that_nobody_chose_among_them(app: Flask, client: Browser):
    larder = start_page(options=CALL)
    for number in range(3):
        sign_up(app, f"{number}@x.io", "I do")
    log_in(client, larder.editor)
    page = client.get(f"/experiments/{larder.experiment.id}/results/what-they-said").text

    rows = shown(page, "How many chose each answer to: Who cooks?")
    assert rows[0] == ["I do", "3 of 3"]
    assert {row[1] for row in rows[1:]} == {"0 of 3"}


@pytest.mark.parametrize(("role", "is_read"), [("viewer", False), ("owner", True)])
def test_only_owners_read_what_people_wrote(app: Flask, client: Browser, role, is_read):
    larder = start_page(options=WORDS)
    sign_up(app, "mia@x.io", "<b>My mother asked me to.</b>")
    log_in(client, make_person(f"{role}@y.example", role))
    page = client.get(f"/experiments/{larder.experiment.id}/results/what-they-said").text

    assert ("My mother asked me to." in page) == is_read
    assert "<b>My mother" not in page
    assert "1 answered" in page


def test_who_left_has_said_nothing(app: Flask):
    experiment = start_page(options=WORDS).experiment
    sign_up(app, "mia@x.io", "Because.")
    [mia] = signups(app)
    with writing() as session:
        rollup.erase(session, mia.token_hash, runtime(app).now())

    [answers] = answers_of(experiment)
    assert (answers.people, answers.texts) == (0, ())


def test_questions_are_those_of_this_pages_visitors(app: Flask):
    experiment: Experiment = start_page().experiment
    release = experiment.revision.release
    propose_question(release, "external", "Does it work offline?", "a visitor of /p/larder")
    propose_question(release, "external", "May I share it?", "a visitor of /p/another")

    assert [row.question for row in asked_on_page(experiment)] == ["Does it work offline?"]
