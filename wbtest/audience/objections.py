"""Not being counted: what is known of a visitor who objects goes, and nothing is recorded again.

Visits wait in the memory of the process that answered them. Our own process stores its queue first;
what another one still holds is stored a moment after the objection. So the visitor's number is kept
for a minute or two, and the worker forgets once more.
"""

from datetime import datetime, timedelta

from wbtest.audience.live_pages import LivePage
from wbtest.audience.models import Objection
from wbtest.audience.recording import rollup
from wbtest.audience.recording.recorder import Recorder, StoreFailed
from wbtest.audience.visitors import Visitor
from wbtest.delivery.worker import for_each
from wbtest.extensions import clock, db
from wbtest.store import writing

# Longer than any queue holds what it was given.
AGAIN_AFTER = timedelta(minutes=1)


def object_to_counting(recorder: Recorder, page: LivePage, visitor: Visitor | None) -> None:
    """Forget the visits of this visitor. An address that was left stays, but counts no more.

    Raises StoreFailed when the store does not answer.
    """
    if visitor is None:
        return
    try:
        recorder.flush()
    except TimeoutError as error:
        raise StoreFailed from error
    with writing() as session:
        rollup.forget(session, page.live.id, visitor.visitor)
        session.merge(
            Objection(experiment_id=page.live.id, visitor=visitor.visitor, at=clock.now())
        )


def forget_again(now: datetime) -> None:
    """Forget what came after the objections of a minute ago, and then their visitors' numbers."""
    due = db.select(Objection).where(Objection.at <= now - AGAIN_AFTER)
    objections = db.session.scalars(due).all()
    for_each(objections, _forget, lambda objection: f"experiment {objection.experiment_id}")


def _forget(objection: Objection) -> None:
    with writing() as session:
        rollup.forget(session, objection.experiment_id, objection.visitor)
        session.delete(objection)
