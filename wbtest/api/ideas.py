"""Every idea with its figures, and what waits for the member who made the token."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec

from wbtest.api.results import Moment
from wbtest.extensions import clock, runtime
from wbtest.ideas.idea import Stage
from wbtest.ideas.idea_list import HEAD, IdeaFilter, file_rows, portfolio_of
from wbtest.ideas.todo_list import waits_for
from wbtest.team import access


class Need(msgspec.Struct, kw_only=True):
    """One thing to do: `kind` is a word, `what` the sentence, `by` who waits for it.

    `url` is the page on which it is done. `due` is the last day that was promised, if any, and
    `is_late` whether that is over, or it has waited for a week.
    """

    kind: str
    what: str
    by: str
    since: datetime
    due: date | None
    is_late: bool
    url: str


class Needs(msgspec.Struct):
    items: list[Need]


def list_needs() -> Needs:
    """What needs you, as “For you” on Ideas lists it: what blocks others first."""
    base_url = runtime().settings.base_url
    now = clock.now()
    return Needs(
        [
            Need(
                kind=wait.kind,
                what=wait.what,
                by=wait.by,
                since=wait.since,
                due=wait.due,
                is_late=wait.late_at <= now,
                url=f"{base_url}{wait.path}",
            )
            for wait in waits_for(access.membership())
        ]
    )


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """Which ideas: in a stage, with these words."""

    stage: Stage | None = None
    q: str = ""
    page: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1


class IdeaShown(msgspec.Struct, kw_only=True):
    """An idea with the figures of its newest test."""

    idea: str
    release: int
    stage: Stage
    tests: int
    newest_test: str | None
    seen: int | None
    converted: int | None
    rate: float | None
    decision_low: float | None
    decision_high: float | None
    target: float | None
    floor: float | None
    standing: str | None
    visitors: int
    spent: str | None
    days: int
    choice: str | None
    by: str | None
    at: Moment | None
    reason: str | None
    weeks_guessed: int | None
    forecasts: int | None
    forecasts_held: int | None


class Portfolio(msgspec.Struct):
    ideas: list[IdeaShown]
    found: int
    next_page: int | None


def get_portfolio(query: Wanted) -> Portfolio:
    """Every idea against its own target, what needs the team first; in pages."""
    asked = IdeaFilter(query.stage, " ".join(query.q.split()), query.page)
    found = portfolio_of(asked, clock.now())
    if query.page > found.page.pages:
        return Portfolio([], found.found, None)
    ideas = [_idea(row) for row in list(file_rows(found.rows))[1:]]
    return Portfolio(ideas, found.found, query.page + 1 if query.page < found.page.pages else None)


def _idea(row: Sequence[Any]) -> IdeaShown:
    values = {name: None if cell == "" else cell for name, cell in zip(HEAD, row, strict=True)}
    return msgspec.convert(values, IdeaShown)
