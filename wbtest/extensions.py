"""The Flask extensions, as objects only; ``create_app`` ties them to an app."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from wbtest.runtime import runtime

Now = Callable[[], datetime]


class Base(DeclarativeBase):
    """Parent of every model. Named constraints, so that migrations can change them on SQLite."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Clock:
    """The app's idea of now, given to ``create_app`` so that a test can live through two weeks."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        return runtime().now()


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


def seconds_of(now: Now) -> Callable[[], float]:
    """Return a clock that shows what ``now`` does, in seconds since 1970.

    The visitor path looks at it several times for each visit. That of the machine can be read
    without making a date first, in a sixth of the time.
    """
    return time.time if now is utc_now else lambda: now().timestamp()


db = SQLAlchemy(model_class=Base)
csrf = CSRFProtect()
login = LoginManager()
clock = Clock()
