"""A visitor's question lands beside the release, once however many ask it, and names nobody."""

import re
from html import unescape

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.audience.larder import Larder, Visitor, start_page, words_in
from tests.factories import log_in, make_checked
from wbtest.audience.visitor_questions import MOST_QUESTIONS
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.page_options import Options
from wbtest.publishing.page_settings import change_options
from wbtest.publishing.whole_drafts import clone_experiment
from wbtest.writing.models import Candidate


def ask(visitor: Visitor, question: str, **fields: str):
    return visitor.post("/p/larder/ask", {"question": question, "website": "", **fields})


def candidates(app: Flask) -> list[Candidate]:
    return list(db.session.scalars(db.select(Candidate)))


def test_a_question_waits_for_the_team_and_the_visitor_is_thanked(app, mia, larder: Larder):
    assert 'action="/p/larder/ask?test=1"' in mia.get().text
    answer = ask(mia, "Does it know\r\nallergies?")
    thanks = mia.get(answer.headers["Location"])

    [row] = candidates(app)
    assert (answer.status_code, row.question) == (303, "Does it know allergies?")
    assert (row.audience, row.asked_by) == ("external", "a visitor of /p/larder")
    assert row.release_id == larder.experiment.revision.release_id
    assert "we got your question" in words_in(thanks)


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
    [(" ", "Enter your question."), ("x" * 2_000, "This question is too long.")],
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
    answer = ask(mia, "Does it know allergies?")
    assert answer.status_code == 409
    assert candidates(app) == []


def start_without_questions(larder: Larder) -> None:
    """Start a next test at the address, which takes no questions."""
    lifecycle.end(larder.experiment, larder.approver)
    draft = clone_experiment(larder.experiment, larder.editor)
    change_options(draft, larder.editor, Options(takes_questions=False))
    lifecycle.start(make_checked(draft, larder.approver), larder.approver)


def action_in(page: TestResponse) -> str:
    """Where the form of the page sends a question."""
    found = re.search(r'class="ask" method="post" action="([^"]+)"', page.text)
    assert found is not None
    return unescape(found[1])


def test_a_question_on_the_page_of_the_test_before_is_taken(app, mia, larder):
    url = action_in(mia.get())
    start_without_questions(larder)

    answer = mia.post(url, {"question": "Is it vegan, and why?"})

    assert answer.status_code == 303
    assert [row.question for row in candidates(app)] == ["Is it vegan, and why?"]


def test_a_question_on_a_page_that_rests_meanwhile_is_taken(app, mia, larder):
    url = action_in(mia.get())
    lifecycle.pause(larder.experiment, larder.approver)

    assert mia.post(url, {"question": "Is it vegan?"}).status_code == 303
    assert len(candidates(app)) == 1


def test_a_question_that_comes_too_late_is_given_back(app, mia, larder, now):
    url = action_in(mia.get())
    start_without_questions(larder)
    now.turn(days=3)

    answer = mia.post(url, {"question": "Is it vegan, and why?"})

    assert answer.status_code == 409
    assert 'value="Is it vegan, and why?"' in answer.text
    assert "This page isn’t taking any more questions. Write to" in words_in(answer)
    assert candidates(app) == []


def test_a_question_of_the_team_says_so(app, larder: Larder):
    member = Visitor(app)
    log_in(member.browser, larder.editor)

    ask(member, "Does it know allergies?")

    assert [row.asked_by for row in candidates(app)] == ["the team, on /p/larder"]


def test_a_question_of_who_is_not_counted_says_so(app, larder: Larder):
    ask(Visitor(app, **{"Sec-GPC": "1"}), "Does it know allergies?")

    assert [row.asked_by for row in candidates(app)] == ["an uncounted visitor of /p/larder"]
