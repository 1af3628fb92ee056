"""Pages of figures may read sums from a replica; nothing else does, and they do without it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Browser
from tests.factories import Team, log_in
from wbtest.audience.counts import CLOCK, DAYS, HOURLY, HOURS, KINDS
from wbtest.audience.models import Signup
from wbtest.config import Settings
from wbtest.extensions import SUMS_FROM, Base, db
from wbtest.publishing.models import Experiment
from wbtest.question import Question
from wbtest.replica import AS_OF
from wbtest.store import writing
from wbtest.team.models import LoginSession


@pytest.fixture
def elsewhere(app: Flask) -> Iterator[sa.Engine]:
    """An engine from which this session reads its sums."""
    engine = sa.create_engine("sqlite://")
    db.session.info[SUMS_FROM] = engine
    yield engine
    engine.dispose()


@pytest.mark.parametrize("table", [CLOCK, DAYS, HOURLY, HOURS, KINDS])
def test_sums_are_read_elsewhere(elsewhere: sa.Engine, table: sa.Table) -> None:
    assert db.session.get_bind(clause=sa.select(sa.func.sum(table.c.seen))) is elsewhere


def test_a_transaction_that_has_asked_here_asks_for_sums_there_from_then_on(app: Flask) -> None:
    question = Question(sa.select(sa.func.count()).select_from(KINDS))
    # The second one knows the connection of the first.
    before = [question.ask(), question.ask()]
    engine = sa.create_engine("sqlite://")
    db.session.info[SUMS_FROM] = engine

    with pytest.raises(sa.exc.OperationalError, match="no such table: kind_totals"):
        question.ask()

    db.session.remove()
    engine.dispose()
    assert before == [[(0,)], [(0,)]]


@pytest.mark.parametrize(
    "statement",
    [
        sa.select(LoginSession),
        sa.select(Signup),
        sa.select(KINDS.c.seen).join(Experiment, Experiment.id == KINDS.c.experiment_id),
        sa.update(KINDS).values(seen=0),
        sa.text("SELECT 1"),
    ],
)
def test_all_else_is_asked_of_the_primary(elsewhere: sa.Engine, statement: Any) -> None:
    assert db.session.get_bind(clause=statement) is db.engine


def test_nothing_that_is_written_rests_on_a_replica(elsewhere: sa.Engine) -> None:
    with writing() as session:
        assert session.get_bind(clause=sa.select(KINDS)) is db.engine
    assert db.session.get_bind(clause=sa.select(KINDS)) is db.engine


def test_no_sum_names_anybody(tables: sa.MetaData) -> None:
    sums = [table for table in Base.metadata.sorted_tables if table.info.get("is_sum")]

    assert {"kind_totals", "machine_counts", "engagement_counts"} < {table.name for table in sums}
    assert not [table for table in sums if {"visitor", "email"} & {*table.columns.keys()}]


def test_a_page_says_that_its_figures_are_old(app: Flask, elsewhere: sa.Engine) -> None:
    db.session.info[AS_OF] = datetime.fromisoformat("2027-03-01T08:58:00+00:00")

    with app.test_request_context():
        page = app.jinja_env.get_template("macros/frame.html").module.behind()  # type: ignore[attr-defined]

    assert "as of 1 March 2027, 08:58 UTC" in page


@pytest.mark.postgresql
class TestWithoutOne:
    """Where the setting names the primary itself, which is as bad as a replica that is gone."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, read_url=settings.database_url)

    @pytest.fixture(autouse=True)
    def closed(self, app: Flask) -> Iterator[None]:  # noqa: ARG002 - its engines
        yield
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()

    def test_pages_read_the_primary(
        self, client: Browser, team: Team, caplog: pytest.LogCaptureFixture
    ) -> None:
        log_in(client, team.viewer)

        assert client.get("/portfolio").status_code == 200
        assert "from the primary: WBTEST_READ_URL names the primary, which is no" in caplog.text

    def test_readyz_tells_and_turns_nobody_away(self, client: Browser) -> None:
        told = client.get("/readyz").json

        assert told
        assert told["replica"] == "The replica cannot be read; figures come from the primary."
        assert "replica" not in told["wrong"]
