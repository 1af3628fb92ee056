"""What a plain form gets, before Flask hears of it: the same as from Flask."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask import Flask, request_started
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from tests.audience.larder import Larder, Visitor, mails, signups, start_page, token_in
from tests.conftest import HandClock
from wbtest import create_app
from wbtest.audience.recording.recorder import StoreFailed
from wbtest.audience.signing import taking
from wbtest.extensions import db
from wbtest.publishing.choices.options import Options
from wbtest.runtime import runtime
from wbtest.store import Gone
from wbtest.team.models import LimitCount

PLAIN = "application/x-www-form-urlencoded"
# Whatever is no plain form is for Flask; to name the charset as well is enough.
NOT_PLAIN = f"{PLAIN}; charset=utf-8"


@pytest.fixture
def asked(app: Flask) -> Iterator[list[str]]:
    """The paths of the requests of which Flask hears."""
    heard: list[str] = []

    def note(_app: Flask, **_: object) -> None:
        from flask import request

        heard.append(request.path)

    with request_started.connected_to(note, app):
        yield heard


def send(mia: Visitor, page: TestResponse, email: str, content_type: str = "") -> TestResponse:
    body = urlencode({"token": token_in(page), "email": email, "website": "", "name": "Mia"})
    headers = {"Content-Type": content_type or PLAIN}
    return mia.post("/p/larder/signup", body, **headers)


def test_the_door_and_flask_answer_the_same(asked: list[str], mia: Visitor) -> None:
    page = mia.get()
    plain = send(mia, page, "mia@x.io")
    assert asked == []

    through_flask = send(mia, page, "ann@x.io", NOT_PLAIN)

    assert asked == ["/p/larder/signup"]
    assert plain.status == through_flask.status == "303 SEE OTHER"
    assert plain.data == through_flask.data == b""
    assert dict(plain.headers) == dict(through_flask.headers)


def test_the_door_and_flask_store_the_same(app: Flask, mia: Visitor) -> None:
    page = mia.get()
    send(mia, page, "mia@x.io")
    send(mia, page, "ann@x.io", NOT_PLAIN)

    mine, hers = (
        {
            column.name: getattr(row, column.name)
            for column in row.__table__.columns
            if not column.name.endswith("_hash") and column.name != "is_converted"
        }
        for row in sorted(signups(app), key=lambda row: row.email, reverse=True)
    )
    assert mine == hers | {"email": "mia@x.io", "email_key": "mia@x.io"}
    assert mine["consent"] != ""
    [ours], [theirs] = mails(app, "mia@x.io"), mails(app, "ann@x.io")
    token, other = (mail.leave_url.rpartition("/")[2] for mail in (ours, theirs))
    assert ours.html.replace(token, other) == theirs.html
    assert ours.body.replace(token, other) == theirs.body


def test_who_keeps_no_cookie_is_left_to_flask(app: Flask, asked: list[str], mia: Visitor) -> None:
    page = mia.get()
    mia.browser.delete_cookie("wb-p1")

    assert send(mia, page, "mia@x.io").status_code == 303
    assert asked == ["/p/larder/signup"]
    assert len(signups(app)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sec-Fetch-Site", "cross-site"),
        ("Host", "evil.example"),
        ("Content-Type", NOT_PLAIN),
        ("DNT", "1"),
    ],
)
def test_what_may_not_be_plain_is_left_to_flask(
    asked: list[str], mia: Visitor, name: str, value: str
) -> None:
    page = mia.get()

    mia.post("/p/larder/signup", {"token": token_in(page), "email": "m@x.io"}, **{name: value})

    assert asked == ["/p/larder/signup"]


def test_who_tries_a_preview_is_left_to_flask(app: Flask, asked: list[str], mia: Visitor) -> None:
    body = {"token": token_in(mia.get()), "email": "mia@x.io"}

    mia.post("/p/larder/signup?preview=x", urlencode(body), **{"Content-Type": PLAIN})

    assert asked == ["/p/larder/signup"]
    assert signups(app) == []


def test_on_a_page_without_cookies_forms_are_left_to_flask(app: Flask, asked: list[str]) -> None:
    start_page(options=Options(counting="cookieless"))
    mia = Visitor(app)

    assert send(mia, mia.get(), "mia@x.io").status_code == 303
    assert asked == ["/p/larder/signup"]


@pytest.mark.parametrize("cookie", ["wb-session", "wb-ignore", "wb-ignore-p1"])
def test_who_may_be_of_the_team_or_object_is_left_to_flask(
    asked: list[str], mia: Visitor, cookie: str
) -> None:
    page = mia.get()
    mia.browser.set_cookie(cookie, "x")

    assert send(mia, page, "mia@x.io").status_code == 303
    assert asked == ["/p/larder/signup"]


def test_it_needs_no_context_of_the_app(app: Flask, asked: list[str], mia: Visitor) -> None:
    body = urlencode({"token": token_in(mia.get()), "email": "mia@x.io"}).encode()
    cookie = mia.browser.get_cookie("wb-p1")
    assert cookie is not None
    environ = EnvironBuilder(
        "/p/larder/signup",
        method="POST",
        input_stream=BytesIO(body),
        content_type=PLAIN,
        headers={"Cookie": f"wb-p1={cookie.value}"},
        environ_overrides={"CONTENT_LENGTH": str(len(body))},
    ).get_environ()

    # A thread has none, as in the server; the client of a test makes one for each request.
    with ThreadPoolExecutor(1) as threads:
        _, status, _ = threads.submit(run_wsgi_app, app.wsgi_app, environ).result()

    assert (status, asked, len(signups(app))) == ("303 SEE OTHER", [], 1)


@pytest.mark.parametrize("content_type", [PLAIN, NOT_PLAIN])
def test_of_a_form_that_broke_off_nothing_is_stored(
    app: Flask, mia: Visitor, content_type: str
) -> None:
    body = urlencode({"token": token_in(mia.get()), "email": "mia@x.com"}).encode()
    cookie = mia.browser.get_cookie("wb-p1")
    assert cookie is not None
    environ = EnvironBuilder(
        "/p/larder/signup",
        method="POST",
        input_stream=BytesIO(body[:-1]),
        content_type=content_type,
        headers={"Cookie": f"wb-p1={cookie.value}"},
        # The server says that it ends the body, whether the connection broke or not.
        environ_overrides={"CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True},
    ).get_environ()

    _, status, _ = run_wsgi_app(app.wsgi_app, environ)

    assert status == "400 BAD REQUEST"
    assert signups(app) == []


def test_a_form_that_could_not_be_stored_is_not_tried_a_second_time(
    app: Flask, mia: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail(event: object) -> None:
        tried.append(event)
        raise StoreFailed

    page = mia.get()
    monkeypatch.setattr(runtime(app).recorder, "sign_up", fail)
    answer = send(mia, page, "mia@x.io")

    assert answer.status_code == 503
    assert 'value="mia@x.io"' in answer.text
    assert len(tried) == 1


@pytest.mark.parametrize("content_type", [PLAIN, NOT_PLAIN])
def test_who_signs_up_while_the_page_is_deleted_is_told_that_there_is_none(
    app: Flask, mia: Visitor, monkeypatch: pytest.MonkeyPatch, content_type: str
) -> None:
    page = mia.get()

    def fail(_event: object) -> None:
        raise Gone("This page was deleted meanwhile.")

    monkeypatch.setattr(runtime(app).recorder, "sign_up", fail)
    answer = send(mia, page, "mia@x.io", content_type)

    assert answer.status_code == 404
    assert "Ask who sent you" in answer.text


def test_of_forms_that_come_one_after_the_other_none_is_too_many(
    app: Flask, asked: list[str], mia: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_SIGN_UPS", 2)
    page = mia.get()
    answers = [send(mia, page, f"p{number}@x.io") for number in range(4)]

    assert [answer.status_code for answer in answers] == [303, 303, 429, 429]
    assert len(signups(app)) == 2
    # What was turned away is not counted, so the hour does not begin anew.
    assert db.session.scalars(db.select(LimitCount.hits)).all() == [2]
    assert asked == ["/p/larder/signup"] * 2


def test_who_was_turned_away_waits_for_no_group_again(
    app: Flask, mia: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_SIGN_UPS", 1)
    page = mia.get()
    recorder = runtime(app).recorder
    sign_up, tried = recorder.sign_up, []
    monkeypatch.setattr(recorder, "sign_up", lambda event: tried.append(event) or sign_up(event))

    answers = [send(mia, page, f"p{number}@x.io") for number in range(3)]

    assert [answer.status_code for answer in answers] == [303, 429, 429]
    assert len(tried) == 2


def test_who_was_turned_away_may_come_back_after_the_hour(
    mia: Visitor, now: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_SIGN_UPS", 1)
    page = mia.get()
    assert [send(mia, page, f"p{n}@x.io").status_code for n in range(2)] == [303, 429]

    now.turn(minutes=61)

    assert send(mia, page, "mia@x.io").status_code == 303


def test_behind_a_proxy_each_network_counts_by_itself(
    app: Flask, larder: Larder, now: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "MOST_SIGN_UPS", 1)
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
