"""After the address: the founder's questions, then a call or a yes to the price; each counted."""

import json
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.audience.larder import Visitor, signups, start_page, words_in
from wbtest.audience.models import HourlyCount
from wbtest.audience.recording.rollup import differences
from wbtest.extensions import db
from wbtest.publishing.choices.options import Asked, Options

QUESTIONS = (Asked("Who cooks?", ("I do", "We both")), Asked("What have you tried?"))
CALL = Options(questions=QUESTIONS, asks_for="call")
PRICE = Options(asks_for="price")


@pytest.fixture
def asking(app: Flask) -> Visitor:
    """Somebody on a page that asks two questions and for a call."""
    start_page(options=CALL)
    return Visitor(app)


def next_url(answer: TestResponse) -> str:
    return answer.headers["Location"]


def fields_in(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the step's form."""
    return dict(re.findall(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page.text))


def answer(visitor: Visitor, page: TestResponse, *answers: str) -> TestResponse:
    typed = {f"answer-{index}": text for index, text in enumerate(answers)}
    return visitor.post("/p/larder/answers", fields_in(page) | typed)


def answers(app: Flask) -> dict[str, str]:
    [row] = signups(app)
    return json.loads(row.answers) if row.answers else {}


def sums() -> tuple[int, ...]:
    names = ("signups", "answered", "call")
    row = db.session.execute(db.select(*(db.func.sum(getattr(HourlyCount, n)) for n in names)))
    return tuple(row.one())


def test_who_signs_up_is_asked_one_thing_after_the_other(app, asking):
    questions = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))
    call = asking.get(next_url(answer(asking, questions, "We both", "A list.")))
    done = asking.post("/p/larder/agree", fields_in(call) | {"agree": "yes"})

    assert "Thank you. We have your address." in words_in(questions)
    assert "May we call you about Larder?" in words_in(call)
    assert "That helps us decide." in words_in(asking.get(next_url(done)))
    assert answers(app) == {
        "Who cooks?": "We both",
        "What have you tried?": "A list.",
        "May we call you about Larder?": "Yes",
    }
    assert sums() == (1, 1, 1)
    assert differences(db.session.connection()) == []


def test_a_no_is_kept_and_may_become_a_yes(app, asking):
    url = next_url(asking.sign_up(asking.get(), "mia@x.io"))
    fields = fields_in(asking.get(url.replace("step=questions", "step=last")))
    asking.post("/p/larder/agree", fields | {"agree": "no"})

    assert answers(app) == {"May we call you about Larder?": "No"}
    assert sums() == (1, 0, 0)
    asking.post("/p/larder/agree", fields | {"agree": "yes"})
    assert answers(app) == {"May we call you about Larder?": "Yes"}
    assert sums() == (1, 0, 1)


def test_the_first_yes_stands(app, asking, now):
    url = next_url(asking.sign_up(asking.get(), "mia@x.io"))
    fields = fields_in(asking.get(url.replace("step=questions", "step=last")))
    asking.post("/p/larder/agree", fields | {"agree": "yes"})
    [before] = [row.call_us for row in signups(app)]
    now.turn(hours=1)
    for said in ("yes", "no"):
        asking.post("/p/larder/agree", fields | {"agree": said})

    assert answers(app) == {"May we call you about Larder?": "Yes"}
    assert [row.call_us for row in signups(app)] == [before]


def test_answers_can_be_left_out_and_sent_once_more(app, asking):
    page = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))
    answer(asking, page, "I do", "A list.")
    answer(asking, page, "We both", "")
    assert answers(app) == {"Who cooks?": "We both"}

    answer(asking, page, "", "")

    assert answers(app) == {}
    assert sums() == (1, 0, 0)
    assert differences(db.session.connection()) == []


def test_after_a_day_answers_stay_as_they_are(app, asking, now):
    page = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))
    now.turn(hours=24)
    answer(asking, page, "I do")
    now.turn(seconds=1)
    answer(asking, page, "We both")

    assert answers(app) == {"Who cooks?": "I do"}


def test_what_is_no_choice_is_no_answer_and_a_long_one_comes_back(app, asking):
    page = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))
    answer(asking, page, "The <b>cat</b>")
    long = answer(asking, page, "I do", "x" * 1_001)

    assert answers(app) == {}
    assert long.status_code == 422
    assert "This answer is too long." in words_in(long)
    assert "x" * 1_001 in long.text


