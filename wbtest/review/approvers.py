"""Who may approve a text, and how many approvals a team asks for."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from wbtest.extensions import db
from wbtest.store import Invalid, hold, writing
from wbtest.team import access, audit
from wbtest.team.models import Membership, Person, TeamSettings

ADD_AN_APPROVER = "make a member an approver in Settings"
# Made once, since to put it together takes longer than to run it.
_MEMBERS = select(func.count()).select_from(Membership)
MOST_APPROVALS = 9


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
        return f"{doing} is up to {names or 'an approver who didn’t write this'}."
    if names:
        return f"{reason}: {names}."
    return f"{reason}. Nobody else can yet: {way}."


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


class Needs(NamedTuple):
    """So many approvals, those of the ``required`` people (ids) among them."""

    approvals: int = 1
    required: frozenset[int] = frozenset()

    def are_met_by(self, approvers: Collection[int], writers: Collection[int] = ()) -> bool:
        """Whether these people's approvals (ids) are enough; one of the ``writers`` alone never is.

        >>> Needs(2, frozenset({7})).are_met_by({1, 2}), Needs(2, frozenset({7})).are_met_by({1, 7})
        (False, True)
        >>> Needs().are_met_by({1}, writers={1, 2}), Needs().are_met_by({1, 2}, writers={1, 2})
        (False, True)
        """
        signed = set(approvers)
        if len(signed) == 1 and signed <= set(writers):
            return False
        return len(signed) >= self.approvals and self.required <= signed


def needs_of() -> Needs:
    """What the team asks of an approval; one of any approver, unless an owner said else."""
    return needs_in(access.get_team())


def needs_in(team: TeamSettings) -> Needs:
    """What these settings ask of an approval."""
    return Needs(team.approvals, frozenset(team.required))


def set_needs(approvals: int, required: Collection[int]) -> None:
    """Change what the team asks of an approval; ``required`` are ids of approvers.

    Raises Invalid when that could never be met.
    """
    able = {person.id for person in approvers_of()}
    if not set(required) <= able:
        raise Invalid("required", "Choose from this team’s approvers and owners.")
    most = min(MOST_APPROVALS, len(able))
    if not max(1, len(set(required))) <= approvals <= most:
        raise Invalid("approvals", _needs_fault(approvals, len(set(required)), most))
    with writing():
        team = access.get_team()
        hold(team)
        team.approvals, team.required = approvals, sorted(set(required))
        audit.record("approving.changed", f"to {approvals}")


def _needs_fault(approvals: int, required: int, most: int) -> str:
    if approvals < required:
        return f"You named {required} people, so it takes at least {required} approvals."
    if most < approvals:
        people = "one approver" if most == 1 else f"{most} approvers"
        return f"This team has {people}. Ask for no more than that."
    return "Ask for at least one approval."
