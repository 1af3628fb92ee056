"""The Flask extensions, and what one app runs with; ``create_app`` ties both to an app."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

if TYPE_CHECKING:
    # For their names alone: at run time this module knows no area.
    from datetime import date
    from pathlib import Path
    from typing import Any

    from flask import Flask

    from wbtest.audience.live_pages import LivePages
    from wbtest.audience.page_renderer import PageRenderer
    from wbtest.audience.page_server import PageServer
    from wbtest.audience.recording.recorder import Recorder
    from wbtest.audience.signups import AbuseGuard
    from wbtest.config import Settings
    from wbtest.delivery.http_client import Policy
    from wbtest.delivery.mail_sender import HtmlPart, Mail
    from wbtest.delivery.models import OutboxMail
    from wbtest.delivery.worker import Job
    from wbtest.publishing.models import Experiment
    from wbtest.store import NoLock, WriteLock

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


@dataclass
class Hooks:
    """What a lower area asks of a higher one, which puts its answer here in its ``init_app``."""

    # What the worker does now and then, by name.
    jobs: dict[str, Job] = field(default_factory=dict)
    # Whether a mail that is due may still be sent.
    may_leave: Callable[[OutboxMail], bool] = field(init=False)
    # What a mail of a test's page says as HTML.
    as_html: Callable[[Mail], HtmlPart] = field(init=False)
    # Mails the owners: subject and text.
    tell_owners: Callable[[str, str], None] = field(init=False)
    # What the first screen of a test's results shows of its decisions.
    decision_part: Callable[[Experiment], dict[str, Any]] = field(init=False)
    # How much waits for the signed-in member, for the navigation.
    waiting_count: Callable[[], int] = field(init=False)
    # The time zone of the newest test.
    usual_zone: Callable[[], str] = field(init=False)


@dataclass
class Runtime:
    """What ``create_app`` made or was given, and what stands between visitors and the database."""

    settings: Settings
    now: Now
    lock: WriteLock | NoLock
    # Host names under which this app may be asked for pages.
    hosts: frozenset[str]
    docs: Path
    # Who stands in the audit log for what no request asked for; '' for the worker.
    actor: str = ""
    hooks: Hooks = field(default_factory=Hooks)
    # Under which limits are counted, by day, as far as this process has read them.
    limit_keys: dict[date, bytes] = field(default_factory=dict)
    outgoing: Policy = field(init=False)
    recorder: Recorder = field(init=False)
    pages: LivePages = field(init=False)
    renderer: PageRenderer = field(init=False)
    page_server: PageServer = field(init=False)
    guard: AbuseGuard = field(init=False)


def runtime(app: Flask | None = None) -> Runtime:
    """Return what this app, or the current one, runs with."""
    found: Runtime = (app or current_app).extensions["wbtest"]
    return found


db = SQLAlchemy(model_class=Base)
csrf = CSRFProtect()
login = LoginManager()
clock = Clock()
