"""Every route with every method as somebody, and what must come of it."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, current_app
from werkzeug.routing import Rule, UnicodeConverter
from werkzeug.test import TestResponse

import wbtest
from tests.conftest import Browser
from tests.snapshot import Snapshot
from tests.team.places import Place, Values, address
from wbtest.extensions import Base, clock, db, runtime
from wbtest.store import writing
from wbtest.team import audit
from wbtest.team.access import PERMISSIONS, ROLES
from wbtest.team.models import LimitCount
from wbtest.team.sessions import find_person_by_token

FROM_HERE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
# Sent from no page of ours.
FROM_ELSEWHERE = "audience.off_site"
# What has nothing to show here, and why.
SHUT = {
    "team.setup": "the team has its owner",
    "audience.tried": "follows a try, whose address has a preview's token",
    "audience.picture": "the page does not show it, so only the team sees it",
    "audience.mark_team": "a member is led there, with what shows it, at a host of a test's own",
    "publishing.certificate": "no test has the host that it is asked for",
    "team.log_out_device": "its form names the device, and here it names none",
}
# There is nothing to type before the password was right.
AFTER_THE_PASSWORD = {"team.login_code"}
# To look is written down or counted there; everywhere else it changes nothing.
TOLD = {
    *("team.audit_csv", "results.signups_csv", "results.signups_json", "results.mailing_csv"),
}
COUNTED_LOOKS = {"audience.page", "results.shared"}
# They say 503 without a worker.
WITHOUT_A_WORKER = {"team.readyz"}
# What needs more than its route can say: a room has members and guests.
NEEDS = {"reading.apply": "edit"}
# Only the writer may, whatever their role; an owner may delete a note, too.
WRITERS = {"reading.delete": {"owner"}, "results.delete_note": {"editor", "owner"}}
# An address that asks for something needs it said.
BODIES = {"writing.restore": {"text": "draft"}}
# How often somebody tried is counted before it is known whether there is anything to try.
COUNTED = {"limit_counts", "limit_keys"}
# A number is read as one, or not at all.
_ASKED = re.compile(r"""request\.args(?:\.get(?:list)?\(|\[)"(\w+)"(?![^\n]*type=)""")
_CODE = [*Path(wbtest.__file__).parent.rglob("*.py")]


class Cell(NamedTuple):
    """A route with a method, and the permission that the view declares."""

    rule: Rule
    method: str
    needs: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.needs})"

    @property
    def is_for_members(self) -> bool:
        """Whether somebody has to be logged in."""
        is_linked = self.needs == "link" and "token" in self.rule.arguments
        return self.needs != "public" and not is_linked

    @property
    def lowest_role(self) -> str:
        needs = NEEDS.get(self.rule.endpoint, self.needs)
        return PERMISSIONS.get(needs, ROLES[0])

    @property
    def is_closed_to_guests(self) -> bool:
        """Whether a guest is in a room of which this is not for them."""
        return self.rule.endpoint in ("guests.apply", "guests.delete")

    @property
    def wants_proof(self) -> bool:
        """Whether the password is asked for again, unless that was done of late."""
        return self.method in getattr(self._view, "proved", ())

    @property
    def asks_in_its_form(self) -> bool:
        """Whether its own form asks for the password, each time that it is sent."""
        return self.method == "POST" and hasattr(self._view, "proved_in_form")

    @property
    def leads_to_form(self) -> bool:
        """Whether the address only takes a form, and to look there leads to the form's page."""
        return self.method == "GET" and hasattr(self._view, "form_page")

    @property
    def _view(self) -> Any:
        return current_app.view_functions[self.rule.endpoint]

    @property
    def only_looks(self) -> bool:
        """Whether to ask for it must leave everything as it was."""
        return self.method == "GET" and self.rule.endpoint not in TOLD | COUNTED_LOOKS

    def takes_any(self, name: str) -> bool:
        """Whether any text may stand for this part of the address."""
        return isinstance(self.rule._converters[name], UnicodeConverter)

    def is_for(self, role: str) -> bool:
        """Whether a member of this role may."""
        if writers := WRITERS.get(self.rule.endpoint):
            return role in writers
        return ROLES.index(role) >= ROLES.index(self.lowest_role)


def cells(app: Flask) -> Iterator[Cell]:
    """All of them but for the files that are everybody's, and the API, whose matrix is its own."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint != "static" and not rule.endpoint.startswith("api."):
                yield Cell(rule, method, getattr(view, "permission", "undeclared"))


def lacking(app: Flask, place: Place) -> list[str]:
    """The arguments of routes of which nobody has thought, each with its endpoint."""
    return [
        f"{cell.rule.endpoint}: {name}"
        for cell in cells(app)
        for name in sorted(cell.rule.arguments - set(cell.rule.defaults or ()))
        if name not in place.usual | place.special.get(cell.rule.endpoint, {})
    ]


class Asking:
    """Somebody's requests, of which none leaves anything behind for the next.

    That they were turned away was told within the hour, wherever they come: to read all rows after
    each line of it would take as long as all else.
    """

    def __init__(self, app: Flask, token: str = "") -> None:
        self._app, self._token = app, token
        if person := find_person_by_token(token):
            _tell_refusals(app, person.id)
        self._snapshot = Snapshot(db.engine)

    def close(self) -> None:
        """Let go of the file."""
        self._snapshot.close()

    def ask(
        self, cell: Cell, values: Values, query: Mapping[str, str] | None = None
    ) -> tuple[TestResponse, bool]:
        """Return the answer, and whether anything but a count was written for it."""
        browser = self._app.test_client()
        assert isinstance(browser, Browser)
        if self._token:
            browser.set_cookie("wb-session", self._token)
        answer = browser.open(
            address(self._app, cell.rule, values),
            method=cell.method,
            query_string=query,
            headers=FROM_HERE,
            data=BODIES.get(cell.rule.endpoint, {}) if cell.method == "POST" else None,
        )
        if cell.rule.endpoint.startswith("audience."):
            runtime(self._app).recorder.flush()
        return answer, self._put_back(is_allowed=answer.status_code < 400)

    def _put_back(self, *, is_allowed: bool) -> bool:
        if not self._snapshot.has_changed():
            return False
        # Reading all rows takes longer than most requests, and matters only where access is denied.
        after = {} if is_allowed else _all_rows()
        db.session.rollback()
        self._snapshot.restore()
        return is_allowed or any(
            rows != after[name] for name, rows in _all_rows().items() if name not in COUNTED
        )


# Makes one of whoever has this token of a session; nobody has none.
Asks = Callable[..., Asking]


def _tell_refusals(app: Flask, person_id: int) -> None:
    routes = {audit.route_name(cell.method, cell.rule.rule) for cell in cells(app)}
    until = clock.now() + timedelta(days=1)
    rows = [
        {"key": name, "hits": 1, "expires_at": until}
        for route in routes
        for name in audit.refusal_names(person_id, route)
    ]
    with writing() as session:
        session.execute(db.insert(LimitCount), rows)


def _all_rows() -> dict[str, list[Any]]:
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in Base.metadata.sorted_tables
        }


def names_in_queries() -> set[str]:
    """Every name whose text a view looks up behind the question mark."""
    return {name for file in _CODE for name in _ASKED.findall(file.read_text(encoding="utf-8"))}


def reads_a_query(app: Flask, cell: Cell) -> bool:
    """Whether the module of the view looks up a text behind the question mark."""
    module = inspect.getsourcefile(inspect.unwrap(app.view_functions[cell.rule.endpoint]))
    return module is not None and bool(_ASKED.search(Path(module).read_text(encoding="utf-8")))


def opens(cell: Cell, answer: TestResponse) -> bool:
    """Whether this is an answer to somebody who may: at worst that it does not fit just now."""
    if cell.rule.endpoint in SHUT:
        return answer.status_code == 404
    if cell.rule.endpoint == FROM_ELSEWHERE and cell.method == "POST":
        return answer.status_code == 403
    is_log_in = answer.status_code == 303 and (answer.location or "").startswith("/login?next=")
    if cell.rule.endpoint in AFTER_THE_PASSWORD:
        return is_log_in
    is_over = answer.status_code >= 500 and cell.rule.endpoint not in WITHOUT_A_WORKER
    return not is_log_in and not is_over and answer.status_code not in (401, 403, 404)


def listed(faults: list[str]) -> str:
    """All of them in one message, a line each."""
    return "\n".join(["", *faults])
