"""Small notes beside what a request is about, such as that something was used: nobody waits."""

import logging

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from wbtest.extensions import db
from wbtest.store import describe, lock

log = logging.getLogger(__name__)
# In seconds. For PostgreSQL none at all would be a wait without end.
AT_ONCE = 0.001


def note(statement: sa.Executable, what: str) -> bool:
    """Write this down in a transaction of its own, at once or not at all; return whether it was.

    What the request reads goes on beside it. While others write, or when the database cannot be
    written, the log says that ``what`` was left out.
    """
    options = {"writes": True, "within": AT_ONCE}
    try:
        with (
            lock().within(AT_ONCE),
            db.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            connection.execute(statement)
    except SQLAlchemyError as error:
        log.warning("%s could not be written down: %s", what, describe(error))
        return False
    return True