def test_a_stranger_learns_nothing_and_changes_no_answer(app, asking):
    mine = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))
    answer(asking, mine, "I do")
    stranger = Visitor(app)
    first = stranger.sign_up(stranger.get(), "mia@x.io")
    theirs = stranger.get(next_url(first))
    after = answer(stranger, theirs, "We both")

    token = re.compile("next=[0-9a-f]{48}")
    assert token.sub("", next_url(first)) == "/p/larder/thanks?test=1&step=questions&of=control&"
    hidden = re.compile("[0-9a-f]{48}")
    assert hidden.sub("", theirs.text) == hidden.sub("", mine.text)
    assert after.status_code == 303
    assert answers(app) == {"Who cooks?": "I do"}


def test_who_presses_the_button_twice_can_answer(app, asking):
    page = asking.get()
    urls = [next_url(asking.sign_up(page, "mia@x.io")) for _ in range(2)]
    answer(asking, asking.get(urls[1]), "I do")

    assert urls[0] == urls[1]
    assert answers(app) == {"Who cooks?": "I do"}


@pytest.mark.parametrize("seconds", [0, 2])
def test_who_presses_twice_without_a_cookie_can_answer(app, asking, now, seconds):
    page = asking.get()
    urls = []
    for _ in range(2):
        urls.append(next_url(Visitor(app).sign_up(page, "mia@x.io")))
        now.turn(seconds=seconds)
    answer(Visitor(app), Visitor(app).get(urls[1]), "I do")

    assert urls[0] == urls[1]
    assert answers(app) == {"Who cooks?": "I do"}


def test_a_stranger_without_a_cookie_changes_no_answer_later(app, asking, now):
    page = asking.get()
    mine = next_url(Visitor(app).sign_up(page, "mia@x.io"))
    answer(Visitor(app), Visitor(app).get(mine), "I do")
    now.turn(seconds=31)

    theirs = next_url(Visitor(app).sign_up(page, "mia@x.io"))
    answer(Visitor(app), Visitor(app).get(theirs), "We both")

    assert answers(app) == {"Who cooks?": "I do"}


def test_without_a_cookie_the_questions_can_be_answered(app, asking):
    page = asking.get()
    url = next_url(Visitor(app).sign_up(page, "mia@x.io"))
    answer(Visitor(app), Visitor(app).get(url), "I do")

    assert answers(app) == {"Who cooks?": "I do"}


def test_the_price_asked_about_is_that_of_the_variant_shown(app):
    start_page(options=PRICE, variants={"dear": {"price": "£9 a month"}})
    asked = set()
    for number in range(12):
        mia = Visitor(app)
        page = mia.get()
        thanks = mia.get(next_url(mia.sign_up(page, f"{number}@x.io")))
        asked.add(
            (
                "£9 a month" in page.text,
                "The price: £9 a month. Would you pay it?" in words_in(thanks),
            )
        )

    assert asked == {(True, True), (False, False)}


@pytest.mark.parametrize("price", ["Free for two weeks, then £4 a month", "Free for two weeks."])
def test_the_question_of_the_price_is_a_sentence_whatever_the_price_says(app, price):
    start_page(options=PRICE, call_to_action={"text": "Start.", "label": "Go", "price": price})
    mia = Visitor(app)

    thanks = mia.get(next_url(mia.sign_up(mia.get(), "mia@x.io")))

    assert f"The price: {price.rstrip('.')}. Would you pay it?" in words_in(thanks)


def test_a_page_that_asks_nothing_thanks_and_names_no_token(mia):
    assert next_url(mia.sign_up(mia.get(), "mia@x.io")) == "/p/larder/thanks"


def test_the_token_of_the_questions_travels_no_further(asking):
    page = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))

    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", ["answers", "agree"])
def test_another_site_cannot_answer_for_anybody(asking, path):
    url = next_url(asking.sign_up(asking.get(), "mia@x.io"))
    fields = fields_in(asking.get(url)) | {"agree": "yes", "answer-0": "I do"}

    answer = asking.post(f"/p/larder/{path}", fields, **{"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_a_browser_that_hides_where_it_comes_from_can_answer(app, asking):
    """So do those without Fetch Metadata, on a page that sends no referrer."""
    page = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))
    hidden = {"User-Agent": asking.headers["User-Agent"], "Origin": "null"}
    data = fields_in(page) | {"answer-0": "I do"}

    answered = asking.browser.post("/p/larder/answers", data=data, headers=hidden)

    assert (answered.status_code, answers(app)) == (303, {"Who cooks?": "I do"})
    assert asking.browser.post("/p/larder/signup", data={}, headers=hidden).status_code == 403


@pytest.mark.parametrize("confirms", [True, False])
def test_the_thanks_name_our_mail_where_it_has_to_be_confirmed(app, confirms):
    start_page(options=Options(confirms=confirms))
    visitor = Visitor(app)
    thanks = visitor.get(next_url(visitor.sign_up(visitor.get(), "mia@x.io")))

    assert ("Please open our mail" in words_in(thanks)) is confirms
