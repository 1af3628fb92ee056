"""The team's own facts: its name, and who answers for its public pages."""

from wbtest.runtime import runtime
from wbtest.store import hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Workspace
from wbtest.team.people import clean_email


def change_workspace(
    workspace: Workspace,
    *,
    name: str | None = None,
    controller: str | None = None,
    contact_email: str | None = None,
) -> None:
    """Change what the team is called and who answers for its pages; None stays as it is.

    Raises Invalid at ``contact_email`` when no mail can reach it.
    """
    if contact_email is not None:
        contact_email = clean_email(contact_email, "contact_email")
    given = {"name": name, "controller": controller, "contact_email": contact_email}
    with writing():
        hold(workspace)
        for field, text in given.items():
            if text is not None:
                setattr(workspace, field, text)
        record(workspace.id, "team.changed", f"{workspace.name}: {workspace.controller}")
        runtime().hooks.announce_change()
