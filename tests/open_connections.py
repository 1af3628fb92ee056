"""No module of tests leaves a connection to a SQLite file to the garbage collector.

Python 3.13 warns of one that is collected, in whatever test runs just then; this names the line
that opened it, on every Python.
"""

import sqlite3
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

# Each connection since the module began, and where it was opened.
_opened: list[tuple[sqlite3.Connection, traceback.StackSummary]] = []
INNERMOST = 12


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "sqlite3.connect/handle":
        frames = traceback.walk_stack(sys._getframe(1))
        stack = traceback.StackSummary.extract(frames, limit=40, lookup_lines=False)
        _opened.append((arguments[0], stack))


def is_open(connection: sqlite3.Connection) -> bool:
    """Whether it was not closed yet; any thread may ask."""
    try:
        connection.total_changes  # noqa: B018 - the one question that needs no thread of its own
    except sqlite3.ProgrammingError:
        return False
    return True


def pytest_configure() -> None:
    sys.addaudithook(_note)


@pytest.fixture(scope="module", autouse=True)
def every_connection_is_closed() -> Iterator[None]:
    """Fails the last test of a module when something that the module opened is open after it."""
    _opened.clear()
    yield
    left = [_place_of(stack) for connection, stack in _opened if is_open(connection)]
    _opened.clear()
    assert left == [], "connections that nobody closed, by where they were opened"


def _place_of(stack: traceback.StackSummary) -> str:
    """The innermost line of ours, and of its callers in the tests."""
    ours = [frame for frame in stack if "/tests/" in frame.filename or "/wbtest/" in frame.filename]
    return " < ".join(f"{frame.filename}:{frame.lineno}" for frame in ours[:INNERMOST])
