"""What the recorder asks for goes by an index that knows more than the experiment.

Otherwise each group would look at all that is stored of it. Plans are SQLite's, whatever the run is
on: PostgreSQL makes its own from how much there is.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.audience.recording import Database, Page
from tests.conftest import HandClock
from wbtest import store

ROWS = "visits|sightings|signups|engagements"
LOOKS_AT_ALL = re.compile(rf"SCAN ({ROWS})|SEARCH ({ROWS}) USING .*\(experiment_id=\?\)")


@pytest.fixture
def page(sqlite_url: str, tmp_path: Path, now: HandClock) -> Iterator[Page]:
    engine = sa.create_engine(sqlite_url)
    store.prepare(engine)
    database = Database(engine, store.WriteLock(tmp_path / "test.lock"), now)
    yield Page(database)
    for recorder in database.recorders:
        recorder.close()
    engine.dispose()


def test_no_group_looks_at_all_that_is_stored_of_an_experiment(page: Page) -> None:
    asked: list[str] = []
    # As SQLite has them, with their values: some are handed to the driver itself.
    trace = partial(_trace, asked.append)
    sa.event.listen(page.database.engine, "checkout", trace)
    page.see("mia")
    page.sign_up("mia@x.io", "mia", 5, subject="Hello", most_an_hour=2, counted_as=("net",))
    page.sign_up("leo@x.io", "", 6, subject="Hello", most_an_hour=1, counted_as=("net",))
    page.see("mia", 1)
    page.recorder.flush()
    sa.event.remove(page.database.engine, "checkout", trace)

    plans = [plan for text in set(asked) for plan in plan_of(page, text)]
    assert any("SEARCH signups USING" in plan for plan in plans)
    assert [plan for plan in plans if LOOKS_AT_ALL.search(plan)] == []


def _trace(note: Callable[[str], None], driver: Any, *_: object) -> None:
    driver.set_trace_callback(note)


def plan_of(page: Page, text: str) -> list[str]:
    if not text.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
        return []
    with page.database.engine.connect() as connection:
        plain = connection.connection.driver_connection
        return [row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {text}")]
