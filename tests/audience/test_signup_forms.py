"""What the form takes, and how it comes back: with a sentence at what is wrong, the text kept."""

from dataclasses import replace
from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.audience.larder import (
    Larder,
    Visitor,
    broken_store,
    signups,
    start_page,
    token_in,
    words_in,
)
from tests.conftest import HandClock
from wbtest import create_app
from wbtest.audience.signups import MOST_SIGN_UPS
from wbtest.extensions import db, runtime
from wbtest.store import Gone
from wbtest.team.models import LimitCount


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Enter your email."),
        ("   ", "Enter your email."),
        ("mia", "That email looks incomplete. Check it and try again."),
        ("a@x.io,b@y.io", "That email looks incomplete. Check it and try again."),
        ("a@x.io\r\nBcc: v@z.io", "That email looks incomplete. Check it and try again."),
        ("<b>@x.io", "That email looks incomplete. Check it and try again."),
        ("a" * 300 + "@x.io", "That email looks incomplete. Check it and try again."),
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
    assert "Try again" in words_in(answer)
    assert signups(app) == []


@pytest.mark.parametrize("body", [{"email[]": "a@x.io"}, {"email[0]": "a@x.io"}, {}])
def test_a_list_is_no_address(app, mia, body):
    answer = mia.post("/p/larder/signup", {"token": token_in(mia.get()), **body})

    assert answer.status_code == 422
    assert "Enter your email." in words_in(answer)


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
    assert "That email looks incomplete. Check it and try again." in words_in(answer)
    assert signups(app) == []


def test_a_form_that_was_open_for_more_than_a_day_comes_back_fresh(app, mia, now):
    page = mia.get()
    now.turn(hours=25)

    answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 422
    assert "This page was open for a long time. Send the form again." in words_in(answer)
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
    assert "Try again in an hour." in words_in(answer)


def test_when_nothing_can_be_stored_the_text_comes_back(app, mia):
    page = mia.get()
    with broken_store():
        answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert 'value="mia@x.io"' in answer.text
    assert "Try again in a minute." in words_in(answer)
    assert signups(app) == []


def test_a_form_that_is_refused_counts_against_its_network_too(app, mia, monkeypatch):
    monkeypatch.setattr("wbtest.audience.signups.MOST_SIGN_UPS", 2)
    page = mia.get()

    answers = [mia.sign_up(page, email) for email in ("no address", "mia@x.io", "ann@x.io")]

    assert [answer.status_code for answer in answers] == [422, 303, 429]
    assert 3500 < int(answers[2].headers["Retry-After"]) <= 3600


def test_of_a_form_that_broke_off_nothing_is_stored(app: Flask, mia: Visitor) -> None:
    body = urlencode({"token": token_in(mia.get()), "email": "mia@x.com"}).encode()
    cookie = mia.browser.get_cookie("wb-p1")
    assert cookie is not None
    environ = EnvironBuilder(
        "/p/larder/signup",
        method="POST",
        input_stream=BytesIO(body[:-1]),
        content_type="application/x-www-form-urlencoded",
        headers={"Cookie": f"wb-p1={cookie.value}"},
        # The server says that it ends the body, whether the connection broke or not.
        environ_overrides={"CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True},
    ).get_environ()

    _, status, _ = run_wsgi_app(app.wsgi_app, environ)

    assert status == "400 BAD REQUEST"
    assert signups(app) == []


def test_who_signs_up_while_the_page_is_deleted_is_told_that_there_is_none(
    app: Flask, mia: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = mia.get()

    def fail(_event: object) -> None:
        raise Gone("This page has been deleted.")

    monkeypatch.setattr(runtime(app).recorder, "sign_up", fail)
    answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 404
    assert "Ask who sent you" in answer.text


def test_what_was_turned_away_is_not_counted_so_the_hour_ends(
    app: Flask, mia: Visitor, now: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wbtest.audience.signups.MOST_SIGN_UPS", 2)
    page = mia.get()
    answers = [mia.sign_up(page, f"p{number}@x.io") for number in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 429, 429]
    assert db.session.scalars(db.select(LimitCount.hits)).all() == [2]
    assert len(signups(app)) == 2

    now.turn(minutes=61)

    assert mia.sign_up(page, "mia@x.io").status_code == 303


def test_an_hour_of_sign_ups_begins_with_each_of_them(
    mia: Visitor, now: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wbtest.audience.signups.MOST_SIGN_UPS", 2)
    page = mia.get()

    def come() -> tuple[int, str | None]:
        answer = mia.sign_up(page, f"p{now().timestamp()}@x.io")
        return answer.status_code, answer.headers.get("Retry-After")

    # 14:59, 23:50, 00:05, 00:10 and 00:50.
    now.turn(hours=5, minutes=59)
    assert come() == (303, None)
    now.turn(hours=8, minutes=51)
    assert come() == (303, None)
    now.turn(minutes=15)
    assert come() == (303, None)
    now.turn(minutes=5)
    assert come() == (429, "2400")
    now.turn(minutes=40)
    assert come() == (303, None)


@pytest.mark.parametrize(
    ("neighbours", "stranger"),
    [
        (("198.51.100.1", "198.51.100.200"), "198.51.101.1"),
        (("2001:db8:1::1", "2001:db8:1:ffff::1"), "2001:db8:2::1"),
        (("10.0.0.1", "10.0.0.1"), "10.0.0.2"),
    ],
)
def test_sign_ups_of_one_network_count_together(
    app: Flask,
    larder: Larder,
    monkeypatch: pytest.MonkeyPatch,
    neighbours: tuple[str, str],
    stranger: str,
) -> None:
    monkeypatch.setattr("wbtest.audience.signups.MOST_SIGN_UPS", 1)
    mia = Visitor(app)
    page = mia.get()

    def come(address: str) -> int:
        mia.browser.environ_base["REMOTE_ADDR"] = address
        return mia.sign_up(page, f"p{len(signups(app))}@x.io").status_code

    assert [come(address) for address in (*neighbours, stranger)] == [303, 429, 303]


def test_behind_a_proxy_each_network_counts_by_itself(
    app: Flask, larder: Larder, now: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wbtest.audience.signups.MOST_SIGN_UPS", 1)
    settings = replace(runtime(app).settings, trusted_proxies=1)
    behind = create_app(settings, now)
    runtime(behind).guard = runtime(app).guard
    behind.test_client_class = app.test_client_class
    mia = Visitor(behind)
    page = mia.get()

    def come(network: str) -> int:
        body = {"token": token_in(page), "email": f"p{network}@x.io"}
        return mia.post("/p/larder/signup", body, **{"X-Forwarded-For": network}).status_code

    assert [come(network) for network in ("10.0.0.1", "10.0.0.2", "10.0.0.1")] == [303, 303, 429]
    runtime(behind).recorder.close()
    with behind.app_context():
        db.engine.dispose()
