"""Where an experiment stands, and which variants strangers may see. Derived, never stored."""

from collections.abc import Callable
from typing import Any, Literal, cast

from flask import current_app

from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.running.sealing import draft_digest

Stage = Literal["draft", "checked", "running", "paused", "ended", "decided"]


def stage_of(experiment: Experiment, is_decided: bool | None = None) -> Stage:
    """Return how far the experiment has come; a draft that changed after its check is a draft.

    ``is_decided`` is told by whoever has read the decisions of many at once.
    """
    if experiment.state == "draft":
        return "checked" if is_checked(experiment) else "draft"
    if experiment.state == "ended":
        if is_decided is None:
            is_decided = _is_decided(experiment)
        return "decided" if is_decided else "ended"
    # The table allows no other states.
    return cast(Stage, experiment.state)


def is_checked(experiment: Experiment) -> bool:
    """Whether the launch check was passed by this very draft."""
    return experiment.checked_digest == draft_digest(experiment)


def tested(experiment: Experiment) -> list[Variant]:
    """Return the variants that stand in a phase, in their order; before the start all of them."""
    if not experiment.phases:
        return list(experiment.variants)
    keys = {key for phase in experiment.phases for key in phase.weights}
    return [variant for variant in experiment.variants if variant.key in keys]


def unopened(experiment: Experiment) -> list[Variant]:
    """Return the variants that were written after the start and wait for a new phase."""
    known = tested(experiment)
    return [variant for variant in experiment.variants if variant not in known]


def _is_decided(experiment: Experiment) -> bool:
    """Decisions belong to a later area, which hands this over; without it nobody decides."""
    find: Callable[[Experiment], Any] = current_app.extensions.get(
        "wbtest.find_decision", lambda _: None
    )
    return find(experiment) is not None
