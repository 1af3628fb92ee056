"""A visitor's question lands beside the release, once however many ask it, and names nobody."""

import pytest
from flask import Flask

from tests.audience.larder import Larder, Visitor, start_page, words_in
from wbtest.audience.asking.views import MOST_QUESTIONS
from wbtest.extensions import db
from wbtest.publishing.choices.options import Options
from wbtest.writing.models import Candidate


def ask(visitor: Visitor, question: str, **fields: str):
    return visitor.post("/p/larder/ask", {"question": question, "website": "", **fields})


def candidates(app: Flask) -> list[Candidate]:
    return list(db.session.scalars(db.select(Candidate)))


def test_a_question_waits_for_the_team_and_the_visitor_is_thanked(app, mia, larder: Larder):
    assert 'action="/p/larder/ask"' in mia.get().text
    answer = ask(mia, "Does it know\r\nallergies?")
    thanks = mia.get(answer.headers["Location"])

    [row] = candidates(app)
    assert (answer.status_code, row.question) == (303, "Does it know allergies?")
    assert (row.audience, row.asked_by) == ("external", "a visitor of /p/larder")
    assert row.release_id == larder.experiment.revision.release_id
    assert "The team reads your question." in words_in(thanks)


def test_nearly_the_same_question_is_counted(app, larder):
    alike = ("Does it know allergies?", "does it know  ALLERGIES", "Does it know allergys?")
    for question in (*alike, "What does it cost in Japan?"):
        assert ask(Visitor(app), question).status_code == 303

    assert [(row.times, row.question) for row in candidates(app)] == [
        (3, "Does it know allergies?"),
        (1, "What does it cost in Japan?"),
    ]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [(" ", "Type your question."), ("x" * 2_000, "This question is too long.")],
)
def test_what_cannot_be_taken_comes_back(app, mia, question, sentence):
    answer = ask(mia, question)

    assert answer.status_code == 422
    assert sentence in words_in(answer)
    assert f'value="{question}"' in answer.text
    assert candidates(app) == []


def test_what_a_machine_asks_nobody_reads(app, mia):
    robot = Visitor(app, **{"User-Agent": "python-requests/2.32"})

    assert ask(mia, "Buy pills?", website="x").status_code == 303
    assert ask(robot, "Buy pills?").status_code == 303
    assert candidates(app) == []


def test_a_question_from_another_site_is_not_taken(app, mia):
    answer = mia.post("/p/larder/ask", {"question": "x"}, **{"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert candidates(app) == []


def test_who_asks_too_much_is_asked_to_wait(app, mia):
    answers = [ask(mia, "Does it know allergies?").status_code for _ in range(MOST_QUESTIONS + 1)]

    assert answers == [303] * MOST_QUESTIONS + [429]


@pytest.mark.parametrize(
    "details", [{"options": Options(takes_questions=False)}, {"faq": []}], ids=["option", "no faq"]
)
def test_a_page_that_takes_no_questions_has_no_form(app, details):
    start_page(**details)
    mia = Visitor(app)

    assert "/p/larder/ask" not in mia.get().text
    assert ask(mia, "Does it know allergies?").status_code == 404
