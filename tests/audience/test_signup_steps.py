"""After the address: the founder's questions, then a call or a yes to the price; each counted."""

import json
import re
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.audience.larder import RULE, Visitor, signups, start_page, words_in
from wbtest.audience.models import HourlyCount
from wbtest.audience.recording.rollup import differences
from wbtest.extensions import db
from wbtest.publishing.page_options import FollowUpQuestion, Options

YES = {"agree": "yes"}
QUESTIONS = (
    FollowUpQuestion("Who cooks?", ("I do", "We both")),
    FollowUpQuestion("What have you tried?"),
)
CALL = Options(questions=QUESTIONS, asks_for=("call",))
PRICE = Options(asks_for=("price",))
LINK = "https://buy.example.com/larder?id=7&from=%5Bpage%5D"
ALL = Options(asks_for=("preorder", "call", "price"), preorder_url=LINK)


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
    names = ("signups", "answered", "call", "call_no")
    row = db.session.execute(db.select(*(db.func.sum(getattr(HourlyCount, n)) for n in names)))
    return tuple(row.one())


def test_who_signs_up_is_asked_one_thing_after_the_other(app, asking):
    questions = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))
    call = asking.get(next_url(answer(asking, questions, "We both", "A list.")))
    done = asking.post("/p/larder/agree", fields_in(call) | {"agree": "yes"})

    assert "Thanks, you’re on the list." in words_in(questions)
    assert "Can we call you about Larder?" in words_in(call)
    assert "That helps us decide." in words_in(asking.get(next_url(done)))
    assert answers(app) == {
        "Who cooks?": "We both",
        "What have you tried?": "A list.",
        "Can we call you about Larder?": "Yes",
    }
    assert sums() == (1, 1, 1, 0)
    assert differences(db.session.connection()) == []


def walk_to_the_preorder(visitor: Visitor) -> tuple[list[str], TestResponse]:
    """Sign up where everything is asked, say yes to all, and return the headings and last page."""
    page = visitor.get(next_url(visitor.sign_up(visitor.get(), "mia@x.io")))
    asked = [page.text]
    for _ in range(2):
        page = visitor.get(next_url(visitor.post("/p/larder/agree", fields_in(page) | YES)))
        asked.append(page.text)
    return [re.findall("<h[12]>([^<]*)</h", text)[-1] for text in asked], page


def test_a_step_is_asked_and_kept_in_the_words_of_the_team(app):
    asked = "From {price}, would you <b>order</b>?"
    start_page(options=PRICE, wording={"price_question": asked})
    mia = Visitor(app)
    page = mia.get(next_url(mia.sign_up(mia.get(), "mia@x.io")))
    mia.post("/p/larder/agree", fields_in(page) | YES)

    assert "<h2>From £4 a month, would you &lt;b&gt;order&lt;/b&gt;?</h2>" in page.text
    # What a yes is worth stays ours to say.
    assert "Saying yes doesn’t commit you to anything." in words_in(page)
    assert answers(app) == {"From £4 a month, would you <b>order</b>?": "Yes"}
    assert moments(app) == [True, False, False]


def moments(app: Flask) -> list[bool]:
    [row] = signups(app)
    return [moment is not None for moment in (row.price_us, row.call_us, row.preorder_us)]


def test_every_step_is_asked_from_the_cheapest_on_and_keeps_its_moment(app):
    start_page(options=ALL)
    mia = Visitor(app)
    asked, page = walk_to_the_preorder(mia)

    assert asked == [
        "The price: £4 a month. Would you pay it?",
        "Can we call you about Larder?",
        "Would you like to pre-order Larder?",
    ]
    assert moments(app) == [True, True, False]
    assert "The button opens buy.example.com" in words_in(page)
    clicked = mia.post("/p/larder/preorder", fields_in(page))
    assert (clicked.status_code, next_url(clicked)) == (303, LINK)
    assert moments(app) == [True, True, True]
    assert differences(db.session.connection()) == []


def test_a_click_through_is_counted_once_and_leads_there_each_time(app, now):
    start_page(options=ALL)
    mia = Visitor(app)
    _, page = walk_to_the_preorder(mia)
    clicks = []
    for _ in range(2):
        clicks.append(next_url(mia.post("/p/larder/preorder", fields_in(page))))
        now.turn(minutes=1)

    [row] = signups(app)
    assert clicks == [LINK, LINK]
    assert row.preorder_us == int(now().timestamp() - 120) * 1_000_000
    total = db.session.scalar(db.select(db.func.sum(HourlyCount.preorder)))
    assert total == 1


def test_nothing_that_is_sent_along_leads_elsewhere(app):
    start_page(options=ALL)
    mia = Visitor(app)
    evil = {"preorder_url": "https://evil.example", "url": "https://evil.example"}

    clicked = mia.post("/p/larder/preorder?next=https://evil.example", evil)

    assert next_url(clicked) == LINK
    assert signups(app) == []


def test_a_page_without_a_preorder_sends_nobody_away(app, asking):
    clicked = asking.post("/p/larder/preorder", {"next": "x"})

    assert next_url(clicked).startswith("/p/larder/thanks?")
    assert asking.get("/p/larder/preorder").status_code == 405


