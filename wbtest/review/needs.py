"""How many approvals the team asks for, and from whom."""

from collections.abc import Collection
from typing import NamedTuple

from wbtest.review.four_eyes import approvers_of
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import TeamSettings
from wbtest.team.settings import get_team

MOST = 9


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
    return needs_in(get_team())


def needs_in(team: TeamSettings) -> Needs:
    """What these settings ask of an approval."""
    return Needs(team.approvals, frozenset(team.required))


def set_needs(approvals: int, required: Collection[int]) -> None:
    """Change what the team asks of an approval; ``required`` are ids of approvers.

    Raises Invalid when that could never be met.
    """
    able = {person.id for person in approvers_of()}
    if not set(required) <= able:
        raise Invalid("required", "Choose among the approvers and owners of this team.")
    most = min(MOST, len(able))
    if not max(1, len(set(required))) <= approvals <= most:
        raise Invalid("approvals", _fault(approvals, len(set(required)), most))
    with writing():
        team = get_team()
        hold(team)
        team.approvals, team.required = approvals, sorted(set(required))
        record("approving.changed", f"to {approvals}")


def _fault(approvals: int, required: int, most: int) -> str:
    if approvals < required:
        return f"You named {required} people, so it takes {required} approvals at least."
    if most < approvals:
        people = "one approver" if most == 1 else f"{most} approvers"
        return f"This team has {people}. Ask for no more than that."
    return "Ask for one approval at least."
