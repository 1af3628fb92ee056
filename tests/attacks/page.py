"""A running test in a real app with a clock that we turn, and browsers that come to it by HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from flask import Flask
from werkzeug.test import Client

from tests.attacks.people import DAY, NEVER, START, People
from tests.factories import CHEAP, find_team, make_approval, make_revision, make_running, make_team
from tests.steps.visitor import (
    ARRIVING,
    BEACON,
    DESKTOP,
    FROM_THE_PAGE,
    PHONE,
    TABLET,
    beacon_path,
    cookie_of,
    find_token,
    page_path,
    signup_form,
    signup_path,
    who_is,
)
from wbtest import create_app
from wbtest.config import Settings
from wbtest.extensions import Base, db, runtime
from wbtest.publishing.models import Experiment
from wbtest.results.figures import Results, results_of
from wbtest.results.trust import Panel, panel_of
from wbtest.team import passwords

SLUG = "larder"
HOST = "http://localhost"
AGENTS = (PHONE, DESKTOP, TABLET)
ARRIVES, LOOKS, SIGNS = range(3)
# Seconds from a page to its beacon.
LOOKING = 3


@dataclass
class Clock:
    """A clock that stands still until it is turned."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        """Make it so many seconds after the start."""
        self.now = START + timedelta(seconds=seconds)


class Page:
    """A page that is being tested, by ``make_rule`` of the tests with what the form proposes."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        self.app, self.clock = app, clock
        query = db.select(Experiment).where(Experiment.slug == SLUG)
        self.experiment: Experiment = db.session.scalars(query).one()

    def come(
        self,
        people: People,
        emails: Sequence[str],
        addresses: Sequence[str],
        only: int | None = None,
    ) -> int:
        """Let everybody come, look and sign up in the order of time; return refused forms.

        Who shall fall to which variant is up to the page; attackers look at ``only`` one, if given.
        """
        is_seen = people.is_seen | (people.is_false & (only is not None))
        wanted = None if only is None else self.experiment.variants[only].key
        steps = [(int(at), ARRIVES, who) for who, at in enumerate(people.at)]
        steps += [(at + LOOKING, LOOKS, who) for at, _, who in steps if is_seen[who]]
        steps += [
            (int(at + delay), SIGNS, who)
            for who, (at, delay) in enumerate(zip(people.at, people.delay, strict=True))
            if delay != NEVER and people.is_seen[who]
        ]
        browsers: dict[int, Browser] = {}
        refused, day = 0, 0
        for moment, step, who in sorted(steps):
            if moment // DAY > day:
                day = moment // DAY
                runtime(self.app).recorder.flush()
            self.clock.turn(moment)
            if step == ARRIVES:
                agent = AGENTS[people.device[who]]
                browsers[who] = Browser(self.app, addresses[who], agent)
                browsers[who].arrive()
            elif step == LOOKS:
                if not people.is_false[who] or wanted in (None, browsers[who].variant):
                    browsers[who].look()
            else:
                refused += not browsers.pop(who).sign_up(emails[who])
        runtime(self.app).recorder.flush()
        return refused

    def look(self, day: float) -> tuple[Results, Panel]:
        """Return what the dashboard says after so many days."""
        self.clock.turn(day * DAY)
        db.session.rollback()
        db.session.expire_all()
        results = results_of(self.experiment, self.clock())
        return results, panel_of(results.trust)


class Browser:
    """One browser: where it is, and what the page gave it."""

    def __init__(self, app: Flask, address: str, agent: str) -> None:
        self._client = Client(app.wsgi_app)
        self._sent = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent, "HTTP_HOST": "localhost"}
        self._token = ""
        # Which was shown, as the cookie says.
        self.variant = ""

    def arrive(self) -> None:
        """Open the page."""
        answer = self._ask("GET", page_path(SLUG), ARRIVING)
        assert answer.status_code == 200, answer.status
        self._token = find_token(answer.get_data(as_text=True))
        _, self.variant = who_is(cookie_of(answer.headers["Set-Cookie"]))

    def look(self) -> None:
        """Let the beacon say that somebody sees the page."""
        answer = self._send(beacon_path(SLUG), data=self._token, content_type=BEACON)
        assert answer.status_code == 204, answer.status

    def sign_up(self, email: str) -> bool:
        """Send the form; return whether it was taken."""
        answer = self._send(signup_path(SLUG), data=signup_form(self._token, email))
        assert answer.status_code in (303, 429), answer.status
        return bool(answer.status_code == 303)

    def _send(self, path: str, **parts: Any) -> Any:
        return self._ask("POST", path, {**FROM_THE_PAGE, "Origin": HOST}, **parts)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], **parts: Any) -> Any:
        return self._client.open(
            path, method=method, headers=headers, environ_overrides=self._sent, **parts
        )


@contextmanager
def opened(variants: int = 1, **rule: Any) -> Iterator[Page]:
    """Set up an app in a folder of its own with a test that starts now; gone at the end."""
    passwords.PASSES, passwords.KIBIBYTES = CHEAP
    with TemporaryDirectory(prefix="attacks-") as folder:
        clock = Clock()
        settings = Settings(
            instance=Path(folder),
            database_url=f"sqlite:///{Path(folder) / 'attacks.db'}",
            secret_key="a-secret-for-attacks-alone-0123456789",
            base_url=HOST,
            mail_url="smtp://127.0.0.1:1",
        )
        app = create_app(settings, clock)
        with app.app_context(), _closed_at_the_end():
            Base.metadata.create_all(db.engine)
            team = find_team() or make_team()
            revision = make_revision(team.editor)
            make_approval(revision, team.approver)
            names = tuple(f"The larder that tells you {k}" for k in range(1, variants))
            given = {"minimum_visitors": 300, "slug": SLUG} | rule
            make_running(revision, team.editor, team.approver, variants=names, **given)
            yield Page(app, clock)


@contextmanager
def _closed_at_the_end() -> Iterator[None]:
    """Let go of the database of the current app when the block ends."""
    try:
        yield
    finally:
        runtime().recorder.close()
        db.session.remove()
        db.engine.dispose()


def address_of(network: int, host: int) -> str:
    """Return an IPv4 address of a network, by its number.

    >>> address_of(0, 7), address_of(70_000, 7)
    ('20.0.0.8', '21.17.112.8')
    """
    # From 20 to 98 no block is set aside.
    first, rest = divmod(network % (79 * 65_536), 65_536)
    return f"{20 + first}.{rest // 256}.{rest % 256}.{1 + host % 254}"


def addresses_of(people: People, rng: np.random.Generator) -> list[str]:
    """Return the address of everybody."""
    hosts = rng.integers(0, 254, len(people))
    pairs = zip(people.network.tolist(), hosts.tolist(), strict=True)
    return [address_of(network, host) for network, host in pairs]
