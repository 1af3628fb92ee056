"""A list that somebody of the team brings in, in one step."""

from typing import NamedTuple

import sqlalchemy as sa

from wbtest.audience.lists import bringing
from wbtest.audience.lists.choosing import lists_of, upload
from wbtest.audience.lists.models import BroughtList
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.team.models import Membership, Person

AGREED = "These people agreed that we write to them about Larder. At our fair."
FIVE = "email\n" + "".join(f"{name}@x.io\n" for name in "abcde")


class Brought(NamedTuple):
    """What became of the rows of a list."""

    new: int
    known: int
    erased: int
    wrong: int


def bring_in(experiment: Experiment, text: str, agreement: str = "") -> Brought:
    """Bring in the people of a list whose columns are what they seem to be."""
    person = somebody(experiment)
    brought = upload(experiment, person, "people.csv", text.encode())
    bringing.bring_in(experiment, brought, person, agreement)
    return Brought(brought.added, brought.known, brought.left_before, brought.wrong)


def somebody(experiment: Experiment) -> Person:
    """A member of the team whose experiment it is."""
    is_ours = Membership.workspace_id == experiment.workspace_id
    return db.session.scalars(sa.select(Person).join(Membership).where(is_ours).limit(1)).one()


def newest(experiment: Experiment) -> BroughtList:
    """The list that came last, as it is stored."""
    db.session.rollback()
    return lists_of(experiment)[0]
