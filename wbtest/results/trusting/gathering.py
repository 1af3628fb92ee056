"""Reading what the checks need beside the counts: a fixed number of queries, whoever came."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from wbtest.audience import segments_counts
from wbtest.audience.signing.alarms import unusual_hours
from wbtest.extensions import db
from wbtest.publishing.corrections import in_force
from wbtest.publishing.models import Experiment, Step
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.running.correcting import names_of, summary_of
from wbtest.publishing.running.seals import sealed_options
from wbtest.results.history import History
from wbtest.results.trusting.around import Around, Corrected, pauses_of
from wbtest.results.trusting.places import Spot
from wbtest.results.verdict import Life
from wbtest.team.models import AuditLine


def around(experiment: Experiment, rule: Hypothesis, counted: History, life: Life) -> Around:
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
    newest = segments_counts.newest_signups(experiment)
    zone = ZoneInfo(experiment.time_zone)
    return Around(
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
        corrections=_corrections(experiment),
        pretenders=counted.pretenders,
        unusual=tuple(unusual_hours(experiment, until)),
        newest=newest,
        without_cookie=tuple(newest.without_cookie.get(key, 0) for key in keys),
    )


def spots(experiment: Experiment, rule: Hypothesis) -> list[Spot]:
    """Return who was served and who saw each variant, by device and source."""
    keys = [variant.key for variant in experiment.variants]
    served: dict[tuple[str, str], list[int]] = {}
    seen: dict[tuple[str, str], list[int]] = {}
    for cell in segments_counts.cells(experiment, rule.sources):
        place, k = (cell.device, cell.source), keys.index(cell.variant)
        served.setdefault(place, [0] * len(keys))[k] = cell.served
        seen.setdefault(place, [0] * len(keys))[k] = cell.seen
    return [Spot(*place, tuple(served[place]), tuple(seen[place])) for place in served]


def _corrections(experiment: Experiment) -> tuple[Corrected, ...]:
    """What was corrected on the page; without a correction nothing is read."""
    found = in_force(experiment.corrections) if experiment.corrected_seal else []
    names = names_of(experiment)
    return tuple(Corrected(each.approved_at, summary_of(each, names)) for each in found)


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
