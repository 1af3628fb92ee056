"""A job that goes through many things: one that fails keeps none of the others waiting."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from wbtest.extensions import db
from wbtest.store import describe

log = logging.getLogger(__name__)

T = TypeVar("T")


class SomeFailed(Exception):
    """What a job could not do, while it did the rest; the text names each and says why."""


def for_each(things: Iterable[T], act: Callable[[T], object], name: Callable[[T], str]) -> None:
    """Act on each thing, also on those after one that failed.

    Raises SomeFailed at the end, so that the job is noted as failed; ``name`` says of what.
    """
    failed = []
    # Named before any is touched: after a failure even reading a name may fail.
    for called, thing in [(name(thing), thing) for thing in things]:
        try:
            act(thing)
        except Exception as error:
            log.exception("%s failed", called)
            # What was begun is undone, or the next one would find a broken transaction.
            db.session.rollback()
            failed.append(f"{called}: {describe(error)}")
    if failed:
        raise SomeFailed("; ".join(failed))
