"""An idea: a release with its tests, its stage, and what is said of it in a few words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from wbtest.web import number_of

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
# In the order in which they need the team.
BY_URGENCY: tuple[Stage, ...] = ("decide", "testing", "approved", "review", "writing", "done")
# In these the idea comes first that has waited longest, in all others the newest.
OLDEST_FIRST = ("decide", "testing")
DECIDED = {"go": "Go", "iterate": "Iterate", "stop": "Stopped"}
DAY = timedelta(days=1)


class Ending(Struct, frozen=True):
    """Who settled an idea, when and why: by a choice after a test, or on paper before one.

    ``weeks`` is how long building would have taken, as the person guessed who stopped it on paper.
    """

    choice: str
    reason: str
    who: str
    at: datetime
    weeks: int | None = None
    is_on_paper: bool = False


class Started(Struct, frozen=True):
    """A test that was started, and the decision on it.

    ``proposed`` is a choice that waits for a second person, or ''.
    """

    id: int
    slug: str
    started_at: datetime
    is_over: bool = False
    is_paused: bool = False
    proposed: str = ""
    ending: Ending | None = None


class NewestRevision(NamedTuple):
    """The newest revision of a release; ``number`` is 0 for none."""

    number: int = 0
    is_in_review: bool = False
    is_approved: bool = False


class Idea(Struct, frozen=True):
    """A release from its first save on, and its tests, the one started last first.

    ``ending`` is the last word on it: a stop on paper, else the decision on its newest test.
    ``drafts`` are the ids of its tests that have not started, the newest last.
    """

    release_id: int
    product: str
    headline: str
    texts: tuple[str, ...]
    began_at: datetime
    tests: tuple[Started, ...] = ()
    drafts: tuple[int, ...] = ()
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
    def undecided(self) -> Started | None:
        """The newest test if nobody has decided on it, or a decision waits for a second person."""
        if self.ending and (self.ending.is_on_paper or not (self.newest and self.newest.proposed)):
            return None
        return self.newest

    def only(self, test_id: int) -> Idea:
        """Return the idea as if this were its only test."""
        tests = tuple(test for test in self.tests if test.id == test_id)
        drafts = () if tests else (test_id,)
        ending = next((test.ending for test in tests), None)
        if self.ending and self.ending.is_on_paper:
            ending = self.ending
        return replace(self, tests=tests, drafts=drafts, ending=ending)

    def mentions(self, wanted: str) -> bool:
        """Whether each of these words is in its text, its addresses or the reason of its end."""
        texts = [self.product, self.headline, *self.texts, *(test.slug for test in self.tests)]
        texts += [self.ending.reason, self.ending.who] if self.ending else []
        whole = " ".join(texts).casefold()
        return all(word in whole for word in wanted.casefold().split())


def stage_of(idea: Idea, revision: NewestRevision, *, is_ripe: bool = False) -> Stage:
    """Return the stage of an idea. ``is_ripe``: someone should look at its newest test now."""
    if test := idea.undecided:
        return "decide" if test.proposed or test.is_over or is_ripe else "testing"
    if idea.ending and idea.ending.choice != "iterate":
        return "done"
    if idea.drafts or revision.is_approved:
        return "approved"
    return "review" if revision.is_in_review else "writing"


def place_of(idea: Idea, stage: Stage) -> tuple[int, float, int]:
    """Return what ideas are ordered by: smaller comes first."""
    moment = idea.newest.started_at if idea.newest else idea.began_at
    if idea.ending and stage not in OLDEST_FIRST:
        moment = idea.ending.at
    seconds = moment.timestamp()
    return (
        BY_URGENCY.index(stage),
        seconds if stage in OLDEST_FIRST else -seconds,
        -idea.release_id,
    )


def status_text(
    idea: Idea, stage: Stage, revision: NewestRevision, result: str = "", day: int = 0
) -> str:
    """Return the stage in a few words that say more than its name.

    ``result`` is what the undecided test says in two words, ``day`` which of its days it is.

    >>> from datetime import UTC
    >>> now = datetime(2027, 3, 5, tzinfo=UTC)
    >>> idea = Idea(1, "Kiln", "", (), now)
    >>> status_text(idea, "writing", NewestRevision())
    'Draft'
    >>> status_text(idea, "review", NewestRevision(2, is_in_review=True))
    'Revision 2 in review'
    """
    if stage == "decide":
        proposed = idea.newest.proposed if idea.newest else ""
        return f"“{proposed.capitalize()}” needs a second approver" if proposed else result
    if stage == "done":
        return DECIDED[idea.ending.choice] if idea.ending else ""
    if stage == "testing" and idea.newest:
        return "Paused" if idea.newest.is_paused else f"Running, day {day:,}"
    if stage == "approved":
        return "Test being set up" if idea.drafts else f"Revision {revision.number} approved"
    if stage == "review":
        return f"Revision {revision.number} in review"
    return "Back to writing" if idea.ending else "Draft"


def days_of(idea: Idea, stage: Stage, now: datetime) -> int:
    """Return the days from the first save to the end of a done idea, else to now; at least 1.

    >>> from datetime import UTC
    >>> began = datetime(2027, 3, 1, 9, tzinfo=UTC)
    >>> stop = Ending("stop", "Nobody asked.", "Ada", began + timedelta(days=10, hours=3))
    >>> days_of(Idea(1, "Kiln", "", (), began, ending=stop), "done", began + 90 * DAY)
    11
    """
    end = idea.ending.at if idea.ending and stage == "done" else now
    return max(-((idea.began_at - end) // DAY), 1)


def summary_sentence(staged: Iterable[tuple[Idea, Stage]]) -> str:
    """Return how many ideas are in which stage; of those done, how they ended. '' for none."""
    counts = Counter(
        DECIDED[idea.ending.choice] if stage == "done" and idea.ending else STAGES[stage]
        for idea, stage in staged
    )
    names = [*STAGES.values(), *DECIDED.values()]
    parts = [f"{counts[name]:,} {name.lower()}" for name in names if counts[name]]
    return f"{number_of(counts.total(), 'idea')}: {', '.join(parts)}." if parts else ""


# Guesses as people say them, by the fewest and the most weeks.
SPANS = ((12, 14, "three months"), (25, 27, "half a year"), (50, 54, "a year"))


def weeks_in_words(weeks: int) -> str:
    """Return a guess of weeks as people say it.

    >>> weeks_in_words(13), weeks_in_words(1), weeks_in_words(8)
    ('three months', 'a week', '8 weeks')
    """
    for fewest, most, words in SPANS:
        if fewest <= weeks <= most:
            return words
    return "a week" if weeks == 1 else f"{weeks:,} weeks"


def time_saved(days: int, weeks: int | None) -> str:
    """Return what a stopped idea took, beside what somebody guessed that building it would take.

    >>> time_saved(11, 13), time_saved(1, None)
    ('11 days, not three months of building', '1 day')
    """
    took = number_of(days, "day")
    return f"{took}, not {weeks_in_words(weeks)} of building" if weeks else took


def stopped_sentence(days: Sequence[int], weeks: Sequence[int]) -> str:
    """Return what stopping early was worth; ``weeks`` are the guesses there are, '' for no stop.

    >>> stopped_sentence([11, 4], [13])
    'Stopping 2 ideas took 15 days in all. Building one of them was estimated at three months.'
    >>> stopped_sentence([11], [13])
    'Stopping 1 idea took 11 days, not three months of building.'
    """
    if not days:
        return ""
    is_guessed = len(days) == len(weeks)
    took = number_of(sum(days), "day") + (" in all" if len(days) > 1 else "")
    first = f"Stopping {number_of(len(days), 'idea')} took {took}"
    if is_guessed:
        return f"{first}, not {weeks_in_words(sum(weeks))} of building."
    if not weeks:
        return f"{first}."
    some = "one" if len(weeks) == 1 else f"{len(weeks):,}"
    return f"{first}. Building {some} of them was estimated at {weeks_in_words(sum(weeks))}."
