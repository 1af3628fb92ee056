"""Can these figures be trusted? All checks in the order of the panel, and what they read.

*stop* makes ``verdict.judge`` withhold the verdict: what was measured is not what the page did to
people. *warn* asks for a look, *ok* only informs. Each check is computed in ``measurement_checks``,
``signup_checks``, ``visitor_checks`` or ``crowded_networks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from wbtest.audience import quality_counts
from wbtest.audience.alarms import unusual_hours
from wbtest.extensions import db
from wbtest.publishing.correction_requests import names_of, summary_of
from wbtest.publishing.corrections import in_force
from wbtest.publishing.models import Experiment, Step
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.sealing import faults_of, sealed_options, sealed_rule
from wbtest.results import measurement_checks, signup_checks, visitor_checks
from wbtest.results.history import Counted, History, period_of
from wbtest.results.likely_causes import WITH_PLACES, SegmentCounts, with_hints
from wbtest.results.trust import (
    Check,
    CheckContext,
    Corrected,
    capital,
    early,
    pauses_of,
    short_rate,
)
from wbtest.results.verdict import FadedEvidence, RunPeriod, Verdict
from wbtest.team.models import AuditLine


def check_trust(
    rule: Hypothesis, counted: History, around: CheckContext, faults: Sequence[str]
) -> list[Check]:
    """Return every check, in the order of the panel.

    ``faults`` say in what the test differs from what was approved and sealed.
    """
    split, served_split, beacons, networks, seal = check_measurement(rule, counted, faults)
    return [
        split,
        served_split,
        beacons,
        measurement_checks.check_beacons_alike(counted, around),
        networks,
        visitor_checks.check_unknown(counted.networks.unknown, counted.networks.seen),
        visitor_checks.check_machines(counted, around),
        visitor_checks.check_people(counted),
        visitor_checks.check_lost(counted),
        measurement_checks.check_cached(around),
        measurement_checks.check_sources(rule, counted, around),
        visitor_checks.check_passed_on(rule, counted),
        visitor_checks.check_weekdays(counted, around),
        visitor_checks.check_without_beacon(rule, counted),
        visitor_checks.check_two_variants(counted),
        signup_checks.check_confirmed(rule, counted, around),
        signup_checks.check_confirmed_alike(counted, around),
        signup_checks.check_addresses(around),
        signup_checks.check_domains(counted),
        signup_checks.check_spellings(counted),
        signup_checks.check_bursts(counted, around),
        signup_checks.check_alarms(counted, around),
        signup_checks.check_footprint(counted),
        visitor_checks.check_too_good(rule, counted, around),
        measurement_checks.check_changes(around, counted),
        measurement_checks.check_attempts(rule, around),
        seal,
    ]


def check_measurement(rule: Hypothesis, counted: Counted, faults: Sequence[str]) -> list[Check]:
    """Return the checks that can stop a verdict; they need no more than what counts.

    A list of experiments asks for these alone. So no other check may ever stop a verdict, or the
    list would say what the page withholds.
    """
    return [
        measurement_checks.check_split("split", counted),
        measurement_checks.check_split("served_split", counted),
        measurement_checks.check_beacons(rule, counted),
        counted.networks.check,
        _check_seal(faults),
    ]


def _check_seal(faults: Sequence[str]) -> Check:
    title = "Locked rule unchanged"
    if not faults:
        return Check("seal", "ok", "The rule is the one locked at the start.", title, "yes")
    said = " ".join(f"{capital(fault)}." for fault in faults)
    reason = f"The database was changed by hand. {said}"
    do = "Ask the person who runs the server to restore a backup from before the change."
    return Check("seal", "stop", reason, title, "no", do=do, where="seal")


def check_since(verdict: Verdict) -> Check:
    """Do the figures still say what they said when the verdict was reached?"""
    if verdict.doubt:
        return check_doubt(verdict.doubt, is_over=verdict.is_over)
    if verdict.reached_at is None:
        yet = "" if verdict.is_over else " yet"
        return early("since", HOLDS, f"There’s no result to recheck{yet}.")
    reason = "Visitors since the result don’t contradict it."
    return Check("since", "ok", reason, HOLDS, "yes")


HOLDS = "Result still holds"


def check_doubt(doubt: FadedEvidence, *, is_over: bool = False) -> Check:
    """Return what speaks against a verdict since it was reached."""
    do = "Find out who visited first, and from where: friends and followers say yes sooner."
    if doubt.since is None or doubt.until is None:
        reason = (
            "When the result came, every variant was clearly below the target. That’s no longer so."
        )
        do = "Find out who visited recently, and from where."
        return Check("since", "stop", reason, HOLDS, "no", do=do, where="links")
    first = f"Reached by the first {doubt.until.seen:,}"
    if doubt.is_contradicted:
        reason = (
            f"{first}, perhaps friends. The rate of the {doubt.since.seen:,} since is "
            f"{short_rate(doubt.since.converted, doubt.since.seen)}. Don’t build on it."
        )
    else:
        reason = (
            f"{first}. With everyone since, there’s no longer enough evidence."
            f"{'' if is_over else ' Keep the test running.'}"
        )
    return Check("since", "stop", reason, HOLDS, "no", do=do, where="links")


def read_context(
    experiment: Experiment, rule: Hypothesis, counted: History, life: RunPeriod
) -> CheckContext:
    """Return how a started experiment was run, up to ``life.now``."""
    chosen = sealed_options(experiment)
    keys, names = zip(
        *((each.key, each.name or each.key) for each in experiment.variants), strict=True
    )
    until = min(life.now, life.over_at(rule))
    # Of plain columns: nobody asks who took a step.
    rows = db.session.execute(
        sa.select(Step.what, Step.at)
        .where(Step.experiment_id == experiment.id)
        .order_by(Step.number)
    )
    steps = [(what, at) for what, at in rows if at <= until]
    newest = quality_counts.newest_signups(experiment)
    zone = ZoneInfo(experiment.time_zone)
    return CheckContext(
        names=names,
        time_zone=experiment.time_zone,
        started=life.started_at.astimezone(zone).date(),
        today=life.now.astimezone(zone).date(),
        is_over=life.now >= life.over_at(rule),
        attempt=experiment.attempt,
        confirms=chosen.confirms,
        is_cookieless=chosen.counting == "cookieless",
        pauses=pauses_of(steps, until),
        facts_changed=_facts_changed(experiment, life.started_at, until),
        corrections=_corrections(experiment) if experiment.corrected_seal else (),
        pretenders=counted.pretenders,
        unusual=tuple(unusual_hours(experiment, until)),
        newest=newest,
        without_cookie=tuple(newest.without_cookie.get(key, 0) for key in keys),
    )


def read_segments(experiment: Experiment, rule: Hypothesis) -> list[SegmentCounts]:
    """Return who was served and who saw each variant, by device and source."""
    keys = [variant.key for variant in experiment.variants]
    served: dict[tuple[str, str], list[int]] = {}
    seen: dict[tuple[str, str], list[int]] = {}
    for cell in quality_counts.visitor_cells(experiment, rule.sources):
        place, k = (cell.device, cell.source), keys.index(cell.variant)
        served.setdefault(place, [0] * len(keys))[k] = cell.served
        seen.setdefault(place, [0] * len(keys))[k] = cell.seen
    return [SegmentCounts(*place, tuple(served[place]), tuple(seen[place])) for place in served]


def _corrections(experiment: Experiment) -> tuple[Corrected, ...]:
    """What was corrected on the page."""
    names = names_of(experiment)
    return tuple(
        Corrected(each.approved_at, summary_of(each, names))
        for each in in_force(experiment.corrections)
    )


def _facts_changed(experiment: Experiment, since: datetime, until: datetime) -> tuple[date, ...]:
    """The local days on which the team changed its name or who is responsible."""
    moments = db.session.scalars(
        sa.select(AuditLine.at).where(
            AuditLine.action == "team.changed",
            AuditLine.at > since,
            AuditLine.at <= until,
        )
    )
    zone = ZoneInfo(experiment.time_zone)
    return tuple(sorted({moment.astimezone(zone).date() for moment in moments}))


def run_checks(experiment: Experiment, counted: History, now: datetime) -> list[Check]:
    """Return every check of what was counted of a started experiment, as of ``now``.

    Where people came from and on what is read only when a check asks for it.
    """
    rule = sealed_rule(experiment)
    run = read_context(experiment, rule, counted, period_of(experiment, now))
    checks = check_trust(rule, counted, run, faults_of([experiment])[experiment.id])
    if not any(check.check in WITH_PLACES and check.state != "ok" for check in checks):
        return checks
    return with_hints(checks, counted, run, read_segments(experiment, rule))
