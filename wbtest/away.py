"""Which errors tell of the database itself, and nothing of what it was asked."""

from sqlalchemy import exc

# One that has become a replica takes no writes, and calls that an internal error.
AWAY = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
# PostgreSQL's numbers for a table or column that is not there, or not ours: in its place is an
# older database now, or another one.
OTHER_SHAPE = ("42P01", "42703", "42501")


def is_away(error: BaseException) -> bool:
    """Whether the database cannot do its work now, so that to try later may help.

    >>> is_away(exc.InternalError("", None, Exception("read-only transaction")))
    True
    >>> is_away(exc.DataError("", None, Exception("too long")))
    False
    """
    if isinstance(error, AWAY) or type(error) is exc.DatabaseError:
        # The last is what SQLite says of a damaged file.
        return True
    return getattr(getattr(error, "orig", None), "sqlstate", "") in OTHER_SHAPE
