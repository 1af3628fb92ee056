"""/metrics: what processes measured and what the database says, for who shows the token."""

import errno
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.audience.larder import Visitor, broken_store, signups, start_page
from tests.conftest import Browser, HandClock
from wbtest.audience.recording import writer
from wbtest.config import Settings
from wbtest.delivery import metrics, outbox, worker

TOKEN = "for-tests-0123456789"


def test_without_a_token_set_there_is_no_such_page(client: Browser) -> None:
    assert client.get("/metrics").status_code == 404


class TestWithAToken:
    """An instance whose figures are asked for, with a page on the air."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, metrics_token=TOKEN)

    @pytest.fixture
    def page_on_the_air(self, app: Flask) -> None:  # noqa: ARG002 - it needs the app's context
        start_page()

    def read(self, client: Browser) -> dict[tuple[str, ...], float]:
        """All figures, by name and the values of their labels."""
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    @pytest.mark.parametrize(
        "shown", [{}, {"Authorization": "Bearer guessed"}, {"Authorization": f"Basic {TOKEN}"}]
    )
    def test_nobody_reads_it_without_showing_the_token(
        self, client: Browser, shown: dict[str, str]
    ) -> None:
        answer = client.get("/metrics", headers=shown)

        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "wbtest_" not in answer.text

    def test_a_token_in_the_address_opens_nothing(self, client: Browser) -> None:
        assert client.get(f"/metrics?token={TOKEN}").status_code == 401

    def test_it_answers_by_whatever_name_the_machine_is_asked(self, client: Browser) -> None:
        asked = {"Authorization": f"Bearer {TOKEN}", "Host": "10.0.0.7"}

        assert client.get("/metrics", headers=asked).status_code == 200

    @pytest.mark.usefixtures("page_on_the_air")
    def test_what_visitors_did_is_counted_once_it_is_stored(
        self, app: Flask, client: Browser
    ) -> None:
        for number in range(3):
            mia = Visitor(app)
            page = mia.get()
            mia.see(page)
            if number:
                mia.sign_up(page, f"mia{number}@x.io")
        app.extensions["wbtest.recorder"].flush()

        found = self.read(client)

        stored = {key[1]: number for key, number in found.items() if "_stored_total" in key[0]}
        assert stored == {"served": 3, "seen": 3, "signed_up": 2}
        assert found["wbtest_commit_delay_seconds_count",] >= 2
        assert found["wbtest_events_waiting",] == 0

    @pytest.mark.usefixtures("page_on_the_air")
    def test_what_could_not_be_stored_is_counted_and_named(
        self, app: Flask, client: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writer, "PAUSES", ())
        Visitor(app).get()
        with broken_store():
            Visitor(app).get()
            app.extensions["wbtest.recorder"].flush()

        found = self.read(client)

        assert found["wbtest_events_lost_total",] == 1
        assert found["wbtest_ready", "queue"] == 0

    @pytest.mark.usefixtures("page_on_the_air")
    def test_what_cannot_be_measured_is_stored_once_all_the_same(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(writer, "PAUSES", ())
        monkeypatch.setattr(metrics.Counting, "note_group", fail)
        mia = Visitor(app)

        answer = mia.sign_up(mia.get(), "mia@x.io")
        app.extensions["wbtest.recorder"].flush()

        assert answer.status_code == 303
        assert len(signups(app)) == 1
        assert app.extensions["wbtest.recorder"].lost == 0

    @pytest.mark.usefixtures("page_on_the_air")
    def test_who_waits_is_answered_where_a_loss_cannot_be_measured(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(writer, "PAUSES", ())
        monkeypatch.setattr(metrics.Counting, "note_lost", fail)
        mia = Visitor(app)
        page = mia.get()
        app.extensions["wbtest.recorder"].flush()

        with broken_store():
            assert mia.sign_up(page, "mia@x.io").status_code == 503

    def test_answers_are_counted_by_method_and_status(self, client: Browser) -> None:
        client.get("/nothing")
        client.get("/nothing")
        client.open("/nothing", method="BREW")

        found = self.read(client)

        assert found["wbtest_http_requests_total", "GET", "404"] == 2
        assert found["wbtest_http_requests_total", "other", "404"] == 1
        assert found["wbtest_http_request_seconds_count",] == 3

    def test_an_answer_that_cannot_be_counted_is_given_all_the_same(
        self, app: Flask, client: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise OSError("the file is gone")

        monkeypatch.setattr(app.extensions["wbtest.meter"], "note_answer", fail)

        assert client.get("/healthz").status_code == 200

    def test_a_worker_that_is_away_is_seen_with_its_last_sign(
        self, app: Flask, client: Browser, now: HandClock
    ) -> None:
        worker.step(app)
        was_there = now().timestamp()
        before = self.read(client)
        now.turn(minutes=6)
        after = self.read(client)

        assert (before["wbtest_ready", "worker"], after["wbtest_ready", "worker"]) == (1, 0)
        assert after["wbtest_worker_seen_timestamp_seconds",] == was_there

    def test_mails_that_wait_are_counted(self, client: Browser) -> None:
        outbox.queue_mail(recipient="ada@x.io", subject="Hello", body="Hello.")

        found = self.read(client)

        assert (found["wbtest_mails", "waiting"], found["wbtest_mails", "failed"]) == (1, 0)
        assert found["wbtest_webhook_events", "waiting"] == 0

    def test_without_a_database_it_says_so_and_nothing_of_it(self, client: Browser) -> None:
        with broken_store():
            found = self.read(client)

        assert found["wbtest_ready", "database"] == 0
        assert "wbtest_mails" not in {name for name, *_ in found}

    @pytest.mark.usefixtures("page_on_the_air")
    def test_no_address_and_no_page_stands_in_it(self, app: Flask, client: Browser) -> None:
        mia = Visitor(app)
        mia.sign_up(mia.get(), "mia@x.io")
        app.extensions["wbtest.recorder"].flush()

        text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text

        assert "larder" not in text
        assert "mia" not in text


def test_what_waited_in_a_process_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f"gauge_livesum_{gone.pid}.db"
    counted = tmp_path / f"counter_{gone.pid}.db"
    for file in (left, counted):
        file.touch()

    metrics._forget_the_dead(tmp_path)

    assert (left.exists(), counted.exists()) == (False, True)
