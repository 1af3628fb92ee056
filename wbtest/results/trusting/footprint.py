"""Check of whether people who signed up did anything else on the page: scripts rarely do. Pure.

A script sends the beacon and the form. People scroll, open a question, enter a field, and their
browser tells it when they leave. Some browsers tell nothing, so only a group that differs from the
others says something.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import comb

from wbtest.audience.conversions import Traces
from wbtest.results.history import History
from wbtest.results.totals import total
from wbtest.results.trust import Check, early
from wbtest.results.trusting.around import day_name

FEWEST_SIGNUPS, FEWEST_OTHERS = 20, 10
# A group differs when this share of it left no trace, so many times as many as of the others, and
# chance has one test in a thousand show any such group. Days bring the same browsers; sources may
# bring others, as apps do that open links inside themselves.
MANY_OF_DAY, MANY_OF_SOURCE, TIMES_AS_MANY, RAREST = 0.4, 0.7, 3.0, 1e-3
# Of all sign-ups, where most of the other visitors left one.
MOST_WITHOUT, FEWEST_VISITORS = 0.5, 50


def check_footprint(counted: History) -> Check:
    """Did those who signed up on a day, or from a source, do anything else on the page?"""
    check, title = "footprint", "Read before signing up"
    all_of_them, *groups = counted.conversions.traces or (Traces("", "", 0, 0),)
    if all_of_them.number < FEWEST_SIGNUPS:
        return early(check, title, f"From {FEWEST_SIGNUPS} sign-ups on it says something.")
    found = _differing(all_of_them, groups)
    if found:
        others = _others(all_of_them, found)
        who = (
            f"On {day_name(date.fromisoformat(found.day))}"
            if found.day
            else (
                "Of those who came directly" if found.source == "direct" else f"From {found.source}"
            )
        )
        reason = (
            f"{who} {found.without:,} of {found.number:,} sign-ups came from visitors who did "
            f"nothing else on the page that we know of; of all others {others.without:,} of "
            f"{others.number:,}."
        )
        return _doubted(check, title, found, reason)
    if _is_unlike_visitors(all_of_them, counted):
        reason = (
            f"{all_of_them.without:,} of the newest {all_of_them.number:,} sign-ups came from "
            "visitors who did nothing else on the page that we know of. Most visitors who did not "
            "sign up read some of it."
        )
        return _doubted(check, title, all_of_them, reason)
    if all_of_them.without == all_of_them.number:
        reason = "Nothing is known of what people did on the page beside signing up."
        return Check(check, "ok", reason, title, "not known")
    reason = (
        f"Of the newest {all_of_them.number:,} sign-ups {all_of_them.without or 'none'} came from "
        "visitors who did nothing else on the page that we know of, on no day and from no source "
        "far more than elsewhere."
    )
    return Check(check, "ok", reason, title, "yes")


def _doubted(check: str, title: str, found: Traces, reason: str) -> Check:
    do = "Look at these sign-ups. A script leaves no trace. Some browsers don’t either."
    value = f"{found.without:,} of {found.number:,} not"
    return Check(check, "warn", reason, title, value, do=do, where="signups")


def _differing(all_of_them: Traces, groups: Sequence[Traces]) -> Traces | None:
    """The group that differs most from all others, if any does."""
    far = [
        (tail, group)
        for group in groups
        if (tail := _tail(all_of_them, group)) * len(groups) <= RAREST
        and _is_far(group, _others(all_of_them, group))
    ]
    return min(far)[1] if far else None


def _others(all_of_them: Traces, group: Traces) -> Traces:
    number, without = all_of_them.number - group.number, all_of_them.without - group.without
    return Traces("", "", number, without)


def _is_far(group: Traces, others: Traces) -> bool:
    share, usual = group.without / group.number, (others.without + 0.5) / (others.number + 1)
    many = MANY_OF_DAY if group.day else MANY_OF_SOURCE
    is_known = others.number >= FEWEST_OTHERS
    return is_known and share >= max(many, TIMES_AS_MANY * usual)


def _tail(all_of_them: Traces, group: Traces) -> float:
    """Chance that as many of a group left no trace, drawn from all (Fisher's exact test)."""
    most = min(group.number, all_of_them.without)
    ways = sum(
        comb(all_of_them.without, k)
        * comb(all_of_them.number - all_of_them.without, group.number - k)
        for k in range(group.without, most + 1)
    )
    return ways / comb(all_of_them.number, group.number)


def _is_unlike_visitors(all_of_them: Traces, counted: History) -> bool:
    sums = total(total(row) for row in counted.sources.values())
    visitors, readers = sums.seen - sums.converted, counted.conversions.readers
    return (
        all_of_them.without >= MOST_WITHOUT * all_of_them.number
        and visitors >= FEWEST_VISITORS
        and readers > MOST_WITHOUT * visitors
    )
