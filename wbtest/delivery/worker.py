"""The background worker: sends what is due and runs the areas' jobs until it is told to stop.

Any number may run, on any machine: each mail, event and job is claimed before it is worked on.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from wbtest.delivery.jobs import run_due_jobs
from wbtest.delivery.posting import post_some
from wbtest.delivery.sending import send_some

log = logging.getLogger(__name__)

BEAT = "worker"
BEAT_EVERY = timedelta(minutes=1)
REST_SECONDS = 1.0


def work(app: Flask, stop: threading.Event, is_over: Callable[[], bool] = lambda: False) -> None:
    """Work until ``stop`` is set or ``is_over()`` says so; what is begun is finished first."""
    while not stop.is_set() and not is_over():
        try:
            is_busy = step(app)
        except SQLAlchemyError:
            # The database may be away for a while; what was due stays due.
            log.exception("the worker could not reach the database")
            is_busy = False
        except Exception:
            # What was claimed comes again when its lease is over; the rest must not wait for it.
            log.exception("a step of the worker failed")
            is_busy = False
        if not is_busy:
            stop.wait(REST_SECONDS)


def beat(_now: datetime) -> None:
    """A job that does nothing: that it ran is the sign of life that others look for."""


def step(app: Flask) -> bool:
    """Run what is due, send some mails, and post to one webhook; True when there may be more.

    Mails and a webhook take turns, and a webhook that fails or is slow rests: so neither holds up
    the other.
    """
    # A context of its own for each step, as a request has: no session outlives it.
    with app.app_context():
        run_due_jobs()
        has_sent, has_posted = send_some(), post_some()
        return has_sent or has_posted
