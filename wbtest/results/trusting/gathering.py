"""Reading what the checks need beside the counts: a fixed number of queries, whoever came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from wbtest.audience import segments_counts
from wbtest.extensions import db
from wbtest.publishing.choices import options
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.running.stages import tested
from wbtest.results.trusting.around import Around, pauses_of
from wbtest.results.trusting.places import Spot
from wbtest.results.verdict import Life
from wbtest.team.models import AuditLine


def around(experiment: Experiment, rule: Hypothesis, life: Life) -> Around:
    """Return how a started experiment was run, up to ``life.now``."""
    chosen = options.from_json(experiment.options)
    keys, names = zip(
        *((each.key, each.name or each.key) for each in tested(experiment)), strict=True
    )
    until = min(life.now, life.over_at(rule))
    steps = [(step.what, step.at) for step in experiment.steps if step.at <= until]
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
        pretenders=segments_counts.pretenders(experiment),
        newest=newest,
        without_cookie=tuple(newest.without_cookie.get(key, 0) for key in keys),
    )


def spots(experiment: Experiment, rule: Hypothesis, phase: int) -> list[Spot]:
    """Return who was served and who saw each variant in a phase, by device and source."""
    keys = [variant.key for variant in tested(experiment)]
    served: dict[tuple[str, str], list[int]] = {}
    seen: dict[tuple[str, str], list[int]] = {}
    for cell in segments_counts.cells(experiment, phase, rule.sources):
        place, k = (cell.device, cell.source), keys.index(cell.variant)
        served.setdefault(place, [0] * len(keys))[k] = cell.served
        seen.setdefault(place, [0] * len(keys))[k] = cell.seen
    return [Spot(*place, tuple(served[place]), tuple(seen[place])) for place in served]


def _facts_changed(experiment: Experiment, since: datetime, until: datetime) -> tuple[date, ...]:
    """The local days on which the team changed its name or who is responsible."""
    moments: Sequence[datetime] = db.session.scalars(
        db.select(AuditLine.at).where(
            AuditLine.workspace_id == experiment.workspace_id,
            AuditLine.action == "workspace.changed",
            AuditLine.at > since,
            AuditLine.at <= until,
        )
    ).all()
    zone = ZoneInfo(experiment.time_zone)
    return tuple(sorted({moment.astimezone(zone).date() for moment in moments}))
