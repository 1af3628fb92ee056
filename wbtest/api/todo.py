"""What needs whoever made the token."""

from datetime import date, datetime

import msgspec

from wbtest.extensions import clock, runtime
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
    """What needs you, as the page “Needs you” lists it: what blocks others first."""
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
