"""What to do now, and what is still missing, in sentences. Pure; it follows the verdict alone."""

from __future__ import annotations

from math import ceil

from wbtest.http import number_of
from wbtest.publishing.in_words import as_percent
from wbtest.results.figures import Judged
from wbtest.results.in_words import final_moment, is_open, promise
from wbtest.results.trust import is_lost

DAY_SECONDS = 24 * 3600
WEEK = 7


def advice(results: Judged) -> str:
    """Return what to do now, in a sentence or two."""
    verdict = results.verdict
    if verdict.is_withheld:
        return _to_mend(results)
    if verdict.doubt:
        return "Decide nothing on this yet: see what is red under “Can I trust this?”."
    if verdict.choice:
        return f"The sealed rule says {verdict.choice}. {promise(results)}".strip()
    if is_open(results):
        return f"Wait until {final_moment(results)}; from then on the figures are final."
    if verdict.is_over:
        return f"The sealed rule leaves it open. {promise(results)}".strip()
    if verdict.is_capped:
        return (
            "As many came as the rule allows, so the target can no longer be met. End the test, or "
            "wait whether late answers settle that it is missed."
        )
    if results.is_paused:
        return "Open the page again to go on, or end the test."
    if not results.everybody.seen:
        return "Share the link, so that people come."
    if results.outlook is not None and results.outlook.is_too_slow:
        return "Bring more people to the page, or it will end without an answer."
    return "Keep it running, and change nothing."


def _to_mend(results: Judged) -> str:
    """What to do while a check stops the verdict, which some do for good."""
    if not is_lost(results.trust):
        if {check.check for check in results.trust if check.state == "stop"} == {"networks"}:
            return (
                "Look at the result without these networks. Any decision needs a second approver."
            )
        return "Fix what’s red under “Can I trust this?”. Decide nothing until then."
    is_over = results.verdict.is_over
    then = "and begin a new test" if is_over else "end this test, and begin a new one"
    return f"These figures are lost. Mend the page, {then}."


def missing(results: Judged) -> list[str]:
    """Return what the sealed rule still asks for before any verdict; nothing once there is one."""
    rule, life, verdict = results.rule, results.life, results.verdict
    if verdict.word != "not_enough" or verdict.is_over:
        return []
    found = []
    seen = results.everybody.seen
    if seen < rule.minimum_visitors:
        more = rule.minimum_visitors - seen
        found.append(
            f"{number_of(more, 'more visitor')}: no verdict before {rule.minimum_visitors:,}, and "
            f"{seen:,} came so far."
        )
    left = (life.ripe_at(rule) - life.now).total_seconds() / DAY_SECONDS
    if left > 0:
        least = number_of(rule.minimum_days, "day")
        so_that = ", so that weekdays and weekends are in it" if rule.minimum_days >= WEEK else ""
        found.append(f"{number_of(ceil(left), 'more day')}: no verdict before {least}{so_that}.")
    if not found and not verdict.is_withheld and not verdict.is_capped:
        if results.outlook is not None and not results.outlook.visitors:
            return ["One more full hour with a visitor: results rest on full hours."]
        found.append(
            f"Evidence: visitors and days are enough, but a rate may still lie on either side of "
            f"{as_percent(rule.target)}."
        )
    return found
