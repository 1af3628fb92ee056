"""What every answer shares: headers, hosts, error pages, static files, health."""

import errno
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnection

from tests.conftest import Browser
from tests.factories import log_in, make_person
from wbtest import web
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team import access


class TooBusy(Refused):
    status = 503


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app with pages that fail in every way a page can."""

    def add(path: str, error: Exception) -> None:
        def fail() -> str:
            raise error

        app.add_url_rule(path, path.strip("/"), access.public(fail))

    add("/broken", ZeroDivisionError("secret detail"))
    add("/gone", OperationalError("SELECT secret", {}, Exception("no database")))
    add("/read-only", InternalError("INSERT secret", {}, Exception("read-only transaction")))
    add("/damaged", DatabaseError("SELECT secret", {}, Exception("malformed")))
    add("/nonsense", ProgrammingError("SELECT secret", {}, Exception("syntax error")))
    add("/crowded", NoConnection("all connections are taken"))
    add("/refused", Refused("The text changed meanwhile."))
    add("/busy", TooBusy("The storage is full."))
    add("/full", OSError(errno.ENOSPC, "No space left on device"))
    return app


def test_every_answer_carries_the_security_headers(client: Browser) -> None:
    for path in ("/login", "/nowhere", "/broken", "/static/css/base.css"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/login", "text/html; charset=utf-8"),
        ("/nowhere", "text/html; charset=utf-8"),
        ("/static/css/base.css", 'text/css; charset="utf-8"'),
        ("/healthz", "application/json"),
    ],
)
def test_an_answer_says_its_type_and_a_text_its_letters(
    client: Browser, path: str, kind: str
) -> None:
    assert client.get(path).headers["Content-Type"] == kind


def test_the_policy_allows_only_what_is_ours(client: Browser) -> None:
    policy = client.get("/login").headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'"):
        assert rule in policy


def test_a_nonce_is_made_when_asked_for_and_never_twice(app: Flask, client: Browser) -> None:
    view = access.public(lambda: render_template_string("{{ csp_nonce() }}"))
    app.add_url_rule("/nonce", "nonce", view)

    first, second = client.get("/nonce"), client.get("/nonce")

    assert first.text != second.text
    assert f"'nonce-{first.text}'" in first.headers["Content-Security-Policy"]
    assert "nonce-" not in client.get("/login").headers["Content-Security-Policy"]


def test_personal_answers_are_kept_nowhere(client: Browser) -> None:
    log_in(client, make_person("ada@example.com", "owner"))

    headers = client.get("/settings").headers

    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "Nothing here"),
        ("/broken", 500, "Something broke on our side"),
        ("/gone", 503, "cannot store anything right now"),
        ("/crowded", 503, "cannot store anything right now"),
        ("/read-only", 503, "cannot store anything right now"),
        ("/damaged", 503, "cannot store anything right now"),
        ("/nonsense", 500, "What was saved before is safe"),
        ("/refused", 409, "The text changed meanwhile."),
        ("/busy", 503, "The storage is full."),
        ("/full", 503, "The server&#39;s storage is full."),
    ],
)
def test_an_error_is_a_page_with_a_sentence(
    client: Browser, path: str, status: int, words: str
) -> None:
    response = client.get(path)

    assert response.status_code == status
    assert words in response.text
    # Only what went wrong on our side stands in the log.
    assert ("tell the person who runs this server" in response.text) == (status >= 500)


@pytest.mark.parametrize("path", ["/broken", "/gone", "/nowhere"])
def test_an_error_gives_nothing_away(client: Browser, path: str) -> None:
    response = client.get(path)

    for detail in ("secret", "Traceback", "SELECT", ".py", "Werkzeug", "Flask"):
        assert detail not in response.text


def test_the_id_on_the_page_stands_in_the_log(
    client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/broken")

    ids = [r.args[0] for r in caplog.records if isinstance(r.args, tuple) and len(r.args) == 4]
    assert len(ids) == 1
    assert str(ids[0]) in response.text
    assert "secret detail" in caplog.text


def test_an_error_page_needs_no_database(client: Browser) -> None:
    log_in(client, make_person("ada@example.com", "owner"))
    db.session.remove()
    db.drop_all()

    assert client.get("/nowhere").status_code == 404
    assert client.get("/settings").status_code >= 500
    db.create_all()


def test_a_page_that_is_away_for_a_while_says_when_to_come_back(client: Browser) -> None:
    assert client.get("/gone").headers["Retry-After"] == "10"
    assert client.get("/busy").headers["Retry-After"] == "60"


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5_000], ids=["20 digits", "5,000 digits"])
def test_an_id_that_no_database_can_count_to_finds_nothing(client: Browser, number: str) -> None:
    log_in(client, make_person("ada@example.com", "owner"))

    assert client.get(f"/releases/{number}").status_code == 404
    assert client.get(f"/experiments/{number}/results").status_code == 404
    assert client.send(f"/experiments/{number}/end").status_code == 404
    # There it is another method that would be too short of a number.
    assert client.post(f"/api/v1/releases/{number}/revisions/1/comments").status_code == 401


@pytest.mark.parametrize("method", ["PUT", "TRACE", "FOO"])
def test_a_wrong_method_names_the_right_ones(client: Browser, method: str) -> None:
    response = client.open("/logout", method=method)

    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/login?next=a%00b", "/a%00b"])
def test_an_address_with_a_nul_is_refused_before_it_reaches_a_database(
    client: Browser, path: str
) -> None:
    response = client.get(path)

    assert response.status_code == 400
    assert "no address has" in response.text


@pytest.mark.parametrize("name", ['; name="\n"', "", '; filename="x.png"'])
def test_a_part_of_a_form_without_a_name_is_told_of(client: Browser, name: str) -> None:
    body = f"--part\r\nContent-Disposition: form-data{name}\r\n\r\nx\r\n--part--\r\n"

    answer = client.post("/login", data=body, content_type="multipart/form-data; boundary=part")

    assert answer.status_code == 400
    assert "A part of the form has no name." in answer.text


def test_a_nul_in_a_form_is_answered_at_its_field_with_the_text_kept(client: Browser) -> None:
    response = client.send("/login", {"email": "a\0b@x.io", "password": "long enough"})

    assert response.status_code == 422
    assert "Check both and try again." in response.text
    assert 'value="a\ufffdb@x.io"' in response.text


def test_more_than_two_megabytes_are_refused(client: Browser) -> None:
    response = client.post("/login", data={"email": "a" * (2 * 1024 * 1024 + 1)})

    assert response.status_code == 413
    assert "Send a shorter text" in response.text


@pytest.mark.parametrize(("fields", "status"), [(10_000, 400), (10_001, 413)])
def test_a_form_of_more_fields_than_any_has_is_turned_away_unread(
    client: Browser, fields: int, status: int
) -> None:
    body = "&".join(["email=a"] * fields)

    response = client.post("/login", data=body, content_type="application/x-www-form-urlencoded")

    # The token is missing, which is told where the form was read.
    assert response.status_code == status


def test_static_files_are_cached_indefinitely_only_under_a_versioned_name(
    app: Flask, client: Browser
) -> None:
    vendored = next(Path(str(app.static_folder)).glob("vendor/*-*.*.*.css"))

    style = client.get("/static/css/base.css")
    vendor = client.get(f"/static/vendor/{vendored.name}")

    assert style.headers["Cache-Control"] == "max-age=60, public"
    assert vendor.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert "Set-Cookie" not in style.headers


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../wbtest/config.py", "/static/%2e%2e/app.py", "/.git/HEAD", "/.env"),
        *("/instance/wbtest.db", "/console", "/metrics", "/static/js/sheet.js.map"),
    ],
)
def test_nothing_but_static_files_is_given_out(client: Browser, path: str) -> None:
    assert client.get(path).status_code == 404


def test_no_debugger_answers(client: Browser) -> None:
    log_in(client, make_person("ada@example.com", "owner"))

    page = client.get("/broken?debug=1&__debugger__=yes&cmd=resource&f=debugger.js")

    assert page.status_code == 500
    assert "debugger" not in page.text.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/settings/look.css",
        "/settings;.png",
        "/settings%2flook.css",
        "/account/x.js",
        "/settings?a=.css",
    ],
)
def test_a_page_under_the_name_of_a_file_is_kept_by_no_cache(client: Browser, path: str) -> None:
    log_in(client, make_person("ada@example.com", "owner"))

    page = client.get(path)

    assert page.status_code == (200 if "?" in path else 404)
    assert page.headers["Cache-Control"] == "private, no-store"


def test_times_are_written_as_people_read_them() -> None:
    at = datetime(2027, 3, 1, 9, 5, tzinfo=UTC)

    assert web.day(at) == "1 March 2027"
    assert web.moment(at) == "1 March 2027, 09:05 UTC"
    assert web.day(None) == web.moment(None) == ""


def test_what_a_query_was_about_is_not_logged(
    client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    db.drop_all()
    client.send("/login", {"email": "eve@example.com", "password": "not the password"})
    db.create_all()

    assert "limit_keys" in caplog.text
    assert "eve@example.com" not in caplog.text
    assert "[SQL parameters hidden" in caplog.text


def test_nothing_private_is_logged_when_somebody_is_turned_away(
    client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(11):
        client.send("/login", {"email": "eve@example.com", "password": "not the password"})

    assert "eve@example.com" not in caplog.text
    assert "127.0.0.1" not in caplog.text
