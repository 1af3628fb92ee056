"""/healthz and /readyz: whether we answer, and whether all that is needed is there."""

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.audience.larder import Visitor, broken_store, start_page
from tests.conftest import Browser, HandClock
from wbtest import database
from wbtest.audience.recording import recorder
from wbtest.config import Settings
from wbtest.delivery import worker
from wbtest.extensions import db, runtime
from wbtest.team import health


def test_healthz_names_the_instance_and_nothing_else(client: Browser, settings: Settings) -> None:
    response = client.get("/healthz", headers={"Host": "10.0.0.7"})

    assert response.json == {"ok": True, "instance": health.instance_id(settings)}
    assert settings.secret_key not in response.text


class TestReady:
    """An instance on a migrated database whose worker is alive."""

    @pytest.fixture(autouse=True)
    def ready(self, app: Flask) -> None:
        db.drop_all()
        database.create_schema()
        worker.step(app)

    def test_all_is_well(self, client: Browser) -> None:
        response = client.get("/readyz")

        queue = {"length": 0, "seconds_to_commit": None}
        assert response.status_code == 200
        assert response.json == {"ok": True, "wrong": {}, "queue": queue}

    def test_it_says_how_long_what_visitors_did_took_to_be_stored(
        self, app: Flask, client: Browser
    ) -> None:
        start_page()
        Visitor(app).get()
        runtime(app).recorder.flush()

        assert client.get("/readyz").json["queue"] == {"length": 0, "seconds_to_commit": 0.0}

    def test_what_cannot_be_stored_is_named(
        self, app: Flask, client: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        start_page()
        monkeypatch.setattr(recorder, "PAUSES", ())
        Visitor(app).get()
        with broken_store():
            Visitor(app).get()
            runtime(app).recorder.flush()

        assert self.wrong(client) == ["queue"]

    def wrong(self, client: Browser) -> list[str]:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json
        return list(response.json["wrong"])

    def test_a_silent_worker_is_named(self, client: Browser, now: HandClock) -> None:
        now.turn(minutes=5)

        assert self.wrong(client) == ["worker"]

    def test_a_database_of_another_shape_is_named(self, client: Browser) -> None:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")

        assert self.wrong(client) == ["migrations"]

    def test_a_database_that_does_not_answer_is_named_alone(
        self, client: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> str:
            raise OperationalError("SELECT secret", {}, Exception("no database"))

        monkeypatch.setattr(health, "check_database", fail)

        assert self.wrong(client) == ["database"]
        assert "secret" not in client.get("/readyz").text

    def test_a_full_disk_is_named(self, client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "LEAST_BYTES", 1 << 62)

        assert self.wrong(client) == ["disk"]
