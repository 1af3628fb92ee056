"""What is read belongs together: all of it of one moment, whatever is written meanwhile."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from wbtest.extensions import db

View = TypeVar("View", bound=Callable[..., Any])


def read_one_moment() -> None:
    """Let all that is read from here on be of one moment, whatever is written meanwhile.

    It lasts until the transaction ends. What was read before is read anew.
    """
    session = db.session
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        # On SQLite every transaction is of the moment of its first read.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def of_one_moment(view: View) -> View:
    """Let all that a view reads be of one moment, who is asking included.

    Otherwise a page of figures ends the transaction in which it looked that up, and asks again.
    """

    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Any:
        read_one_moment()
        return view(*args, **kwargs)

    return cast(View, reading)
