"""The beacons of a page: it was on somebody's screen, and what they did there."""

from typing import Any

from wbtest.audience import visitors
from wbtest.audience.browsers import Environ, agent_of, hints_of
from wbtest.audience.live_pages import LivePage
from wbtest.audience.recording.events import Act, Did, Seen
from wbtest.audience.recording.recorder import Recorder


def see(
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


def engage(
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
    shown = visitors.read_form(page.live.identity_key, token, visitors.hour_of(at))
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
