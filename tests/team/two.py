"""People of several workspaces."""

from wbtest.extensions import clock
from wbtest.store import writing
from wbtest.team.models import Membership, Person, Workspace


def join(workspace: Workspace, person: Person, role: str) -> None:
    """Let a person be in this workspace too."""
    with writing() as session:
        session.add(
            Membership(
                workspace_id=workspace.id,
                person_id=person.id,
                role=role,
                created_at=clock.now(),
            )
        )
