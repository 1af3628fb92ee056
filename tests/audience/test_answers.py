"""A page is served whatever happens behind it."""

import threading
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from tests.audience.larder import PHONE, Larder, clock_of
from tests.conftest import HandClock
from wbtest.audience.answers import Answers
from wbtest.audience.live_pages import LivePages
from wbtest.audience.recording.events import Served
from wbtest.audience.recording.recorder import QueueFull, Recorder
from wbtest.extensions import db
from wbtest.locks import WriteLock
from wbtest.publishing.page_strings import strings_for
from wbtest.runtime import runtime

ENVIRON = {"HTTP_USER_AGENT": PHONE, "HTTP_HOST": "localhost"}


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
    answers = Answers(runtime(app).printer, recorder, now, is_https=False)

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
