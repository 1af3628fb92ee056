"""Slow requests are logged, with how many statements they ran."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import event

from tests.conftest import Browser
from tests.factories import Team, log_in
from wbtest.config import Settings
from wbtest.extensions import db


class TestWithALimit:
    """An instance that logs whatever takes longer than a millisecond."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, slow_ms=1)

    def test_a_slow_request_is_logged_with_the_statements_it_ran(
        self, client: Browser, team: Team, caplog: pytest.LogCaptureFixture
    ) -> None:
        log_in(client, team.viewer)
        caplog.clear()
        asked: list[object] = []
        event.listen(db.engine, "before_cursor_execute", lambda *_: asked.append(_))

        client.get("/ideas?q=secret")

        [found] = re.findall(r"slow: ideas\.ideas took \d+ ms and (\d+) statements", caplog.text)
        assert int(found) == len(asked) > 0
        assert "secret" not in caplog.text


def test_without_a_limit_nothing_is_counted(
    app: Flask, client: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/login")

    assert "slow:" not in caplog.text
    assert not db.engine.dispatch.before_cursor_execute
