"""How much waits for the signed-in member, for the navigation of every page."""

from __future__ import annotations

from flask import Response, request, session

from wbtest.extensions import clock
from wbtest.ideas.todo_queries import waits_for
from wbtest.team import access

KEY = "waiting"
# To count means to judge every open test, so it is done once a minute and after each form.
SECONDS = 60


def waiting_count() -> int:
    """Return how much waits for the signed-in member, at most a minute old."""
    kept = session.get(KEY)
    if kept:
        person_id, counted_at, count = kept
        age = clock.now().timestamp() - counted_at
        if person_id == access.person().id and 0 <= age < SECONDS:
            return int(count)
    return keep_count(len(waits_for(access.membership())))


def keep_count(count: int) -> int:
    """Keep in the session how much waits for the signed-in member, and return it."""
    session[KEY] = (access.person().id, clock.now().timestamp(), count)
    return count


def forget_count(response: Response) -> Response:
    """Count again after a form: it may have done what waited. Visitors have no session."""
    if request.method == "POST" and request.blueprint not in ("audience", "api", None):
        session.pop(KEY, None)
    return response
