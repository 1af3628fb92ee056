"""Who may sign off what somebody else wrote."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from wbtest.extensions import db
from wbtest.team.models import Membership, Person

ADD_AN_APPROVER = "make a member an approver on the Team page"
# Made once, since to put it together takes longer than to run it.
_MEMBERS = select(func.count()).select_from(Membership)


def four_eyes_objection(
    person: Person,
    *,
    able: Sequence[Person],
    doing: str,
    reason: str,
    way: str = ADD_AN_APPROVER,
) -> str:
    """The sentence that says who must act instead of ``person``; '' when they are ``able``.

    ``reason`` is what an approver is told who wrote what is signed off, ``way`` what to do where
    nobody is able.
    """
    if person in able:
        return ""
    names = " or ".join(other.name for other in able)
    if person not in approvers_of():
        return f"{doing} is up to {names or 'an approver who did not write this'}."
    if names:
        return f"{reason}: {names}."
    return f"{reason}. Nobody else may yet: {way}."


def able_to_sign(wrote: Collection[int]) -> list[Person]:
    """Approvers who may sign a text that these people (ids) ``wrote``."""
    approvers = approvers_of()
    able = able_among([each.id for each in approvers], wrote, is_alone=is_alone())
    return [approver for approver in approvers if approver.id in able]


def able_among(approvers: Collection[int], wrote: Collection[int], *, is_alone: bool) -> set[int]:
    """Those of the ``approvers`` (ids) who may sign a text that others ``wrote``.

    Where all of several wrote it, each may sign, and it takes two of them.

    >>> able_among({1, 2, 3}, {1, 2}, is_alone=False), able_among({1, 2}, {1, 2}, is_alone=False)
    ({3}, {1, 2})
    >>> able_among({1}, {1, 4}, is_alone=False), able_among({1}, {1}, is_alone=True)
    (set(), {1})
    """
    able = set(approvers)
    if is_alone:
        return able
    return able.difference(wrote) or (able if len(able) > 1 else set())


def is_alone() -> bool:
    """Whether the team has one member."""
    return db.session.scalar(_MEMBERS) == 1


def approvers_of() -> list[Person]:
    """Members whose role lets them approve, by name."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Membership)
            .where(
                Membership.role.in_(("approver", "owner")),
            )
            .order_by(Person.name, Person.id)
        )
    )
