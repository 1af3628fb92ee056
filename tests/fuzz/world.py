"""The instance that is asked: one of everything in it, put back whenever an answer changed it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.conftest import HandClock
from tests.factories import make_team
from tests.fuzz.asking import Answer, Request, ask
from tests.snapshot import Snapshot
from tests.team.places import make_place, parts_of
from wbtest import create_app
from wbtest.audience.signups import AbuseGuard
from wbtest.config import Settings
from wbtest.extensions import Base, db, runtime
from wbtest.team.access import ROLES
from wbtest.team.sessions import open_session
from wbtest.team.tokens import SCOPES, make_token

NOBODY = "nobody"
PEOPLE = (NOBODY, *ROLES)
# No address begins with another one's.
NOWHERE = "(nowhere)"


class World:
    """A team that has nearly everything, and somebody of each role who is logged in."""

    def __init__(self, app: Flask, clock: HandClock) -> None:
        self.app, self.clock = app, clock
        self.team = make_team()
        self.place = make_place(self.team, clock, "")
        parts_of(self.team)
        people = {role: getattr(self.team, role) for role in ROLES}
        self._cookies = {role: open_session(person) for role, person in people.items()}
        self.tokens = {
            role: make_token(person, name=f"fuzz {role}", scopes=tuple(SCOPES), days=90)[1]
            for role, person in people.items()
        }
        self._routes = app.url_map.bind("")
        runtime(app).recorder.flush()
        db.session.remove()
        self._snapshot, self._time = Snapshot(db.engine), clock.time

    def cookies_of(self, person: str) -> dict[str, str]:
        """Return what the browser of somebody of this role sends, with a form's own session."""
        form = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        cookies = {self.app.config["SESSION_COOKIE_NAME"]: form.dumps({"csrf_token": "0" * 40})}
        if person in self._cookies:
            cookies["wb-session"] = self._cookies[person]
        return cookies

    def csrf_token(self) -> str:
        """Return what a form shown to any of these browsers carries."""
        signer = URLSafeTimedSerializer(self.app.config["SECRET_KEY"], salt="wtf-csrf-token")
        token: str = signer.dumps("0" * 40)
        return token

    def ask(self, request: Request) -> Answer:
        """Send a request; what it brings to be recorded is written when this returns."""
        answer = ask(self.app, request)
        if self.endpoint_of(request).startswith("audience."):
            runtime(self.app).recorder.flush()
        return answer

    def put_back(self) -> bool:
        """Put all rows and the clock back; return whether anything had been written."""
        self.clock.time = self._time
        if not self._snapshot.has_changed():
            return False
        self._snapshot.restore()
        return True

    def endpoint_of(self, request: Request) -> str:
        """Return which view a request is for, NOWHERE for none."""
        return self._match(request)[0]

    def address_of(self, request: Request) -> str:
        """Return method and rule of a request, as a report names them."""
        return f"{request.method} {self._match(request)[1]}"

    def _match(self, request: Request) -> tuple[str, str]:
        path = request.path.partition("?")[0]
        try:
            rule, _ = self._routes.match(path, request.method, return_rule=True)
        except (HTTPException, RequestRedirect):
            return NOWHERE, NOWHERE
        return str(rule.endpoint), rule.rule

    def close(self) -> None:
        self._snapshot.close()


@contextmanager
def make_world(folder: Path) -> Iterator[World]:
    """An instance in this folder, with mail to nowhere and no worker."""
    clock, path = HandClock(), folder / "fuzz.db"
    with closing(sqlite3.connect(path)) as connection:
        # Of small pages it is put back in a third of the time.
        connection.executescript("PRAGMA page_size = 1024; VACUUM")
    settings = Settings(
        folder, f"sqlite:///{path}", "a-secret-for-fuzzing-only-0123456789", "http://localhost"
    )
    app = create_app(settings, clock)
    # Where the clock stands still nobody can take their time.
    runtime(app).guard = AbuseGuard(fastest_seconds=0)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        world = World(app, clock)
    try:
        yield world
    finally:
        world.close()
        runtime(app).recorder.close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
