"""Not being counted: what is known of a visitor who objects goes, and nothing is recorded again."""

from wbtest.audience import rollup
from wbtest.audience.live_pages import LivePage
from wbtest.audience.recorder import Recorder, StoreFailed
from wbtest.audience.visitors import Visitor
from wbtest.store import writing


def object_to_counting(recorder: Recorder, page: LivePage, visitor: Visitor | None) -> None:
    """Forget the visits of this visitor. An address that was left stays, but counts no more.

    Raises StoreFailed when the store does not answer.
    """
    if visitor is None:
        return
    try:
        # What the visitor did a moment ago may still be on its way into the store.
        recorder.flush()
    except TimeoutError as error:
        raise StoreFailed from error
    with writing() as session:
        rollup.forget(session, page.live.id, visitor.visitor)
