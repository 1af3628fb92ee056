"""Who was turned away: a line for each member, route and hour, so that nobody fills the log.

It says which route, and nothing of what stood in its place: that may be somebody else's.
"""

import logging
import re
from datetime import timedelta

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from wbtest.store import describe, end_reading, writing
from wbtest.team import access, limits
from wbtest.team.audit.log import record

log = logging.getLogger(__name__)
WINDOW = timedelta(hours=1)
# For how many seconds an answer waits for other writers; the next one tries again.
PATIENCE = 0.25
_CONVERTER = re.compile(r"<[a-z]+(?:\([^)]*\))?:")


def note(action: str) -> None:
    """Add the line to the log, unless it stands there already.

    A database that cannot be written, or not at once, does not change what they are answered.
    """
    person, rule = access.find_person(), request.url_rule
    if person is None or rule is None:
        return
    route = name_of(request.method, rule.rule)
    names = names_of(person.id, route)
    # Whoever waits for a second connection while they have one may wait for themselves.
    end_reading()
    try:
        if limits.wait_for(names, 1):
            return
        with writing(within=PATIENCE) as session:
            total, _ = limits.count(session.connection(), names, 1, WINDOW)
            if total == 1:
                record(action, route)
    except SQLAlchemyError as error:
        log.warning("that %s was refused could not be written down: %s", route, describe(error))


def name_of(method: str, rule: str) -> str:
    """Return what a line says of a route.

    >>> name_of("HEAD", "/experiments/<int:experiment_id>/signups")
    'GET /experiments/<experiment_id>/signups'
    """
    return f"{'GET' if method == 'HEAD' else method} {_CONVERTER.sub('<', rule)}"


def names_of(person_id: int, route: str) -> limits.Names:
    """Return under which name it is counted that this member was turned away there."""
    return limits.plain_names(f"turned away: {person_id} {route}")
