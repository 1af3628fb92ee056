"""The beacons of a page: it was on somebody's screen, and what they did there when they left."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from wbtest.audience import visitors
from wbtest.audience.live_pages import LivePage
from wbtest.audience.recording.events import Act, Did, Seen, read_acts
from wbtest.audience.recording.recorder import Recorder
from wbtest.audience.request_headers import Environ, agent_of, hints_of
from wbtest.audience.views import (
    bp,
    check_sender,
    exclusion_of,
    get_page,
    is_objector,
    is_team,
    recorder,
)
from wbtest.extensions import clock
from wbtest.team import access

LONGEST_ACTS = 2_000
LONGEST_BEACON = 1_000


def record_seen(
    recorder: Recorder,
    page: LivePage,
    environ: Environ,
    token: str,
    at: float,
    excluded_because: str = "",
) -> None:
    """Record that this visitor saw the variant of this form token, at ``at``.

    Does nothing without both, when they differ, or when the browser objects to being counted.
    """
    visitor = _find_visitor(page, environ, token, at)
    if visitor is not None:
        arrival = _arrival(page, visitor, environ, at)
        rests = "paused" if page.live.state == "paused" else ""
        reason = excluded_because or visitor.excluded_because or rests
        recorder.put(Seen(**arrival, excluded_because=reason))


def record_acts(
    recorder: Recorder,
    page: LivePage,
    environ: Environ,
    token: str,
    at: float,
    acts: tuple[Act, ...],
) -> None:
    """Record what this visitor did, under the same conditions; only of who counts as seen."""
    visitor = _find_visitor(page, environ, token, at)
    if visitor is not None and acts:
        recorder.put(Did(**_arrival(page, visitor, environ, at), acts=acts))


def _find_visitor(
    page: LivePage, environ: Environ, token: str, at: float
) -> visitors.Visitor | None:
    """Who sends the beacon, if they may be counted and it is of the variant that they were shown.

    That is all that can be asked. When a beacon is sent says nothing of who sends it: the clocks of
    two machines may differ by more than a person needs. Nor does what the browser calls itself now,
    since unfolding a phone changes that. And who drives a real browser, waits a second and keeps
    its cookies cannot be told from a person here.
    """
    if page.is_opted_out(environ):
        return None
    visitor = page.find_visitor(environ)
    shown = visitors.read_form(page.live.identity_key, token, visitors.utc_hour(at))
    if visitor is None or shown is None or shown.variant != visitor.variant:
        return None
    return visitor


def _arrival(
    page: LivePage, visitor: visitors.Visitor, environ: Environ, at: float
) -> dict[str, Any]:
    return {
        "experiment_id": page.live.id,
        "variant": visitor.variant,
        "visitor": visitor.visitor,
        "at_us": int(at * 1_000_000),
        "source": visitor.source,
        "device": visitor.device,
        "language": visitor.language,
        "address": environ.get("REMOTE_ADDR", ""),
        "user_agent": agent_of(environ),
        "hints": hints_of(environ),
    }


@bp.post("/p/<slug>/did")
@access.public
def did(slug: str) -> ResponseReturnValue:
    """The token of the page in the first line, an act in each of the others; no answer.

    Only of whom a running page counts: not of the team, not of who objects.
    """
    check_sender()
    found = get_page(slug)
    if found.live.state == "running" and not is_team() and not is_objector(found):
        text = request.get_data()[:LONGEST_ACTS].decode("ascii", "replace")
        token, _, acts = text.partition("\n")
        at = clock.now().timestamp()
        record_acts(recorder(), found, request.environ, token, at, read_acts(acts))
    return "", 204


@bp.post("/p/<slug>/seen")
@access.public
def seen(slug: str) -> ResponseReturnValue:
    """The beacon. Nobody reads the answer, so there is none, whatever was sent.

    Who is in the test is settled while the page runs. Who opened it before a pause or the end and
    looks at it only afterwards is in neither side of the rate: their sign-up is kept as one without
    a sighting. Otherwise the number of visitors could still grow after the rule has ended the test.
    """
    check_sender()
    found = get_page(slug)
    if found.live.state != "ended" and not is_objector(found):
        token = request.get_data()[:LONGEST_BEACON].decode("ascii", "replace")
        at = clock.now().timestamp()
        record_seen(recorder(), found, request.environ, token, at, exclusion_of(found))
    return "", 204
