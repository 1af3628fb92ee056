"""Telling a team's owners of sign-ups and visits that are unusual, once an hour at most.

An owner who wants no mails about tests finds it on the page of sign-ups.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from wbtest import store
from wbtest.audience import signups, traffic
from wbtest.audience.models import Alarm, HourlyCount, KindTotal, MachineCount, Signup
from wbtest.audience.recording.counting_rules import SUSPECTED, microseconds_of
from wbtest.audience.recording.gate import CROWD
from wbtest.delivery.worker import for_each
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle, sealing
from wbtest.publishing import rule as rules
from wbtest.publishing.models import Experiment
from wbtest.store import writing
from wbtest.team.mail_preferences import send_alarm

STRIPPED = "headers"
HOUR = timedelta(hours=1)
WEEK_HOURS = 7 * 24
# Below these an hour is not worth a mail.
FEWEST_DOUBTED = 20
FEWEST_UNUSUAL = 100
# Visitors beyond what their network may count; a family never brings so many.
FEWEST_CROWDED = 20
TIMES_THE_USUAL = 10
_TEXTS = msgspec.toml.decode(
    Path(__file__).with_suffix(".toml").read_bytes(), type=dict[str, dict[str, str]]
)
UNUSUAL = {kind: text["name"] for kind, text in _TEXTS.items()}
MOST_SHOWN = 5


class Hour(NamedTuple):
    """The sign-ups of a page in the last hour; ``usual`` are those of an average hour before."""

    everybody: int
    suspected: int
    disposable: int
    usual: float


def find_alarm(hour: Hour, guard: signups.AbuseGuard) -> tuple[str, str]:
    """Return kind and sentence of what is unusual about an hour, or two empty texts. Pure.

    >>> find_alarm(Hour(40, suspected=30, disposable=2, usual=5.0), signups.AbuseGuard())[0]
    'machines'
    """
    counted = hour.everybody - hour.suspected
    kind = ""
    if counted >= guard.most_a_page:
        kind = "full"
    elif hour.suspected >= FEWEST_DOUBTED and 2 * hour.suspected > hour.everybody:
        kind = "machines"
    elif hour.disposable >= FEWEST_DOUBTED and 2 * hour.disposable > hour.everybody:
        kind = "disposable"
    elif counted >= FEWEST_UNUSUAL and counted > TIMES_THE_USUAL * hour.usual:
        kind = "many"
    return _told(kind, counted=counted, most=guard.most_a_page, **hour._asdict())


def find_stripped(pretenders: int, people: int) -> tuple[str, str]:
    """Return the same of page loads taken for scripts' because headers are missing. Pure.

    >>> find_stripped(120, people=10)[0], find_stripped(120, people=400)[0]
    ('headers', '')
    """
    is_unusual = pretenders >= FEWEST_UNUSUAL and pretenders > people
    return _told(STRIPPED if is_unusual else "", pretenders=pretenders, people=people)


def find_crowd(crowd: int, limits: rules.NetworkLimits) -> tuple[str, str]:
    """Return the same of visitors beyond what their network may count. Pure.

    >>> [find_crowd(number, rules.NetworkLimits())[0] for number in (20, 19)]
    ['crowd', '']
    """
    kind = CROWD if crowd >= FEWEST_CROWDED else ""
    return _told(kind, crowd=crowd, hour=limits.hour, day=limits.day)


def _told(kind: str, **numbers: float) -> tuple[str, str]:
    """The kind with its sentence, or two empty texts."""
    return kind, _TEXTS[kind]["told"].format(**numbers) if kind else ""


def raise_alarms(now: datetime) -> None:
    """Look at the last hour of each page that takes addresses, and write to its owners; a job."""
    guard = runtime().guard
    takes = sa.or_(Experiment.state == "running", Experiment.afterwards == "open")
    busy = _busy(sa.select(Experiment.id).where(takes), guard, now)
    found = db.session.scalars(sa.select(Experiment).where(Experiment.id.in_(busy))).all()
    for_each(found, lambda experiment: _raise_alarm(experiment, guard, now), lifecycle.address_of)


def _busy(
    pages: sa.Select[int], guard: signups.AbuseGuard, now: datetime
) -> sa.CompoundSelect[int]:
    """Those of the pages where enough came for any alarm: of all others nothing else is read."""
    fewest = min(FEWEST_DOUBTED, FEWEST_UNUSUAL, guard.most_a_page)
    signed_up = (
        sa.select(Signup.experiment_id)
        .where(Signup.experiment_id.in_(pages), Signup.at_us > microseconds_of(now - HOUR))
        .group_by(Signup.experiment_id)
        .having(sa.func.count() >= fewest)
    )
    stripped = (
        sa.select(MachineCount.experiment_id)
        .where(
            MachineCount.experiment_id.in_(pages),
            MachineCount.hour > _lately(now),
            MachineCount.family == traffic.PRETENDER,
        )
        .group_by(MachineCount.experiment_id)
        .having(sa.func.sum(MachineCount.count) >= FEWEST_UNUSUAL)
    )
    told = sa.exists().where(Alarm.experiment_id == KindTotal.experiment_id, Alarm.kind == CROWD)
    crowded = (
        sa.select(KindTotal.experiment_id)
        .where(KindTotal.experiment_id.in_(pages), KindTotal.excluded_because == CROWD, ~told)
        .group_by(KindTotal.experiment_id)
        .having(sa.func.sum(KindTotal.served) >= FEWEST_CROWDED)
    )
    return sa.union(signed_up, stripped, crowded)


def _raise_alarm(experiment: Experiment, guard: signups.AbuseGuard, now: datetime) -> None:
    # Told once for a test, so before what may come again each hour.
    kind, sentence = _find_crowd(experiment, now)
    if not kind:
        kind, sentence = find_alarm(_last_hour(experiment, now), guard)
    if not kind:
        kind, sentence = find_stripped(*_browsers(experiment, now))
    if kind:
        tell(experiment, kind, sentence, now)


def tell(experiment: Experiment, kind: str, sentence: str, now: datetime) -> bool:
    """Note it and write to owners, of a page once an hour at most; return whether that was done."""
    hour = int(now.timestamp()) // 3600
    settings = runtime().settings
    with writing() as session:
        latest = session.scalar(
            sa.select(sa.func.max(Alarm.hour)).where(
                # Notices of a purge are noted there, too, by their second.
                Alarm.experiment_id == experiment.id,
                Alarm.hour <= hour,
            )
        )
        if latest is not None and latest >= hour:
            return False
        values = {"experiment_id": experiment.id, "kind": kind, "hour": hour}
        claim = store.insert(db.engine.dialect.name, Alarm).values(values)
        session.execute(claim.on_conflict_do_nothing())
        of_visits = kind in (STRIPPED, CROWD)
        what, page = (
            ("visits", "results/visitors#excluded") if of_visits else ("sign-ups", "signups")
        )
        look = f"{settings.base_url}/experiments/{experiment.id}/{page}"
        subject = f"/p/{experiment.slug}: unusual {what}"
        send_alarm(subject, f"{sentence}\n\nLook at the {what}:\n{look}")
    return True


def unusual_hours(
    experiment: Experiment, until: datetime | None = None
) -> list[tuple[datetime, str]]:
    """Return the latest hours that were unusual, each with what was; the newest first.

    Up to ``until``; without it also those of the waiting list after the end.
    """
    rows = db.session.execute(
        sa.select(Alarm.hour, Alarm.kind)
        .where(
            Alarm.experiment_id == experiment.id,
            Alarm.kind.in_(UNUSUAL),
            Alarm.hour <= int(until.timestamp()) // 3600 if until else sa.true(),
        )
        .order_by(Alarm.hour.desc(), Alarm.kind)
        .limit(MOST_SHOWN)
    )
    return [(datetime.fromtimestamp(3600 * hour, UTC), UNUSUAL[kind]) for hour, kind in rows]


def _last_hour(experiment: Experiment, now: datetime) -> Hour:
    since, before = microseconds_of(now - HOUR), microseconds_of(now - HOUR * (WEEK_HOURS + 1))
    is_recent = Signup.at_us > since
    is_doubted = Signup.excluded_because == SUSPECTED
    sums = [
        sa.func.count().filter(is_recent),
        sa.func.count().filter(is_recent, is_doubted),
        sa.func.count().filter(is_recent, Signup.is_disposable, ~is_doubted),
        sa.func.count().filter(~is_recent, ~is_doubted),
    ]
    found = db.session.execute(
        sa.select(*sums).where(
            Signup.experiment_id == experiment.id,
            Signup.at_us > before,
        )
    ).one()
    return Hour(*found[:3], usual=found[3] / WEEK_HOURS)


def _find_crowd(experiment: Experiment, now: datetime) -> tuple[str, str]:
    is_told = sa.exists().where(Alarm.experiment_id == experiment.id, Alarm.kind == CROWD)
    crowd = sa.select(sa.func.sum(KindTotal.served)).where(
        KindTotal.experiment_id == experiment.id, KindTotal.excluded_because == CROWD, ~is_told
    )
    number = db.session.scalar(crowd) or 0
    return find_crowd(number, sealing.sealed_limits(experiment, now)) if number else ("", "")


def _browsers(experiment: Experiment, now: datetime) -> tuple[int, int]:
    """Page loads of this hour and the last one: of Chromes that lack headers, and of people."""
    since = _lately(now)
    pretenders = sa.select(sa.func.sum(MachineCount.count)).where(
        MachineCount.experiment_id == experiment.id,
        MachineCount.hour > since,
        MachineCount.family == traffic.PRETENDER,
    )
    people = sa.select(sa.func.sum(HourlyCount.served)).where(
        HourlyCount.experiment_id == experiment.id, HourlyCount.hour > since
    )
    return db.session.scalar(pretenders) or 0, db.session.scalar(people) or 0


def _lately(now: datetime) -> int:
    """Hours that begin after this, in seconds since 1970, are this one and the last."""
    return int((now - 2 * HOUR).timestamp())
