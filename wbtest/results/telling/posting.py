"""Claiming what the team is told, and queueing the mails, in the open transaction."""

from datetime import datetime

from flask import current_app

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.letter import Letter
from wbtest.publishing.models import Experiment
from wbtest.results.telling.choices import Kind, stop_token, wanting
from wbtest.results.telling.models import Told
from wbtest.store import insert

WHY = {
    "weekly": "You get this each Monday because you asked for it.",
    "events": "You get this once, because you are told of verdicts and broken tests.",
    "alarms": "You get this as an owner, once an hour at most.",
}


def claim(experiment: Experiment, occasion: str, now: datetime) -> bool:
    """Whether the team is to be told of it by us; of two workers it is one's."""
    row = {"experiment_id": experiment.id, "occasion": occasion, "told_at": now}
    noted = insert(db.engine.dialect.name, Told).values(row)
    noted = noted.on_conflict_do_nothing().returning(Told.occasion)
    return db.session.execute(noted).first() is not None


def is_told(experiment: Experiment, occasion: str) -> bool:
    """Whether the team was told of it; only ``claim`` says so for certain."""
    return db.session.get(Told, (experiment.id, occasion)) is not None


def post(experiment: Experiment, letter: Letter, kind: Kind) -> None:
    """Queue the mail for each member who wants mails of this kind."""
    base_url = current_app.extensions["wbtest.settings"].base_url
    for person in wanting(experiment.workspace_id, kind):
        stop_url = f"{base_url}/mails/stop/{stop_token(experiment.workspace_id, person.id, kind)}"
        queue_mail(
            recipient=person.email,
            subject=letter.subject,
            body=f"{letter.body}\n\n{WHY[kind]} Stop these mails:\n{stop_url}\n",
            leave_url=stop_url,
            workspace_id=experiment.workspace_id,
        )


def post_alarm(experiment: Experiment, subject: str, body: str) -> None:
    """Queue the mail about unusual sign-ups for each owner who wants such mails."""
    post(experiment, Letter(subject, body), "alarms")


def results_url(experiment: Experiment) -> str:
    """The address of the results, for a mail."""
    base_url = current_app.extensions["wbtest.settings"].base_url
    return f"{base_url}/experiments/{experiment.id}/results"
