"""An idea: a release with its tests. Where it stands, and what needs the team first. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

State = Literal["needs", "running", "iterate", "writing", "go", "stopped"]
# In the order of the page: what needs the team, what may need it soon, what is settled.
STATES: dict[State, str] = {
    "needs": "Need the team",
    "running": "Running",
    "iterate": "Back to writing",
    "writing": "On paper",
    "go": "Go",
    "stopped": "Stopped",
}
# What has waited longest comes first; of all others the newest.
OLDEST_FIRST = ("needs", "running")
DAY = timedelta(days=1)


class Started(Struct, frozen=True):
    """A test that was started; ``proposed`` is a choice that waits for a second person, or ''.

    ``is_told``: the worker has told the team of a verdict, or that it cannot be trusted.
    """

    id: int
    slug: str
    started_at: datetime
    is_over: bool = False
    is_paused: bool = False
    proposed: str = ""
    is_told: bool = False


class Ending(Struct, frozen=True):
    """Who settled an idea, when and why: by a choice after a test, or on paper before one.

    ``weeks`` is how long building would have taken, as whoever stopped it on paper guessed.
    ``is_reached``: the figures of that moment had reached the bar.
    """

    choice: str
    reason: str
    who: str
    at: datetime
    weeks: int | None = None
    is_on_paper: bool = False
    is_reached: bool = False


class Idea(Struct, frozen=True):
    """A release from its first save on, and its tests, the one started last first.

    ``ending`` is the last word on it: a stop on paper, else the decision on its newest test.
    ``draft_test`` is the id of its newest test that has not started, 0 for none.
    """

    release_id: int
    product: str
    headline: str
    texts: tuple[str, ...]
    began_at: datetime
    tests: tuple[Started, ...] = ()
    draft_test: int = 0
    ending: Ending | None = None

    @property
    def name(self) -> str:
        """What the team calls it."""
        return self.product.strip() or self.headline.strip() or "Without a name"

    @property
    def newest(self) -> Started | None:
        """The test started last, or None before the first."""
        return self.tests[0] if self.tests else None

    @property
    def is_open(self) -> bool:
        """Whether there is a test on which nobody has decided."""
        return self.newest is not None and self.ending is None

    def mentions(self, wanted: str) -> bool:
        """Whether each of these words stands in its text, its addresses or why it ended."""
        texts = [self.product, self.headline, *self.texts, *(test.slug for test in self.tests)]
        texts += [self.ending.reason, self.ending.who] if self.ending else []
        whole = " ".join(texts).casefold()
        return all(word in whole for word in wanted.casefold().split())


def state_of(idea: Idea, *, is_ripe: bool | None = None) -> State:
    """Return where an idea stands. ``is_ripe``: somebody should look at its newest test now.

    None where nobody has judged it: then what the worker told the team must do.
    """
    ending, newest = idea.ending, idea.newest
    if ending and ending.is_on_paper:
        return "stopped"
    if newest and newest.proposed:
        return "needs"
    if ending:
        choices: dict[str, State] = {"go": "go", "iterate": "iterate", "stop": "stopped"}
        return choices[ending.choice]
    if newest is None:
        return "writing"
    is_news = newest.is_told if is_ripe is None else is_ripe
    return "needs" if newest.is_over or is_news else "running"


def place_of(idea: Idea, state: State) -> tuple[int, float, int]:
    """Return what ideas are ordered by: smaller comes first."""
    moment = idea.began_at
    if idea.newest:
        moment = idea.newest.started_at
    if idea.ending and state not in OLDEST_FIRST:
        moment = idea.ending.at
    seconds = moment.timestamp()
    return (
        list(STATES).index(state),
        seconds if state in OLDEST_FIRST else -seconds,
        -idea.release_id,
    )


def days_of(idea: Idea, state: State, now: datetime) -> int:
    """Return the days from the first save to a go or a stop, else to now; at least 1.

    >>> from datetime import UTC
    >>> began = datetime(2027, 3, 1, 9, tzinfo=UTC)
    >>> stop = Ending("stop", "Nobody asked.", "Ada", began + timedelta(days=10, hours=3))
    >>> days_of(Idea(1, "Kiln", "", (), began, ending=stop), "stopped", began + 90 * DAY)
    11
    """
    is_done = idea.ending is not None and state in ("go", "stopped")
    end = idea.ending.at if idea.ending and is_done else now
    return max(-((idea.began_at - end) // DAY), 1)


def guessed_weeks(ideas: Iterable[Idea]) -> list[int]:
    """Return how long building each idea would have taken, of those where somebody guessed."""
    endings = [idea.ending for idea in ideas if idea.ending]
    return [ending.weeks for ending in endings if ending.weeks]