def test_only_the_page_with_the_button_lets_its_form_leave(app):
    start_page(options=ALL)
    mia = Visitor(app)
    landing = mia.get()
    _, page = walk_to_the_preorder(mia)
    call = mia.get(page.request.full_path.replace("step=preorder", "step=call"))

    said = [
        each.headers["Content-Security-Policy"].split("form-action ")[1].split(";")[0]
        for each in (landing, call, page)
    ]
    assert said == ["'self'", "'self'", "'self' https://buy.example.com"]


@pytest.mark.parametrize(
    ("late_by", "is_converted"), [({"hours": -1}, True), ({"seconds": 1}, False)]
)
@pytest.mark.parametrize("conversion", ["price", "call", "preorder"])
def test_what_the_rule_counts_decides_within_its_window(
    app, now, conversion, late_by, is_converted
):
    rule = replace(RULE, conversion=conversion, conversion_window_hours=48)
    start_page(rule=rule, options=ALL)
    mia = Visitor(app)
    page = mia.get()
    mia.see(page)
    now.turn(seconds=10)
    asked = mia.get(next_url(mia.sign_up(page, "mia@x.io")))
    now.turn(hours=48, seconds=-10)
    now.turn(**late_by)
    fields = fields_in(asked) | YES | {"step": conversion}
    mia.post(f"/p/larder/{'preorder' if conversion == 'preorder' else 'agree'}", fields)

    [row] = signups(app)
    assert row.is_converted == is_converted
    arrived = db.session.scalar(db.select(db.func.max(HourlyCount.hour * HourlyCount.arrived)))
    assert arrived == (int(now().timestamp()) // 3600 * 3600 if is_converted else 0)
    assert differences(db.session.connection()) == []


def test_a_no_is_kept_and_may_become_a_yes(app, asking):
    url = next_url(asking.sign_up(asking.get(), "mia@x.io"))
    fields = fields_in(asking.get(url.replace("step=questions", "step=call")))
    asking.post("/p/larder/agree", fields | {"agree": "no"})

    assert answers(app) == {"Can we call you about Larder?": "No"}
    assert sums() == (1, 0, 0, 1)
    assert differences(db.session.connection()) == []
    asking.post("/p/larder/agree", fields | {"agree": "yes"})
    assert answers(app) == {"Can we call you about Larder?": "Yes"}
    assert sums() == (1, 0, 1, 0)
    assert differences(db.session.connection()) == []


def test_a_no_to_the_price_stands_apart_from_skipping_it(app, now):
    start_page(options=PRICE)
    for email in ("mia@x.io", "ben@x.io"):
        visitor = Visitor(app)
        page = visitor.get(next_url(visitor.sign_up(visitor.get(), email)))
    visitor.post("/p/larder/agree", fields_in(page) | {"agree": "no"})

    said = {row.email: (row.price_us, row.price_no_us) for row in signups(app)}
    assert said == {
        "mia@x.io": (None, None),
        "ben@x.io": (None, int(now().timestamp()) * 1_000_000),
    }


def test_the_first_yes_stands(app, asking, now):
    url = next_url(asking.sign_up(asking.get(), "mia@x.io"))
    fields = fields_in(asking.get(url.replace("step=questions", "step=call")))
    asking.post("/p/larder/agree", fields | {"agree": "yes"})
    [before] = [row.call_us for row in signups(app)]
    now.turn(hours=1)
    for said in ("yes", "no"):
        asking.post("/p/larder/agree", fields | {"agree": said})

    assert answers(app) == {"Can we call you about Larder?": "Yes"}
    assert [(row.call_us, row.call_no_us) for row in signups(app)] == [(before, None)]


def test_answers_can_be_left_out_and_sent_once_more(app, asking):
    page = asking.get(next_url(asking.sign_up(asking.get(), "mia@x.io")))
    answer(asking, page, "I do", "A list.")
    answer(asking, page, "We both", "")
    assert answers(app) == {"Who cooks?": "We both"}

    answer(asking, page, "", "")

    assert answers(app) == {}
    assert sums() == (1, 0, 0, 0)
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

    assert ("open the email we just sent" in words_in(thanks)) is confirms


def test_what_others_of_the_network_answer_keeps_nobody_from_answering(app, asking):
    """A yes may be what the rule counts: to refuse one for others' sake would count as a no."""
    call = asking.get(next_url(answer(asking, asking.get(next_url(sign_up(asking))), "We both")))
    stranger = Visitor(app)
    made_up = fields_in(call) | {"agree": "yes", "next": "nobody's"}
    sent = [stranger.post("/p/larder/agree", made_up).status_code for _ in range(121)]

    assert (sent[119], sent[120]) == (303, 429)
    assert asking.post("/p/larder/agree", fields_in(call) | {"agree": "yes"}).status_code == 303
    assert sums()[2] == 1


def test_one_sign_up_answers_so_often_and_no_more(app, asking):
    call = asking.get(next_url(answer(asking, asking.get(next_url(sign_up(asking))), "We both")))
    sent = [asking.post("/p/larder/agree", fields_in(call)).status_code for _ in range(120)]

    assert (sent[118], sent[119]) == (303, 429)


def sign_up(visitor: Visitor) -> TestResponse:
    return visitor.sign_up(visitor.get(), "mia@x.io")
