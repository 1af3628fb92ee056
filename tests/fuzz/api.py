"""Requests that Schemathesis makes of the description of the API, sent to it as everybody."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.transport.wsgi import WSGI_TRANSPORT

from tests.api.conftest import RULE
from tests.api.test_every_address import BODIES as BODIES_THAT_FIT
from tests.fuzz.answers import fault_of
from tests.fuzz.asking import Answer
from tests.fuzz.tally import Tally
from tests.fuzz.world import NOBODY, PEOPLE, World
from wbtest.api.openapi import document

# The owner opens everything, so most of what can go wrong is found with their token.
SHARES = {NOBODY: 1, "viewer": 1, "editor": 2, "approver": 2, "owner": 4}
BODIES: dict[str, dict[str, Any]] = {
    **BODIES_THAT_FIT,
    "create_experiment": {"hypothesis": RULE, "slug": "six-dinners"},
    "create_release": {"product": "Larder", "language": "en", "headline": "Six dinners"},
    "import_release": {"text": "# Six dinners\n\n## Problem\n\nThe cabbage rots.\n"},
    "change_release": {"headline": "Six dinners"},
}
# A token makes 600 in a minute of the clock, which stands still but for us.
A_MINUTE = 400
# Requests to one address in a round; then all rows are put back, for some of them end a test.
A_ROUND = 40
# About so many are every case.
EVERY_CASE = 5_000
MOST_TOLD = 600
# What a rule of ours may say to a request that fits the description: a name is taken, a day is
# over, a cursor is none of ours, the version that was named is not the newest, a password was tried
# too often.
RULES = ["2xx", "400", "401", "403", "404", "406", "409", "412", "413", "422", "429"]


def _send_by_wsgi(send: Callable[..., Any]) -> Callable[..., Any]:
    """Leave out what only a connection has: probes of its checks are sent with it, and fail."""

    def send_without(case: Any, **parts: Any) -> Any:
        for name in ("max_redirects", "verify", "cert", "timeout"):
            parts.pop(name, None)
        return send(case, **parts)

    return send_without


WSGI_TRANSPORT.send = _send_by_wsgi(WSGI_TRANSPORT.send)  # type: ignore[method-assign]


class Watched:
    """The app as WSGI, in which each request shares nothing with another and is noted."""

    def __init__(self, world: World, tally: Tally) -> None:
        self._world, self._tally = world, tally
        self._routes = world.app.url_map.bind("")
        self._since = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told: list[Any] = []
        self._since += 1
        if self._since >= A_MINUTE:
            self._since = 0
            self._world.clock.turn(minutes=1)
        with self._world.app.app_context():
            parts = self._world.app.wsgi_app(environ, lambda *given: told.append(given))
            body = b"".join(parts)
            close: Callable[[], None] | None = getattr(parts, "close", None)
            if close is not None:
                close()
        status, headers = told[-1][:2]
        self._note(environ, int(status.split()[0]), headers, body)
        start_response(status, headers)
        return [body]

    def _note(
        self, environ: WSGIEnvironment, status: int, headers: list[tuple[str, str]], body: bytes
    ) -> None:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        rule = "(nowhere)"
        with suppress(Exception):
            rule = self._routes.match(path, method, return_rule=True)[0].rule
        where = f"{method} {rule}"
        self._tally.note(where, status, is_accepted=status < 400)
        answer = Answer(status, {name.lower(): text for name, text in headers}, body, {})
        wrong = fault_of("api.", answer, has_body=method != "HEAD")
        if wrong:
            self._tally.blame(where, wrong, f"{method} {path}?{environ['QUERY_STRING']}")


def fuzz(world: World, tally: Tally, *, is_short: bool = False) -> None:
    """Ask the API as everybody, until the tally has all it wants."""
    people = ("owner",) if is_short else PEOPLE
    shares = sum(SHARES[person] for person in people)
    number, wanted = 0, tally.wanted
    for person in people:
        until = tally.total + wanted * SHARES[person] // shares
        turn = 0
        while tally.total < until:
            # Every case that the description has; once, and only where there is room for it.
            has_every_case = turn == 1 and until - tally.total > EVERY_CASE
            config = _settings(world, person, tally.seed + number, has_every_case=has_every_case)
            _ask_some(world, tally, person, until, config, is_short=is_short)
            number, turn = number + 1, turn + 1


def _ask_some(
    world: World, tally: Tally, person: str, until: int, settings: dict[str, Any], *, is_short: bool
) -> None:
    world.put_back()
    config = SchemathesisConfig.from_dict(settings)
    app = Watched(world, tally)
    schema = schemathesis.openapi.from_dict(_document(), config=config)
    schema.app = app
    if is_short:
        # To make up requests for all addresses takes longer than the rest of the test.
        schema = schema.include(tag="spend_and_notes")
    before = tally.total
    stream = from_schema(schema).execute()
    for event in stream:
        for where, what, line in _failures(event):
            tally.blame(where, f"as {person}: {what}", line)
        if tally.total >= until:
            stream.stop()
        elif isinstance(event, events.Interrupted):
            raise KeyboardInterrupt
    if tally.total == before:
        raise LookupError("Not one request was made: the description has no such addresses.")


def _document() -> dict[str, Any]:
    """The description, with a body that fits at each address: most that are made up do not."""
    made = deepcopy(document())
    for methods in made["paths"].values():
        for operation in methods.values():
            body = BODIES.get(operation["operationId"])
            if body is not None and "requestBody" in operation:
                operation["requestBody"]["content"]["application/json"]["example"] = body
    return made


def _settings(world: World, person: str, seed: int, *, has_every_case: bool) -> dict[str, Any]:
    phases = {
        "examples": {"enabled": True},
        "coverage": {"enabled": has_every_case},
        "fuzzing": {"enabled": not has_every_case},
        "stateful": {"enabled": has_every_case, "generation": {"max-examples": 20}},
    }
    known = {
        f"path.{name}": {"dictionary": "numbers", "probability": 0.8}
        for name in ("release_id", "experiment_id", "number", "other", "comment_id")
    }
    settings: dict[str, Any] = {
        "seed": seed % 2**32,
        "continue-on-failure": True,
        "phases": phases,
        "generation": {"max-examples": A_ROUND, "database": "none"},
        "checks": {"positive_data_acceptance": {"expected-statuses": RULES}},
        "dictionaries": {"numbers": {"values": [1, 2, 3, world.place.usual["release_id"]]}},
        "parameters": known,
        "warnings": False,
        "cache": {"enabled": False},
        "output": {"sanitization": {"enabled": False}},
    }
    if person != NOBODY:
        settings["headers"] = {"Authorization": f"Bearer {world.tokens[person]}"}
    return settings


def _failures(event: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(event, events.NonFatalError):
        yield event.label, f"Schemathesis could not go on: {event.info.message}", ""
    if isinstance(event, events.FatalError):
        raise event.exception
    if not isinstance(event, events.ScenarioFinished):
        return
    for nodes in event.recorder.checks.values():
        for node in nodes:
            if node.failure_info is not None:
                failure = node.failure_info.failure
                told = failure.message.strip()[:MOST_TOLD].replace("\n", "\n  ")
                line = f"{node.failure_info.code_sample}\n  {told}"
                yield failure.operation or "", f"{node.name}: {failure.title}", line
