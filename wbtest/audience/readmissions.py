"""An owner says that people who were left out were people after all.

Their figures then stand beside the sealed ones. The verdict never moves: what counts was sealed
before anybody came, and whoever could change it afterwards could choose the result. Machines stay
machines, and who objected to being counted stays uncounted.
"""

from collections.abc import Sequence
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from wbtest.audience.models import Readmission
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.store import Gone, Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person
from wbtest.writing.wording import find_fault, gives_reason, seen, with_plain_breaks

REASONS = ("team", "suspected", "paused")
LONGEST_WHY = 1_000


def readmit(experiment: Experiment, person: Person, reason: str, why: str) -> Readmission:
    """Show people of this reason beside the sealed figures, and say who wanted it and why.

    While one stands for a reason, a second one is that same one. Raises Invalid for a reason of
    which nobody can be readmitted, or a ``why`` that says nothing.
    """
    why = seen(with_plain_breaks(why))
    if reason not in REASONS:
        raise Invalid("reason", "Choose whom to readmit: machines and objectors stay out.")
    if not gives_reason(why):
        raise Invalid("why", "Say how you know in a sentence: everybody on the team reads it.")
    if fault := find_fault(why, LONGEST_WHY):
        raise Invalid("why", fault)
    with writing() as session:
        hold(experiment)
        standing = standing_readmissions(experiment)
        if reason in standing:
            return standing[reason]
        readmission = Readmission(
            experiment_id=experiment.id,
            number=len(readmissions(experiment)) + 1,
            reason=reason,
            why=why,
            person_id=person.id,
            at=clock.now(),
        )
        session.add(readmission)
        what = f"{reason}, on /p/{experiment.slug}"
        record("visitors.readmitted", what, by=person)
    return readmission


def withdraw(experiment: Experiment, person: Person, number: int) -> Readmission:
    """Take a readmission back; the log keeps it. Once is enough. Raises Gone without one."""
    with writing() as session:
        hold(experiment)
        readmission = session.get(Readmission, (experiment.id, number))
        if readmission is None:
            raise Gone("There is no such readmission.")
        if readmission.withdrawn_at is None:
            readmission.withdrawn_by_id = person.id
            readmission.withdrawn_at = clock.now()
            what = f"{readmission.reason}, on /p/{experiment.slug}"
            record("visitors.left_out_again", what, by=person)
    return readmission


def standing_readmissions(experiment: Experiment) -> dict[str, Readmission]:
    """Return those that nobody took back, by reason."""
    return {each.reason: each for each in readmissions(experiment) if each.withdrawn_at is None}


def readmissions(experiment: Experiment) -> Sequence[Readmission]:
    """Return all of them, also those taken back, the newest first."""
    return db.session.scalars(_readmissions(), {"experiment_id": experiment.id}).all()


@cache
def _readmissions() -> sa.Select[Readmission]:
    """Made once, since to put it together takes longer than to run it."""
    return (
        sa.select(Readmission)
        .where(Readmission.experiment_id == sa.bindparam("experiment_id"))
        .options(joinedload(Readmission.person), joinedload(Readmission.withdrawn_by))
        .order_by(Readmission.number.desc())
    )
