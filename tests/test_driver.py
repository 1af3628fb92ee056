"""Statements for the driver itself: cut into few lengths, and right whatever their number."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from wbtest import driver, store
from wbtest.extensions import db
from wbtest.team.models import LimitCount

COUNTS = LimitCount.__table__
NAMES = ("key", "expires_at", "hits")
ENDS = datetime(2027, 3, 1, 9, 30, 0, 5, tzinfo=UTC)
HITS = f"SELECT key, hits FROM limit_counts WHERE key IN ({driver.MANY})"


@pytest.mark.parametrize("number", [0, 1, 2, 3, 7, 128, 129, 300])
def test_parts_hold_all_rows_in_order(number: int) -> None:
    rows = list(range(number))

    cut = list(driver.parts(rows))

    assert [row for part in cut for row in part] == rows
    assert all(len(part).bit_count() == 1 and len(part) <= driver.MOST_ROWS for part in cut)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 7, 128, 129, 300])
def test_parts_that_are_filled_hold_the_last_row_again(number: int) -> None:
    rows = list(range(number))

    cut = [row for part in driver.parts(rows, is_filled=True) for row in part]

    assert cut[:number] == rows
    assert set(cut) == set(rows)


def test_rows_are_inserted_and_found_again(app: Flask) -> None:
    rows = [(f"key {number:03}", ENDS, number) for number in range(300)]
    with store.writing() as session:
        driver.insert(session.connection(), COUNTS, NAMES, rows)
        found = driver.ask_each(session.connection(), HITS, [row[0] for row in rows])
        stored = session.execute(sa.select(COUNTS)).all()

    assert sorted(found) == [(key, hits) for key, _, hits in rows]
    assert sorted(stored) == rows


@pytest.mark.parametrize("ends", [ENDS, ENDS.replace(microsecond=0)])
def test_a_moment_is_the_one_that_is_stored(app: Flask, ends: datetime) -> None:
    with store.writing() as session:
        connection = session.connection()
        driver.insert(connection, COUNTS, NAMES, [("key", ends, 1)])
        at_it = f"{HITS} AND expires_at = ?"

        found = driver.ask_each(connection, at_it, ["key"], [driver.moment_of(ends, connection)])

    assert found == [("key", 1)]


def test_no_keys_find_nothing(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert driver.ask_each(connection, HITS, []) == []


def test_a_statement_that_fails_raises_what_sqlalchemy_raises(app: Flask) -> None:
    with db.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as it:
        driver.ask(connection, "SELECT nothing FROM nowhere WHERE x = ?", ("secret",))

    assert "secret" not in str(it.value)


def test_so_does_one_over_a_connection_that_was_closed(app: Flask) -> None:
    engine = sa.create_engine(db.engine.url)
    with engine.connect() as connection:
        connection.connection.driver_connection.close()

        with pytest.raises(sa.exc.DBAPIError):
            driver.ask(connection, "SELECT 1", ())

        connection.invalidate()
    engine.dispose()
