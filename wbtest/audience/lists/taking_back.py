"""Taking a list back: whom it added goes again, but for those to whom something happened since."""

from typing import NamedTuple

import sqlalchemy as sa

from wbtest.audience.lists.choosing import hold_next
from wbtest.audience.lists.models import BroughtList
from wbtest.audience.models import Signup
from wbtest.audience.recording import rollup
from wbtest.audience.recording.cells import IMPORTED
from wbtest.audience.recording.ledger import take_turn
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import AlreadyDone
from wbtest.store import Refused, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person

# So many come or go in one transaction, and while somebody waits for the page.
AT_ONCE = 2_000


class Stayed(NamedTuple):
    """How many of a list would stay or stayed, and why.

    They ``left`` and stand as a nameless count, were ``told`` by mail, or ``signed_up`` themselves.
    """

    left: int
    told: int
    signed_up: int


def take_back(experiment: Experiment, brought: BroughtList, person: Person) -> None:
    """Delete whom a list added and to whom nothing happened since.

    A long list is only begun, the worker does the rest. Raises AlreadyDone for the second of two
    clicks, Refused for a list that is not in, or once the test is purged.
    """
    with writing():
        take_turn(db.session.connection())
        hold(experiment)
        hold(brought)
        if brought.state in ("going", "gone"):
            raise AlreadyDone("This list was taken back already.")
        if brought.state == "choosing":
            raise Refused("Nobody of this list was brought in yet.")
        if experiment.purged_at is not None:
            raise Refused("The addresses of this test are erased already.")
        brought.state, brought.content = "going", None
        brought.taken_back_by_id, brought.taken_back_at = person.id, clock.now()
        about = f"list {brought.number} of /p/{experiment.slug}"
        record(experiment.workspace_id, "signups.taken_back", about, by=person)
        if brought.added <= AT_ONCE:
            _remove(experiment, brought)


def remove_all(experiment: Experiment, brought: BroughtList) -> None:
    """Go on where taking a list back was begun, a group in each transaction."""
    while _remove_some(experiment, brought):
        pass


def count_stayed(brought: BroughtList) -> Stayed:
    """Return how many of those whom the list added are more by now than a line of it."""
    query = sa.select(
        sa.func.count(),
        sa.func.count(Signup.left_at),
        sa.func.count().filter(Signup.left_at.is_(None), Signup.told_us.is_not(None)),
    )
    listed, left, told = db.session.execute(query.where(_came_with(brought))).one()
    return Stayed(left, told, brought.added - brought.removed - listed)


def _remove_some(experiment: Experiment, brought: BroughtList) -> bool:
    """Delete the next group in one transaction; False when there is none."""
    with writing():
        if not hold_next(experiment, brought, "going"):
            return False
        _remove(experiment, brought)
        return brought.state == "going"


def _remove(experiment: Experiment, brought: BroughtList) -> None:
    """Delete a group, inside ``writing`` with its turn taken and both rows held."""
    is_as_it_came = sa.and_(
        _came_with(brought),
        Signup.excluded_because == IMPORTED,
        Signup.left_at.is_(None),
        Signup.told_us.is_(None),
    )
    query = sa.select(Signup.email_key).where(is_as_it_came).order_by(Signup.email_key)
    keys = list(db.session.scalars(query.limit(AT_ONCE)))
    brought.removed += len(keys)
    if len(keys) < AT_ONCE:
        brought.state = "gone"
    if keys:
        rollup.take_back(db.session, experiment.id, keys)


def _came_with(brought: BroughtList) -> sa.ColumnElement[bool]:
    return sa.and_(
        Signup.experiment_id == brought.experiment_id, Signup.list_number == brought.number
    )
