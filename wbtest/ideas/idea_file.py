"""The portfolio as rows of raw values, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from wbtest.ideas.idea import Ending
from wbtest.ideas.idea_list import IdeaRow
from wbtest.results.costs import CURRENCIES
from wbtest.results.exports import Rows

HEAD = (
    *("idea", "release", "state", "tests", "newest_test", "seen", "converted", "rate"),
    *("decision_low", "decision_high", "target", "floor", "standing", "visitors", "spent"),
    *("days", "choice", "by", "at", "reason", "weeks_guessed", "forecasts", "forecasts_held"),
)


def rows_of_ideas(rows: Iterable[IdeaRow]) -> Rows:
    """One row for each idea, with the figures of its newest test; '' for what is not known.

    ``spent`` names its currencies: "EUR 12.00 + USD 5.00".
    """
    yield HEAD
    for row in rows:
        idea, found = row.idea, row.evidence
        evidence = (
            (
                *(found.seen, found.converted),
                "" if found.rate is None else found.rate,
                *(found.low, found.high, found.target, found.floor, found.standing),
            )
            if found
            else ("",) * 8
        )
        yield (
            idea.name,
            idea.release_id,
            row.state,
            len(idea.tests),
            idea.newest.slug if idea.newest else "",
            *evidence,
            row.visitors,
            " + ".join(
                f"{code} {CURRENCIES[code].plain(amount)}"
                for code, amount in sorted(row.spent.items())
            ),
            row.days,
            *_ending(idea.ending),
            len(row.forecasts.forecasts) if row.forecasts else "",
            row.forecasts.held if row.forecasts else "",
        )


def _ending(ending: Ending | None) -> tuple[object, ...]:
    if ending is None:
        return ("",) * 5
    weeks = "" if ending.weeks is None else ending.weeks
    return ending.choice, ending.who, ending.at.isoformat(), ending.reason, weeks
