"""The check of connections sees one that is open, and none that was closed."""

import sqlite3
from contextlib import closing

from tests import open_connections


def test_a_connection_is_noted_with_the_line_that_opened_it_until_it_is_closed() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        noted, stack = open_connections._opened[-1]

        assert noted is connection
        assert open_connections.is_open(noted)
        assert "test_open_connections.py" in open_connections._place_of(stack)

    assert not open_connections.is_open(connection)
