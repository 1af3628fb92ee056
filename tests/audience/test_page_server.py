"""What a GET of a landing page gets, before Flask hears of it and whatever happens behind."""

import base64
import gzip
import hashlib
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import brotli
import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import (
    PHONE,
    Larder,
    Visitor,
    broken_store,
    clock_of,
    start_page,
    token_in,
    visits,
    words_in,
)
from tests.conftest import HandClock
from tests.factories import log_in
from wbtest import create_app
from wbtest.audience.live_pages import LivePages
from wbtest.audience.models import MachineCount
from wbtest.audience.page_renderer import PageResponse
from wbtest.audience.page_server import PageServer
from wbtest.audience.recording.events import Served
from wbtest.audience.recording.recorder import QueueFull, Recorder
from wbtest.audience.visitors import read_cookie
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.page_options import Options
from wbtest.publishing.page_strings import strings_for
from wbtest.store import WriteLock

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
HEADLINES = {"Five weeknight dinners from what is already in your kitchen", "Dinner from a photo"}
ENVIRON = {"HTTP_USER_AGENT": PHONE, "HTTP_HOST": "localhost"}


def test_a_visitor_reads_the_page_and_is_recorded(app, mia):
    page = mia.get("/p/larder?utm_source=Newsletter")

    [visit] = visits(app)
    assert page.status == "200 OK"
    assert "Larder sees what is there and plans five dinners." in words_in(page)
    assert (visit.source, visit.device) == ("newsletter", "phone")
    assert visit.excluded_because == ""


def test_a_new_visitor_gets_one_cookie_that_lasts_13_months(mia):
    [cookie] = mia.get().headers.getlist("Set-Cookie")

    rest = f"; Max-Age={395 * 86_400}; Path=/; HttpOnly; SameSite=Lax"
    assert re.fullmatch(r"wb-p1=[\w%:-]+" + re.escape(rest), cookie)


def test_a_visitor_keeps_the_variant_and_is_one_visit(app, mia):
    first = mia.get()
    again = [mia.get() for _ in range(5)]

    assert {page.data for page in again} == {first.data}
    assert all("Set-Cookie" not in page.headers for page in again)
    assert len(visits(app)) == 1


def test_where_a_visitor_came_from_first_is_kept(app, larder, mia):
    mia.get("/p/larder?utm_source=newsletter")
    mia.get("/p/larder?utm_source=reddit")

    cookie = mia.browser.get_cookie("wb-p1")
    assert read_cookie(larder.experiment.identity_key, cookie.value).source == "newsletter"
    assert [visit.source for visit in visits(app)] == ["newsletter"]


def test_variants_are_shown_in_proportion_to_their_weights(app, larder):
    for _ in range(400):
        Visitor(app).get()

    shown = Counter(visit.variant for visit in visits(app))
    assert shown.total() == 400
    # Seven standard deviations on either side.
    assert 130 < shown["photo"] < 270


def test_the_record_says_which_variant_was_shown(app, mia):
    page = mia.get()

    [visit] = visits(app)
    shown = {"control": "Five weeknight", "photo": "Dinner from a photo"}[visit.variant]
    assert f"<h1>{shown}" in page.text


