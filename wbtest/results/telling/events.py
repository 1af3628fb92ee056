"""Telling members, and webhooks, what happened to a test: a job of the worker."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from wbtest.delivery.each import for_each
from wbtest.delivery.webhooks import emit
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.announcing import facts_of
from wbtest.publishing.running.life import address_of
from wbtest.results.figures import Judged, judged
from wbtest.results.telling.models import Told
from wbtest.results.telling.occasions import VERDICT, Occasion, occasions
from wbtest.runtime import runtime
from wbtest.store import insert, writing
from wbtest.team.account.mail_choices import post, wanting

EVERY = timedelta(minutes=10)
# The longest conversion window: until then late answers may settle a test that is over.
LONGEST_WINDOW = timedelta(hours=720)
# What nobody was told by then is no news any more, as after a long time without a worker.
GRACE = timedelta(days=3)


def tell_events(now: datetime) -> None:
    """Tell of everything new about the tests that run or were over lately."""
    is_recent = Experiment.ended_at > now - LONGEST_WINDOW - GRACE
    watched = sa.or_(Experiment.state.in_(("running", "paused")), is_recent)
    found = db.session.scalars(sa.select(Experiment).where(watched).order_by(Experiment.id)).all()
    for_each(found, lambda experiment: _tell(experiment, now), address_of)


def _tell(experiment: Experiment, now: datetime) -> None:
    results = judged(experiment, now)
    if now >= results.life.final_at(results.rule) + GRACE:
        return
    query = sa.select(Told.occasion).where(Told.experiment_id == experiment.id)
    told = set(db.session.scalars(query))
    happened = [each for each in occasions(results) if each.key not in told]
    # Asked of every test, and mostly for nothing: that must not keep others from writing.
    if not happened:
        return
    with writing():
        if news := [entry for entry in happened if _claim(experiment, entry.key, now)]:
            _write(experiment, news)
        if any(entry.key == VERDICT for entry in news):
            emit("verdict.reached", _facts(experiment, results))


def _claim(experiment: Experiment, occasion: str, now: datetime) -> bool:
    """Whether the team is to be told of it by us; of two workers it is one's."""
    row = {"experiment_id": experiment.id, "occasion": occasion, "told_at": now}
    noted = insert(db.engine.dialect.name, Told).values(row)
    noted = noted.on_conflict_do_nothing().returning(Told.occasion)
    return db.session.execute(noted).first() is not None


def _write(experiment: Experiment, news: list[Occasion]) -> None:
    """Queue one mail about all that is new in this moment."""
    base_url = runtime().settings.base_url
    texts = dict.fromkeys(entry.text for entry in news)
    look = f"See the figures:\n{base_url}/experiments/{experiment.id}/results"
    people = [person for person, _ in wanting()]
    subject = f"{address_of(experiment)}: {news[0].subject}"
    post(people, subject, "\n\n".join([*texts, look]))


def _facts(experiment: Experiment, results: Judged) -> dict[str, object]:
    verdict = results.verdict
    assert verdict.reached_at is not None, "only called once a verdict was reached"
    return facts_of(experiment) | {
        "verdict": verdict.word,
        "recommendation": verdict.recommendation,
        "variants": [results.variants[k].key for k in verdict.variants],
        "reached_at": verdict.reached_at.isoformat(),
    }
