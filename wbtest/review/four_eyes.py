"""Who may sign off what somebody else wrote."""

from collections.abc import Collection

from sqlalchemy import bindparam, func, select

from wbtest.extensions import db
from wbtest.team.models import Membership, Person, Workspace

# Made once, since to put it together takes longer than to run it.
_MEMBERS = select(func.count()).where(Membership.workspace_id == bindparam("workspace_id"))


def four_eyes_objection(
    workspace: Workspace, person: Person, *, wrote: Collection[int], doing: str, reason: str
) -> str:
    """The sentence that says who must act instead of ``person``; '' when they may themselves.

    Four eyes: an approver who is not among those who ``wrote`` (ids of people) what is signed off,
    unless the workspace has one member. ``reason`` is what an approver who wrote it is told.
    """
    approvers = approvers_of(workspace)
    able = approvers if is_alone(workspace.id) else [a for a in approvers if a.id not in wrote]
    if person in able:
        return ""
    names = " or ".join(other.name for other in able)
    if person not in approvers:
        return f"{doing} is up to {names or 'an approver who did not write this'}."
    if names:
        return f"{reason}: {names}."
    return f"{reason}. Nobody else may yet: make a member an approver on the Team page."


def is_alone(workspace_id: int) -> bool:
    """Whether the workspace has one member."""
    return db.session.scalar(_MEMBERS, {"workspace_id": workspace_id}) == 1


def approvers_of(workspace: Workspace) -> list[Person]:
    """Members whose role lets them approve, by name."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Membership)
            .where(
                Membership.workspace_id == workspace.id,
                Membership.role.in_(("approver", "owner")),
            )
            .order_by(Person.name, Person.id)
        )
    )
