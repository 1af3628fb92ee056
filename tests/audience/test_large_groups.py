"""A large group is stored as a small one is, though PostgreSQL takes it in another way."""

import pytest
import sqlalchemy as sa

from tests.audience.recording import START_US, Page
from wbtest.audience.models import Visit
from wbtest.audience.recording.ledger import VISITS
from wbtest.audience.recording.rows import ROWS_TO_COPY, VisitRow, keep
from wbtest.store import writing_group

ODD = ("\\N", "\t", "a\\b", "é", "", '"', "new\nline")


def visit(experiment_id: int, number: int, source: str) -> VisitRow:
    return VisitRow(experiment_id, f"v{number:03}", "", "control", START_US, source, "phone", "")


def test_a_large_group_is_stored_as_it_came(page: Page) -> None:
    rows = [visit(page.id, n, ODD[n % len(ODD)]) for n in range(ROWS_TO_COPY)]

    with writing_group(page.database.engine, page.database.lock) as connection:
        found = keep(connection, VISITS, [*rows, rows[0]])

    assert found.new == rows
    stored = page.database.read(sa.select(VISITS).order_by(Visit.visitor))
    assert [VisitRow(**row._mapping) for row in stored] == rows


@pytest.mark.postgresql
def test_a_large_group_that_cannot_be_stored_raises_as_a_small_one(page: Page) -> None:
    rows = [visit(page.id, n, "a-name-that-is-nobodys-business") for n in range(ROWS_TO_COPY)]
    # Of a row that lacks something PostgreSQL tells all that it has.
    rows[-1] = rows[-1]._replace(device=None)  # type: ignore[arg-type]

    with (
        pytest.raises(sa.exc.IntegrityError) as raised,
        writing_group(page.database.engine, page.database.lock) as connection,
    ):
        keep(connection, VISITS, rows)

    assert "nobodys-business" not in str(raised.value)
    assert page.database.read(sa.select(VISITS)) == []
