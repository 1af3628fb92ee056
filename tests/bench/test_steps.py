"""The ladder's steps: each answers the page, and only the last records that somebody came."""

import pytest
from flask import Flask
from werkzeug.test import Client, EnvironBuilder

from bench import page
from bench.steps import PATH, STEPS
from wbtest.audience.models import Visit
from wbtest.extensions import db

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An app with the benchmark's page open to strangers."""
    made, _ = page.make(tmp_path_factory.mktemp("ladder") / "instance")
    return made


def visits(app: Flask) -> int:
    app.extensions["wbtest.recorder"].flush()
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(Visit)) or 0


@pytest.mark.parametrize("name", STEPS)
def test_each_step_answers_the_page_and_the_last_alone_records(running: Flask, name: str):
    before = visits(running)
    visit = EnvironBuilder(path=PATH, headers={"User-Agent": BROWSER, "Accept-Encoding": "gzip"})

    answer = Client(STEPS[name].make(running)).open(visit)

    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert visits(running) - before == (name == "recorded")
