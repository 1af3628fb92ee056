"""The beacon of a page: it was on somebody's screen."""

from wbtest.audience import visitors
from wbtest.audience.browsers import Environ, agent_of, hints_of, is_opted_out
from wbtest.audience.events import Seen
from wbtest.audience.live_pages import LivePage
from wbtest.audience.recorder import Recorder


def see(
    recorder: Recorder,
    page: LivePage,
    environ: Environ,
    token: str,
    at: float,
    excluded_because: str = "",
) -> None:
    """Record that the visitor of this cookie saw the variant of this form token, at ``at``.

    Does nothing without both, when they differ, or when the browser objects to being counted.
    """
    visitor = page.find_visitor(environ)
    shown = visitors.read_form(page.live.identity_key, token, visitors.hour_of(at))
    if visitor is None or shown is None or shown.variant != visitor.variant:
        return
    if is_opted_out(environ):
        return
    recorder.put(
        Seen(
            experiment_id=page.live.id,
            phase=visitor.phase,
            variant=visitor.variant,
            visitor=visitor.visitor,
            at_us=int(at * 1_000_000),
            source=visitor.source,
            device=visitor.device,
            language=visitor.language,
            user_agent=agent_of(environ),
            hints=hints_of(environ),
            excluded_because=excluded_because,
        )
    )
