"""Checks of when they signed up: many at once, and hours of which the owners were told. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wbtest.audience.conversions import Burst
from wbtest.http import number_of, percent
from wbtest.results.history import History
from wbtest.results.trust import Check, early
from wbtest.results.trusting.around import Around, day_name

FEWEST_SIGNUPS = 20
# Before that many came at other times, nobody knows what is usual.
FEWEST_ELSEWHERE = 50
# Readers of one post or newsletter may well sign up three times as often as others, and of those
# who come at once half may. Over all stretches chance has one test in a thousand go beyond.
TIMES_AS_OFTEN, MOST_OFTEN = 3.0, 0.5
RAREST = 1e-3
HOUR = 3600
MOST_TOLD = 3


class Found(NamedTuple):
    """A burst, how many were seen around it, the usual rate, and how rare it is by chance."""

    burst: Burst
    seen: int
    usual: float
    tail: float


def check_bursts(counted: History, around: Around) -> Check:
    """Did many sign up within minutes, and more than those who came then explain?"""
    check, title, number = "bursts", "No burst of sign-ups", counted.conversions.count
    if number < FEWEST_SIGNUPS:
        return early(check, title, f"From {FEWEST_SIGNUPS} sign-ups on it says something.")
    found = [_found(counted, burst) for burst in counted.conversions.bursts]
    # A stretch may begin at each sign-up, and be short or long.
    far = [each for each in found if each is not None and each.tail * 2 * number <= RAREST]
    if not far:
        reason = (
            f"The newest {number:,} sign-ups came when visitors came, and at no time far more "
            "often."
        )
        return Check(check, "ok", reason, title, "yes")
    worst = min(far, key=lambda each: each.tail)
    burst = worst.burst
    start = datetime.fromtimestamp(burst.start_us // 1_000_000, UTC)
    reason = (
        f"{burst.number:,} sign-ups came within {burst.minutes} minutes of "
        f"{_moment(start, around)}. In these hours {number_of(worst.seen, 'visitor')} saw the "
        f"page; at the usual {percent(worst.usual)} it would be {worst.usual * worst.seen:.1f}."
    )
    do = (
        "Was there a post, a talk or a newsletter then? If not, set this hour aside, with a reason."
    )
    value = f"{burst.number:,} in {burst.minutes} minutes"
    return Check(check, "warn", reason, "Burst of sign-ups", value, do=do, where="aside")


def _found(counted: History, burst: Burst) -> Found | None:
    """How rare so many are among those seen from an hour before on; None where nobody can tell."""
    from scipy import special

    hours = counted.hours
    start = burst.start_us / 1_000_000
    first, last = hours.over(int(start) - HOUR), hours.begun(int(start) + 60 * burst.minutes)
    seen = int((hours.seen_until[last] - hours.seen_until[first]).sum())
    converted = int((hours.converted_until[last] - hours.converted_until[first]).sum())
    elsewhere = int(hours.seen_until[-1].sum()) - seen
    if elsewhere < FEWEST_ELSEWHERE:
        return None
    usual = (int(hours.converted_until[-1].sum()) - converted + 0.5) / (elsewhere + 1)
    most = min(TIMES_AS_OFTEN * usual, MOST_OFTEN)
    # Some may have been seen the day before.
    whole = max(seen, burst.number)
    tail = float(special.bdtrc(burst.number - 1, whole, most))
    return Found(burst, whole, usual, tail)


def check_alarms(around: Around) -> Check:
    """Were the owners told of unusual hours?"""
    check, title = "alarms", "No unusual hours"
    if not around.unusual:
        return Check(check, "ok", "There was no hour to tell the owners of.", title, "yes")
    told = "; ".join(f"{_moment(at, around)}: {what}" for at, what in around.unusual[:MOST_TOLD])
    more = len(around.unusual) - MOST_TOLD
    rest = f"; and {number_of(more, 'hour')} before" if more > 0 else ""
    reason = f"The owners were told of unusual hours. {told[:1].upper()}{told[1:]}{rest}."
    do = "Look who came in these hours, and from where."
    value = number_of(len(around.unusual), "hour")
    return Check(check, "warn", reason, "Unusual hours", value, do=do, where="signups")


def _moment(at: datetime, around: Around) -> str:
    local = at.astimezone(ZoneInfo(around.time_zone))
    return f"{day_name(local.date())}, {local:%H:%M}"
