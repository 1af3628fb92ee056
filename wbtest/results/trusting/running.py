"""Checks of how the test was run: what changed after its start, and how often it was tried. Pure.

What visitors read is sealed. What is left to change is when they were counted, and what the team
says of itself.
"""

from __future__ import annotations

from wbtest.http import number_of
from wbtest.publishing.in_words import as_percent
from wbtest.publishing.rule import Hypothesis
from wbtest.results.history import Counted
from wbtest.results.trust import Check, listed
from wbtest.results.trusting.around import Around, day_name
from wbtest.statistics import Counts

# A shorter pause takes nobody's weekday.
LONG_PAUSE_HOURS = 24.0


def check_changes(around: Around, counted: Counted) -> Check:
    """Was anything changed after the start that visitors could notice?"""
    check, title = "changes", "Nothing changed since the start"
    heavy = [*_corrections(around, counted), *_long_pauses(around), *_facts(around)]
    light = _short_pauses(around)
    if not heavy and not light:
        reason = "Since the start nobody changed what visitors see or when they count."
        return Check(check, "ok", reason, title, "yes")
    said = " ".join(f"{part[:1].upper()}{part[1:]}." for part in (*heavy, *light))
    if not heavy:
        return Check(check, "ok", f"{said} That is allowed for.", title, "little", where="history")
    do = "Compare the days before and after. Are they alike? Then say so when you decide."
    changes = (*_long_pauses(around), *around.facts_changed, *around.corrections)
    value = number_of(len(changes), "change")
    return Check(check, "warn", said, "Changed since the start", value, do=do, where="history")


def check_attempts(rule: Hypothesis, around: Around) -> Check:
    """Was the same release tested before? Chance of any false go: at most m·α."""
    check, title, times = "attempts", "First test of this release", around.attempt
    if times < 2:
        reason = (
            "Nobody tested this release before, so the chance of a false go is at most "
            f"{as_percent(rule.alpha)}."
        )
        return Check(check, "ok", reason, title, "yes")
    reason = (
        f"This is test {times} of the release. Whoever tries until it works finds something that "
        f"works by chance: over all {times} the chance of any false go is at most {times} × "
        f"{as_percent(rule.alpha)} = {as_percent(min(times * rule.alpha, 1.0))}."
    )
    do = "Read what came of the others, and name them all when you decide."
    value = f"test {times}"
    return Check(check, "warn", reason, "Tested before", value, do=do, where="attempts")


def _corrections(around: Around, counted: Counted) -> list[str]:
    """What was corrected, and how many had seen the page before the first of it."""
    found = around.corrections
    if not found:
        return []
    days = listed(list(dict.fromkeys(around.day(each.at) for each in found)))
    number = "1 correction" if len(found) == 1 else f"{len(found)} corrections"
    until = counted.hours.until(int(found[0].at.timestamp()))
    before = Counts(sum(c.seen for c in until), sum(c.converted for c in until))
    ever = counted.hours.totals()
    since = Counts(
        sum(c.seen for c in ever) - before.seen, sum(c.converted for c in ever) - before.converted
    )
    when = "in the hours before the first" if len(found) > 1 else "in the hours before"
    return [
        f"{number} on {days}: {'; '.join(each.said for each in found)} ({_people(before)} {when}, "
        f"{_people(since)} from that hour on)"
    ]


def _people(counts: Counts) -> str:
    return f"{counts.converted:,} of {counts.seen:,}"


def _long_pauses(around: Around) -> list[str]:
    return [
        f"the test rested from {around.day(pause.since)} to {around.day(pause.until)}; who came "
        "then does not count"
        for pause in around.pauses
        if pause.hours >= LONG_PAUSE_HOURS
    ]


def _short_pauses(around: Around) -> list[str]:
    hours = sum(pause.hours for pause in around.pauses if pause.hours < LONG_PAUSE_HOURS)
    number = sum(pause.hours < LONG_PAUSE_HOURS for pause in around.pauses)
    if not number:
        return []
    times = "once" if number == 1 else f"{number} times"
    took = f"about {number_of(round(hours), 'hour')}" if hours >= 1 else "less than an hour"
    return [f"the test rested {times}, for {took} in all"]


def _facts(around: Around) -> list[str]:
    if not around.facts_changed:
        return []
    days = listed([day_name(day) for day in around.facts_changed])
    return [f"on {days} somebody changed who answers for the page, which its visitors can read"]
