"""How many approvals a workspace asks for, and from whom."""

from collections.abc import Collection
from typing import NamedTuple

from wbtest.extensions import db
from wbtest.review.four_eyes import approvers_of
from wbtest.review.models import ReviewSetting
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Workspace

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


def needs_of(workspace_id: int) -> Needs:
    """What the workspace asks of an approval; one of any approver, unless its owner said else."""
    return needs_in(db.session.get(ReviewSetting, workspace_id))


def needs_in(found: ReviewSetting | None) -> Needs:
    """What this setting asks of an approval; without one, one of any approver."""
    return Needs(found.approvals, frozenset(found.required)) if found else Needs()


def set_needs(workspace: Workspace, approvals: int, required: Collection[int]) -> None:
    """Change what this workspace asks of an approval; ``required`` are ids of its approvers.

    Raises Invalid when that could never be met.
    """
    able = {person.id for person in approvers_of(workspace)}
    if not set(required) <= able:
        raise Invalid("required", "Choose among the approvers and owners of this team.")
    most = min(MOST, len(able))
    if not max(1, len(set(required))) <= approvals <= most:
        raise Invalid("approvals", _fault(approvals, len(set(required)), most))
    with writing() as session:
        hold(workspace)
        session.merge(
            ReviewSetting(
                workspace_id=workspace.id, approvals=approvals, required=sorted(set(required))
            )
        )
        record(workspace.id, "approving.changed", f"to {approvals}")


def _fault(approvals: int, required: int, most: int) -> str:
    if approvals < required:
        return f"You named {required} people, so it takes {required} approvals at least."
    if most < approvals:
        people = "one approver" if most == 1 else f"{most} approvers"
        return f"This team has {people}. Ask for no more than that."
    return "Ask for one approval at least."