def test_nothing_is_kept_by_caches_and_nothing_is_framed(mia):
    headers = mia.get().headers

    assert headers["Cache-Control"] == "private, no-store"
    assert "Cookie" in headers["Vary"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Language"] == "en"
    assert headers["Referrer-Policy"] == "same-origin"


def test_the_policy_names_exactly_the_style_and_script_inside(mia):
    page = mia.get()

    policy = page.headers["Content-Security-Policy"]
    for kind in ("style", "script"):
        texts = re.findall(rf"<{kind}>(.*?)</{kind}>", page.text, re.DOTALL)
        digests = [hashlib.sha256(text.encode()).digest() for text in texts]
        named = re.findall(rf"{kind}-src ([^;]*);", policy)[0].split()
        assert sorted(named) == sorted(
            f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests
        )


def test_a_browser_that_takes_gzip_gets_the_same_page_smaller(mia):
    plain = mia.get()
    packed = mia.get(**{"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2


def test_a_browser_that_takes_brotli_gets_it_smaller_still(mia):
    gzipped = mia.get(**{"Accept-Encoding": "gzip"})
    packed = mia.get(**{"Accept-Encoding": "gzip, br"})

    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == gzip.decompress(gzipped.data)
    assert len(packed.data) < len(gzipped.data)


def test_people_who_come_at_once_get_a_page_that_is_rendered_once(app: Flask, larder: Larder):
    page = runtime(app).pages.find_running("/p/larder")
    together = threading.Barrier(16)

    def ask(_: int) -> PageResponse:
        together.wait()
        environ = {"HTTP_ACCEPT_ENCODING": "br"}
        return runtime(app).page_server.show(page, page.live.control, environ)

    with ThreadPoolExecutor(16) as people:
        first, *others = people.map(ask, range(16))

    assert all(each is first for each in others)


def test_the_form_gets_a_new_token_each_hour(mia, now):
    first, same = mia.get(), mia.get()
    now.turn(hours=1)

    assert token_in(first) == token_in(same) != token_in(mia.get())


@pytest.mark.parametrize("objection", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_who_objects_gets_the_control_no_cookie_and_leaves_no_trace(app, larder, objection):
    pages = [Visitor(app, **objection).get() for _ in range(10)]

    assert all("<h1>Five weeknight dinners" in page.text for page in pages)
    assert all("Set-Cookie" not in page.headers for page in pages)
    assert visits(app) == []


def test_a_head_request_counts_nothing(app, mia):
    head = mia.browser.head("/p/larder", headers=mia.headers)

    assert head.status == "200 OK"
    assert "Set-Cookie" not in head.headers
    assert visits(app) == []


@pytest.mark.parametrize("agent", ["curl/8.9", "", "Slackbot-LinkExpanding 1.0"])
def test_a_machine_reads_the_page_and_is_nobody(app, larder, agent):
    page = Visitor(app, **{"User-Agent": agent}).get()

    assert page.status == "200 OK"
    assert visits(app) == []
    assert db.session.scalars(db.select(MachineCount.count)).all() == [1]


def test_an_answer_that_breaks_is_no_visit(app, mia, monkeypatch):
    def tear(*_: object, **__: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(runtime(app).renderer, "landing", tear)

    with pytest.raises(ZeroDivisionError):
        mia.get()
    assert visits(app) == []


def test_a_page_fetched_ahead_is_counted_once_it_is_asked_for(app, mia):
    mia.get(**{"Sec-Purpose": "prefetch;prerender"})
    assert visits(app) == []

    mia.get()
    assert len(visits(app)) == 1


@pytest.mark.parametrize("cookie", ["x", "a:1:control:1:a:b:" + "0" * 32, "%00", "ÿþ", "z" * 8_000])
def test_a_forged_cookie_is_as_good_as_none(app, mia, cookie):
    page = mia.browser.get("/p/larder", headers={**mia.headers, "Cookie": f"wb-p1={cookie}"})

    assert page.status == "200 OK"
    assert "Set-Cookie" in page.headers


def test_whatever_a_browser_says_it_gets_the_page(app, larder):
    chance = Random(2027)
    names = ("User-Agent", "Referer", "Cookie", "Accept-Encoding", "Sec-Purpose", "DNT")
    letters = [chr(code) for code in range(32, 256) if code not in (127, *range(128, 160))]

    for _ in range(200):
        said = {name: "".join(chance.choices(letters, k=chance.randrange(60))) for name in names}
        query = "".join(chance.choices("utm_source=&;%+ÿ\u00a0日/", k=chance.randrange(60)))
        page = Visitor(app).get(f"/p/larder?{query}", **said)
        assert page.status_code == 200
    assert len(visits(app)) > 0


def test_another_host_is_not_answered(app, mia):
    assert mia.get(Host="evil.example").status_code == 421
    assert visits(app) == []


def test_the_door_and_flask_say_the_same(mia, larder):
    plain = mia.get()
    log_in(mia.browser, larder.editor)
    through_flask = mia.get()

    ours = {"X-Robots-Tag", "Vary", *plain.headers.keys()} - {"Set-Cookie"}
    assert through_flask.data == plain.data
    assert {name: through_flask.headers[name] for name in ours} == {
        name: plain.headers[name] for name in ours
    }


def test_a_started_page_is_there_at_once_and_a_paused_one_gone(mia, larder):
    assert mia.get().status_code == 200

    lifecycle.pause(larder.experiment, larder.approver)
    assert mia.get().status_code == 503

    lifecycle.resume(larder.experiment, larder.approver)
    assert mia.get().status_code == 200


def test_when_nothing_can_be_stored_the_page_says_so_and_sets_no_cookie(app, mia):
    mia.get()
    with broken_store():
        Visitor(app).get()
        # Until here nobody knew; now the recorder has given up what it held.
        runtime(app).recorder.flush()
        page = Visitor(app).get()

    assert page.status == "200 OK"
    assert "Try again in a minute." in words_in(page)
    assert "Set-Cookie" not in page.headers


def test_an_address_may_be_typed_in_capitals(mia):
    assert mia.get("/p/LARDER").status_code == 200


def test_over_https_no_other_host_can_set_our_cookie(secure: Flask, larder: Larder):
    page = secure.test_client().get("/p/larder", base_url="https://localhost")

    assert page.headers["Set-Cookie"].startswith("__Host-wb-p1=")
    assert page.headers["Set-Cookie"].endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.fixture
def secure(app: Flask, now: HandClock) -> Iterator[Flask]:
    """The same app at an address with https."""
    yield from set_up(app, now, base_url="https://localhost")


@pytest.fixture
def behind(app: Flask, now: HandClock) -> Iterator[Flask]:
    """The same app behind a proxy that is trusted."""
    yield from set_up(app, now, trusted_proxies=1)


def set_up(app: Flask, now: HandClock, **settings: Any) -> Iterator[Flask]:
    """An app with other settings, which has stored what came when the test ends."""
    found = create_app(replace(runtime(app).settings, **settings), now)
    yield found
    runtime(found).recorder.close()
    with found.app_context():
        db.engine.dispose()


def test_without_cookies_who_comes_through_a_proxy_is_told_by_what_it_says(behind: Flask):
    start_page(options=Options(counting="cookieless"))
    for network in ("10.0.0.1", "10.0.0.2", "10.0.0.1"):
        come(behind, {"X-Forwarded-For": network, "Sec-Fetch-Mode": "navigate"})

    assert len(visits(behind)) == 2


def test_that_it_came_by_https_is_known_from_the_proxy(behind: Flask, larder: Larder):
    come(behind, {"X-Forwarded-Proto": "https"})

    # A browser as new as it says it is would have told how the request came about.
    assert visits(behind) == []
    assert db.session.scalars(db.select(MachineCount.count)).all() == [1]


def come(app: Flask, headers: dict[str, str]) -> None:
    page = app.test_client().get("/p/larder", headers={"User-Agent": CHROME, **headers})
    assert page.status_code == 200


def fill(recorder: Recorder, experiment_id: int) -> None:
    """Hand over visits until no more are taken."""
    visit = Served(experiment_id, "control", "mia", 0, "direct", "phone", PHONE)
    with suppress(QueueFull):
        while True:
            recorder.put(visit)


def test_a_page_is_served_without_cookie_while_too_much_waits_to_be_stored(
    app: Flask, larder: Larder, now: HandClock, tmp_path: Path
):
    lock = WriteLock(tmp_path / "held.lock")
    recorder = Recorder(db.engine, lock, now)
    page = runtime(app).pages.find_running("/p/larder")
    answers = PageServer(runtime(app).renderer, recorder, now, is_https=False)

    with lock:
        fill(recorder, larder.experiment.id)
        answer = answers.serve(page, ENVIRON)

    recorder.close()
    assert strings_for("en").try_later in answer.body.decode()
    assert "Set-Cookie" not in dict(answer.headers)


def test_one_request_waits_for_a_database_that_hangs_and_the_others_go_on(
    app: Flask, larder: Larder
):
    time, is_back = [0.0], threading.Event()
    pages = LivePages(db.engine, clock_of(app), is_https=False, seconds=lambda: time[0])
    assert pages.find_running("/p/larder") is not None
    sa.event.listen(db.engine, "before_cursor_execute", lambda *_: is_back.wait())
    time[0] = 60.0
    waiting = threading.Thread(target=pages.find_running, args=("/p/larder",))
    waiting.start()

    found = pages.find_running("/p/larder")

    is_back.set()
    waiting.join()
    assert found is not None
