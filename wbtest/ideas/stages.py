"""The stage of an idea, from its first line to its decision, and how a list says it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from wbtest.ideas.idea import Idea, State

Stage = Literal["writing", "review", "approved", "testing", "decide", "done"]
# In the order in which an idea goes through them.
STAGES: dict[Stage, str] = {
    "writing": "Writing",
    "review": "In review",
    "approved": "Approved",
    "testing": "Testing",
    "decide": "To decide",
    "done": "Done",
}
OF_STATE: dict[State, Stage] = {
    "needs": "decide",
    "running": "testing",
    "go": "done",
    "stopped": "done",
}
DECIDED = {"go": "Go", "iterate": "Iterate", "stop": "Stopped"}


class Text(NamedTuple):
    """The newest revision of a release; ``number`` is 0 for none."""

    number: int = 0
    is_in_review: bool = False
    is_approved: bool = False


def stage_of(idea: Idea, state: State, text: Text) -> Stage:
    """Return the stage of an idea, by its state and its newest revision."""
    if stage := OF_STATE.get(state):
        return stage
    if idea.draft_test or text.is_approved:
        return "approved"
    return "review" if text.is_in_review else "writing"


def status_text(idea: Idea, stage: Stage, text: Text, wanted: str, now: datetime) -> str:
    """Return the stage in a few words that say more than its name; ``wanted`` is what to do.

    >>> from datetime import UTC
    >>> now = datetime(2027, 3, 5, tzinfo=UTC)
    >>> idea = Idea(1, "Kiln", "", (), now)
    >>> status_text(idea, "writing", Text(), "", now)
    'Draft'
    >>> status_text(idea, "review", Text(2, is_in_review=True), "", now)
    'Revision 2 in review'
    """
    newest = idea.newest
    if stage == "decide":
        return wanted
    if stage == "done":
        return DECIDED[idea.ending.choice] if idea.ending else ""
    if stage == "testing" and newest:
        days = (now - newest.started_at) // timedelta(days=1) + 1
        return "Paused" if newest.is_paused else f"Running, day {days:,}"
    if stage == "approved":
        return "Test being set up" if idea.draft_test else f"Revision {text.number} approved"
    if stage == "review":
        return f"Revision {text.number} in review"
    return "Back to writing" if idea.ending else "Draft"
