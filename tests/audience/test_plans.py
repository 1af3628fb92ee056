"""What the recorder asks for goes by an index that knows more than the experiment.

Otherwise each group would look at all that is stored of it. Plans are SQLite's, whatever the run is
on: PostgreSQL makes its own from how much there is.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.audience.recording import Database, Page
from tests.conftest import HandClock
from wbtest import locks, store

ROWS = "visits|sightings|signups|engagements"
LOOKS_AT_ALL = re.compile(rf"SCAN ({ROWS})|SEARCH ({ROWS}) USING .*\(experiment_id=\?\)")


@pytest.fixture
def page(sqlite_url: str, tmp_path: Path, now: HandClock) -> Iterator[Page]:
    engine = sa.create_engine(sqlite_url)
    store.prepare(engine)
    database = Database(engine, locks.WriteLock(tmp_path / "test.lock"), now)
    yield Page(database)
    for recorder in database.recorders:
        recorder.close()
    engine.dispose()


def test_no_group_looks_at_all_that_is_stored_of_an_experiment(page: Page) -> None:
    asked: dict[str, Any] = {}

    def note(_c: object, _d: object, text: str, values: Any, _e: object, is_many: bool) -> None:
        asked[text] = values[0] if is_many else values

    sa.event.listen(page.database.engine, "before_cursor_execute", note)
    page.see("mia")
    page.sign_up("mia@x.io", "mia", 5, subject="Hello", most_an_hour=2, counted_as="net")
    page.sign_up("leo@x.io", "", 6, subject="Hello", most_an_hour=1, counted_as="net")
    page.see("mia", 1)
    page.recorder.flush()
    sa.event.remove(page.database.engine, "before_cursor_execute", note)

    plans = [plan for text, values in asked.items() for plan in plan_of(page, text, values)]
    assert any("SEARCH signups USING" in plan for plan in plans)
    assert [plan for plan in plans if LOOKS_AT_ALL.search(plan)] == []


def plan_of(page: Page, text: str, values: Any) -> list[str]:
    if not text.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
        return []
    with page.database.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
