"""Where an experiment stands. Derived, never stored."""

from typing import Literal, cast

from wbtest.publishing.decisions import find_decision
from wbtest.publishing.models import Experiment
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
            is_decided = find_decision(experiment) is not None
        return "decided" if is_decided else "ended"
    # The table allows no other states.
    return cast(Stage, experiment.state)


def is_checked(experiment: Experiment) -> bool:
    """Whether the launch check was passed by this very draft."""
    return experiment.checked_digest == draft_digest(experiment)
