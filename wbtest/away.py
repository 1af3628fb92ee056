"""Which errors tell of the database itself, and nothing of what it was asked."""

from sqlalchemy import exc

# One that has become a replica takes no writes, and calls that an internal error.
AWAY = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
# PostgreSQL's numbers for a table or column that is not there, or not ours: in its place is an
# older database now, or another one.
OTHER_SHAPE = ("42P01", "42703", "42501")
# A page of a table or index that is damaged, and what follows in a transaction that failed.
DAMAGED = ("XX001", "XX002", "25P02")


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
    return _state(error) in OTHER_SHAPE


def is_everywhere(error: BaseException) -> bool:
    """Whether it is away for anything that is asked, and not for what touches a damaged page."""
    is_damage = type(error) is exc.DatabaseError or _state(error) in DAMAGED
    return is_away(error) and not is_damage


def _state(error: BaseException) -> str:
    found: str | None = getattr(getattr(error, "orig", None), "sqlstate", "")
    return found or ""
