"""What the form takes, and how it comes back: with a sentence at what is wrong, the text kept."""

import pytest

from tests.audience.larder import (
    Visitor,
    broken_store,
    signups,
    start_page,
    token_in,
    words_in,
)
from wbtest.audience.signing import taking
from wbtest.audience.signing.taking import MOST_SIGN_UPS


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Type your e-mail address."),
        ("   ", "Type your e-mail address."),
        ("mia", "This is not a whole e-mail address. Please check it."),
        ("a@x.io,b@y.io", "This is not a whole e-mail address. Please check it."),
        ("a@x.io\r\nBcc: v@z.io", "This is not a whole e-mail address. Please check it."),
        ("<b>@x.io", "This is not a whole e-mail address. Please check it."),
        ("a" * 300 + "@x.io", "This is not a whole e-mail address. Please check it."),
    ],
)
def test_what_is_no_address_comes_back_with_a_sentence_at_the_field(app, mia, email, sentence):
    page = mia.get()

    answer = mia.sign_up(page, email)

    assert answer.status_code == 422
    assert f'id="email-top-error" role="alert">{sentence}</p>' in answer.text
    assert '"<b>' not in answer.text
    assert signups(app) == []


def test_what_was_typed_is_still_there_on_the_same_variant(app):
    start_page(asks_name=True, variants={"photo": {"headline": "Dinner from a photo"}})
    mia = Visitor(app)
    page = mia.get()

    answer = mia.sign_up(page, "mia@", name="Mia “M” Berg")

    assert 'value="mia@"' in answer.text
    assert "Mia “M” Berg" in answer.text
    assert token_in(answer) == token_in(page)
    assert ("Dinner from a photo" in answer.text) == ("Dinner from a photo" in page.text)


def test_a_refused_form_can_be_sent_again_as_it_came_back(app, mia):
    answer = mia.sign_up(mia.get(), "mia@")

    assert mia.sign_up(answer, "mia@x.io").status_code == 303
    assert len(signups(app)) == 1


def test_a_name_is_kept_where_it_is_asked_for_and_nowhere_else(app):
    asks, asks_not = start_page(asks_name=True), start_page(slug="kiln")
    mia = Visitor(app)
    mia.sign_up(mia.get(), "mia@x.io", name=" Mia\r\n\tBerg\x07 ")
    token = token_in(mia.get("/p/kiln"))

    data = {"token": token, "email": "mia@x.io", "name": "Mia"}
    mia.post("/p/kiln/signup", data)

    names = {signup.experiment_id: signup.name for signup in signups(app)}
    assert names == {asks.experiment.id: "Mia Berg", asks_not.experiment.id: ""}


def test_a_name_that_is_too_long_is_refused(app):
    start_page(asks_name=True)
    mia = Visitor(app)

    answer = mia.sign_up(mia.get(), "mia@x.io", name="M" * 121)

    assert answer.status_code == 422
    assert "This name is too long." in words_in(answer)


@pytest.mark.parametrize("field", ["email", "token", "name", "website"])
def test_a_field_that_comes_twice_is_refused(app, mia, field):
    data = {"token": token_in(mia.get()), "email": "a@x.io", "name": "", "website": ""}

    answer = mia.post("/p/larder/signup", {**data, field: [data[field], "b@x.io"]})

    assert answer.status_code == 422
    assert "Please try again" in words_in(answer)
    assert signups(app) == []


@pytest.mark.parametrize("body", [{"email[]": "a@x.io"}, {"email[0]": "a@x.io"}, {}])
def test_a_list_is_no_address(app, mia, body):
    answer = mia.post("/p/larder/signup", {"token": token_in(mia.get()), **body})

    assert answer.status_code == 422
    assert "Type your e-mail address." in words_in(answer)


def test_json_is_no_form(app, mia):
    answer = mia.browser.post("/p/larder/signup", json={"email": ["a@x.io"]}, headers=mia.headers)

    assert answer.status_code == 422
    assert signups(app) == []


def test_a_nul_is_refused(app, mia):
    assert mia.sign_up(mia.get(), "a\x00@x.io").status_code in (400, 422)
    assert signups(app) == []


@pytest.mark.parametrize("typed", ["mia%FF@x.io", "mia%c3@x.io", "mia%EF%BF%BD@x.io"])
def test_bytes_that_are_no_text_are_refused_at_the_email(app, mia, typed):
    answer = mia.browser.post(
        "/p/larder/signup",
        data=f"token={token_in(mia.get())}&email={typed}",
        content_type="application/x-www-form-urlencoded",
        headers=mia.headers,
    )

    assert answer.status_code == 422
    assert "This is not a whole e-mail address. Please check it." in words_in(answer)
    assert signups(app) == []


def test_a_form_that_was_open_for_more_than_a_day_comes_back_fresh(app, mia, now):
    page = mia.get()
    now.turn(hours=25)

    answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 422
    assert "This page was open for a long time. Please send the form once more." in words_in(answer)
    assert 'value="mia@x.io"' in answer.text
    assert mia.sign_up(answer, "mia@x.io").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "1:1:photo:500000:" + "0" * 32])
def test_a_form_without_a_token_of_ours_is_not_taken(app, mia, token):
    mia.get()

    assert mia.post("/p/larder/signup", {"token": token, "email": "a@x.io"}).status_code == 422
    assert signups(app) == []


def test_a_form_of_another_page_is_not_taken(app, mia):
    start_page(slug="kiln")
    token = token_in(mia.get("/p/kiln"))

    assert mia.post("/p/larder/signup", {"token": token, "email": "a@x.io"}).status_code == 422
    assert signups(app) == []


def test_another_site_cannot_sign_anybody_up(app, mia):
    page = mia.get()
    data = {"token": token_in(page), "email": "mia@x.io"}

    answer = mia.post("/p/larder/signup", data, **{"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert signups(app) == []


def test_a_browser_too_old_to_say_where_it_comes_from_can_sign_up(app, mia):
    page = mia.get()
    data = {"token": token_in(page), "email": "mia@x.io"}

    answer = mia.browser.post("/p/larder/signup", data=data, headers=mia.headers)

    assert answer.status_code == 303


def test_a_network_that_sends_too_many_is_asked_to_wait_and_keeps_its_text(app, mia):
    page = mia.get()
    taken = [mia.sign_up(page, f"p{n}@x.io").status_code for n in range(MOST_SIGN_UPS)]

    answer = mia.sign_up(page, "mia@x.io")

    assert set(taken) == {303}
    assert MOST_SIGN_UPS >= 30
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3_601
    assert 'value="mia@x.io"' in answer.text
    assert "Please try again in an hour." in words_in(answer)


def test_when_nothing_can_be_stored_the_text_comes_back(app, mia):
    page = mia.get()
    with broken_store():
        answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert 'value="mia@x.io"' in answer.text
    assert "Please try again in a minute." in words_in(answer)
    assert signups(app) == []


def test_a_form_that_is_refused_counts_against_its_network_too(app, mia, monkeypatch):
    monkeypatch.setattr(taking, "MOST_SIGN_UPS", 2)
    page = mia.get()

    answers = [mia.sign_up(page, email) for email in ("no address", "mia@x.io", "ann@x.io")]

    assert [answer.status_code for answer in answers] == [422, 303, 429]
    assert 3500 < int(answers[2].headers["Retry-After"]) <= 3600
