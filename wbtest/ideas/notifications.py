"""What a team was told of its tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from wbtest.delivery import webhooks, worker
from wbtest.extensions import Base, db, runtime
from wbtest.publishing.lifecycle import address_of, event_facts
from wbtest.publishing.models import Experiment
from wbtest.results.figures import Evaluation, evaluate
from wbtest.results.verdict_text import badge, evidence, headline, promise
from wbtest.store import UtcDateTime, insert, writing
from wbtest.team.mail_preferences import list_recipients, send_test_mail
from wbtest.writing import document as documents


class SentNotification(Base):
    """Something about an experiment that the team was told once.

    All mails about it are queued in the transaction that makes this row, so nobody gets two.
    """

    __tablename__ = "told"

    experiment_id: Mapped[int] = mapped_column(ForeignKey(Experiment.id), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(40), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)


VERDICT = "verdict"
OVER = "over"
BROKEN = "data unreliable"


class Occasion(NamedTuple):
    """Something that happened; ``key`` names it, ``subject`` follows the product's name.

    ``text`` is a paragraph of the mail.
    """

    key: str
    subject: str
    text: str


def occasions(results: Evaluation) -> list[Occasion]:
    """Return everything that has happened so far, what matters most first."""
    verdict = results.verdict
    # Each red check has a key of its own: an early warning must not hide a later one.
    found = [
        Occasion(
            f"trust {check.check}",
            # The last one is about a verdict that has faded since.
            badge(results).text.lower() if check.check == "since" else BROKEN,
            f"{check.title}: {check.value}. {check.reason} {check.do}".strip(),
        )
        for check in results.trust
        if check.state == "stop"
    ]
    if verdict.word != "not_enough" and not verdict.is_withheld:
        found.append(Occasion(VERDICT, badge(results).text.lower(), _said(results)))
    if verdict.is_final:
        subject = f"over, {badge(results).text.lower()}"
        text = "The test is over, and the figures are final."
        found.append(Occasion(OVER, subject, f"{text}\n\n{_said(results)}"))
    return found


def _said(results: Evaluation) -> str:
    said = f"{headline(results)} {evidence(results)}".strip()
    then = promise(results)
    return f"{said}\n\nWhat you said you’d do in this case: {then}" if then else said


EVERY = timedelta(minutes=10)
# The longest conversion window: until then late answers may settle a test that is over.
LONGEST_WINDOW = timedelta(hours=720)
# What nobody was told by then is no news any more, as after a long time without a worker.
GRACE = timedelta(days=3)


def send_notifications(now: datetime) -> None:
    """Tell of everything new about the tests that run or were over lately."""
    is_recent = Experiment.ended_at > now - LONGEST_WINDOW - GRACE
    watched = sa.or_(Experiment.state.in_(("running", "paused")), is_recent)
    found = db.session.scalars(sa.select(Experiment).where(watched).order_by(Experiment.id)).all()
    worker.for_each(found, lambda experiment: _tell(experiment, now), address_of)


def _tell(experiment: Experiment, now: datetime) -> None:
    results = evaluate(experiment, now)
    if now >= results.life.final_at(results.rule) + GRACE:
        return
    query = sa.select(SentNotification.occasion).where(
        SentNotification.experiment_id == experiment.id
    )
    told = set(db.session.scalars(query))
    happened = [each for each in occasions(results) if each.key not in told]
    # Asked of every test, and mostly for nothing: that must not keep others from writing.
    if not happened:
        return
    with writing():
        if news := [entry for entry in happened if claim(experiment, entry.key, now)]:
            _write(experiment, news)
        if any(entry.key == VERDICT for entry in news):
            webhooks.emit("verdict.reached", _facts(experiment, results))


def claim(experiment: Experiment, occasion: str, now: datetime) -> bool:
    """Whether the team is to be told of it by us; of two workers it is one's."""
    row = {"experiment_id": experiment.id, "occasion": occasion, "told_at": now}
    noted = insert(db.engine.dialect.name, SentNotification).values(row)
    noted = noted.on_conflict_do_nothing().returning(SentNotification.occasion)
    return db.session.execute(noted).first() is not None


def _write(experiment: Experiment, news: list[Occasion]) -> None:
    """Queue one mail about all that is new in this moment."""
    base_url = runtime().settings.base_url
    texts = dict.fromkeys(entry.text for entry in news)
    look = f"See the figures:\n{base_url}/experiments/{experiment.id}/results"
    people = [person for person, _ in list_recipients()]
    product = documents.from_json(experiment.revision.document).product
    subject = f"{product or address_of(experiment)}: {news[0].subject}"
    send_test_mail(people, subject, "\n\n".join([*texts, look]))


def _facts(experiment: Experiment, results: Evaluation) -> dict[str, object]:
    verdict = results.verdict
    assert verdict.reached_at is not None, "only called once a verdict was reached"
    return event_facts(experiment) | {
        "verdict": verdict.word,
        "recommendation": verdict.recommendation,
        "variants": [results.variants[k].key for k in verdict.variants],
        "reached_at": verdict.reached_at.isoformat(),
    }
