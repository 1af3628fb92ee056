"""Several who act at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask

from wbtest import store
from wbtest.extensions import db
from wbtest.store import Refused, lock

Found = TypeVar("Found")
# What isn't done after LONG seconds waits for the lock, which it would do for LONGER.
LONG, LONGER = 30, 60


def at_once(app: Flask, *tries: Callable[[], object]) -> list[object]:
    """What came of each, done in one moment: what it returned, or how it was refused."""
    gate = Barrier(len(tries))

    def attempt(do: Callable[[], object]) -> object:
        with app.app_context():
            gate.wait()
            try:
                return do()
            except Refused as refused:
                return type(refused)

    db.session.rollback()
    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(attempt, tries))


def while_somebody_writes(app: Flask, what: sa.Executable, do: Callable[[], Found]) -> Found:
    """What came of ``do`` while somebody else had written this and did not end.

    Raises TimeoutError when it waited for them.
    """

    def doing() -> Found:
        with app.app_context():
            return do()

    writing_too = db.engine.connect().execution_options(writes=True)
    with (
        pytest.MonkeyPatch.context() as patch,
        ThreadPoolExecutor(1) as pool,
        lock(),
        writing_too as other,
    ):
        patch.setattr(store, "LOCK_SECONDS", LONGER)
        other.execute(what)
        return pool.submit(doing).result(LONG)
