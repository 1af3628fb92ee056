"""The checks of trust of a memo's file: counted anew where counts tell, else as it states them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from wbtest.publishing.choices import options
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.results.figures import sealed_rule
from wbtest.results.health import check_trust
from wbtest.results.history import History
from wbtest.results.trust import Check, CheckState
from wbtest.results.trusting.around import Around
from wbtest.results.verdict import Life

# Those that may stop a verdict: every version asks them alike.
MEASURED = frozenset({"split", "served_split", "beacons", "seal"})
# They follow from the counts, the sealed rule and the number of the attempt.
COUNTED = MEASURED.union(
    ("beacons_alike", "excluded", "lost", "weekdays", "without_beacon"),
    ("confirmed", "confirmed_alike", "too_good", "attempts"),
)
# A check is its words, and what it found.
WORDS = frozenset({"title", "value", "reason"})
FOUND = frozenset({"state", "value", "reason"})
# The last check, which follows from the verdict.
SINCE = "since"


def checks_from(
    told: Sequence[Mapping[str, Any]],
    experiment: Experiment,
    counted: History,
    now: datetime,
    *,
    is_seal_whole: bool,
    is_ours: bool,
) -> tuple[list[Check], dict[str, frozenset[str]]]:
    """Return every check but the last, and what of each the memo alone states, by the check's name.

    ``told`` are those of the memo. Another version may have asked other checks, in its own order;
    those that we do not know are taken as it states them.
    """
    rule = sealed_rule(experiment)
    around = _around(experiment, rule, now)
    anew = check_trust(rule, counted, around, is_seal_whole=is_seal_whole)
    ours = {check.check: check for check in anew}
    by_name = {str(check["check"]): check for check in told}
    names = list(ours) if is_ours else [name for name in by_name if name != SINCE]
    stated = {name: _stated(name, ours, counted, around, is_ours=is_ours) for name in names}
    # Who was not asked to confirm for want of a mail server, rows tell and counts do not.
    value = str(by_name.get("confirmed", {}).get("value", ""))
    if "confirmed" in stated and around.confirms and value.endswith("not asked"):
        stated["confirmed"] = FOUND
    # Nothing else may stop a verdict, so no version can have left it out.
    late = [check for check in anew if check.state == "stop" and check.check not in stated]
    return [
        _check(ours.get(name), by_name.get(name), stated[name]) for name in names
    ] + late, stated


def _stated(
    name: str, ours: Mapping[str, Check], counted: History, around: Around, *, is_ours: bool
) -> frozenset[str]:
    """What of a check rests on rows, or on rules that are not ours."""
    if name in MEASURED:
        return frozenset()
    if not is_ours:
        return FOUND | WORDS
    is_lone = len(counted.variants) == 1
    if name in COUNTED or (name == "sources" and is_lone):
        return frozenset()
    if name == "cached" and around.is_cookieless:
        return frozenset()
    if name == "machines":
        # Whether some of them may have been people is told by their headers, not by their number.
        return frozenset({"state", "reason"}) if ours[name].value != "0" else frozenset()
    return FOUND


def _check(anew: Check | None, told: Mapping[str, Any] | None, stated: frozenset[str]) -> Check:
    """The check as it follows, with what is only stated as the memo states it."""
    if told is None:
        assert anew is not None, "a check has its name from one of them"
        return anew

    def part(name: str) -> str:
        return str(told[name]) if anew is None or name in stated else str(getattr(anew, name))

    # What rests on rows never stops a verdict; a memo that says so differs where it says it.
    state = part("state") if part("state") in ("ok", "warn") or not stated else "warn"
    return Check(
        str(told["check"]) if anew is None else anew.check,
        cast(CheckState, state),
        part("reason"),
        part("title"),
        part("value"),
    )


def _around(experiment: Experiment, rule: Hypothesis, now: datetime) -> Around:
    """What is known of how the test was run. Pauses, changes and addresses are not."""
    assert experiment.started_at is not None, "the file tells when it started"
    chosen = options.from_json(experiment.options)
    life = Life(experiment.started_at, experiment.ended_at, now, experiment.time_zone)
    zone = ZoneInfo(experiment.time_zone)
    return Around(
        names=tuple(variant.name or variant.key for variant in experiment.variants),
        time_zone=experiment.time_zone,
        started=life.started_at.astimezone(zone).date(),
        today=now.astimezone(zone).date(),
        is_over=now >= life.over_at(rule),
        attempt=experiment.attempt,
        confirms=chosen.confirms,
        is_cookieless=chosen.counting == "cookieless",
    )
