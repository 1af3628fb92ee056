"""The weekly summary of a test, to members who asked for it: a job of the worker."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from wbtest.delivery.each import for_each
from wbtest.extensions import db
from wbtest.letter import Letter
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import address_of
from wbtest.results.dashboard.advice import missing
from wbtest.results.deciding.stopping import should_end
from wbtest.results.decisions import find_decision
from wbtest.results.figures import Results, results_of
from wbtest.results.in_words import evidence_shown, headline, promise
from wbtest.results.telling import letters, weeks
from wbtest.results.telling.choices import wanting
from wbtest.results.telling.posting import claim, is_told, post, results_url
from wbtest.results.telling.weeks import Week
from wbtest.results.trust import is_lost
from wbtest.store import writing

EVERY = timedelta(minutes=10)


def send_weekly(now: datetime) -> None:
    """Send the summary of each test for which it is Monday, eight o'clock, or was since."""
    is_recent = Experiment.ended_at > now - weeks.WEEK - weeks.GRACE
    watched = sa.or_(Experiment.state.in_(("running", "paused")), is_recent)
    found = db.session.scalars(sa.select(Experiment).where(watched).order_by(Experiment.id)).all()
    for_each(found, lambda experiment: _send(experiment, now), address_of)


def _send(experiment: Experiment, now: datetime) -> None:
    week = weeks.newest_week(now, experiment.time_zone)
    assert experiment.started_at is not None, "drafts are not looked at"
    if not weeks.is_due(week, now, experiment.started_at, experiment.ended_at):
        return
    occasion = f"week {week.monday.isoformat()}"
    # The figures take a while: they are not asked for when nobody wants them, or has them.
    if is_told(experiment, occasion) or not wanting(experiment.workspace_id, "weekly"):
        return
    letter = letter_of(experiment, results_of(experiment, now), week)
    with writing():
        if claim(experiment, occasion, now):
            post(experiment, letter, "weekly")


def letter_of(experiment: Experiment, results: Results, week: Week) -> Letter:
    """Return the summary of a week, with the verdict as it stands now."""
    (seen, signed_up), (all_seen, all_signed_up) = weeks.in_week(week, results.days)
    when = letters.days(week.first, week.last)
    visitors = "1 visitor" if seen == 1 else f"{seen:,} visitors"
    signups = "1 sign-up" if signed_up == 1 else f"{signed_up:,} sign-ups"
    return letters.written(
        f"{address_of(experiment)}, {when}: {visitors}, {signups}",
        f"{headline(results)} {evidence_shown(results)}".strip(),
        f"From {when} {letters.people(seen, 'saw the page', signed_up)}. "
        f"Since the start: {letters.people(all_seen, 'saw it', all_signed_up)}.",
        letters.trust_sentence(results.trust),
        _missing(experiment, results),
        f"Look at the results:\n{results_url(experiment)}",
    )


def _missing(experiment: Experiment, results: Results) -> str:
    """What stands between now and a decision; '' for nothing."""
    decision = find_decision(experiment)
    if decision is not None and decision.choice == "stop":
        is_open = should_end(experiment, decision.choice)
        return (
            "It was decided to stop, and the page is not closed: end the test." if is_open else ""
        )
    if results.verdict.is_withheld and is_lost(results.trust):
        return "These figures are lost: the page of the results says what to mend for a new test."
    if results.verdict.is_withheld:
        return "Missing: figures that can be trusted. The page of the results says what to mend."
    if found := missing(results):
        return "Missing before a verdict:\n" + "\n".join(f"- {entry}" for entry in found)
    then = promise(results)
    if not then or decision is not None:
        return ""
    return f"Missing: your decision. What you said you would do then: {then}"
