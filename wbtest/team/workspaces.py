"""The workspace's own facts: its name, and who answers for its public pages."""

from flask import current_app

from wbtest.store import writing
from wbtest.team.audit.log import record
from wbtest.team.models import Workspace
from wbtest.team.people import clean_email


def change_workspace(
    workspace: Workspace, *, name: str, controller: str, contact_email: str
) -> None:
    """Change what the workspace is called and who answers for its pages.

    Raises Invalid at ``contact_email`` when no mail can reach it.
    """
    contact_email = clean_email(contact_email, "contact_email")
    with writing():
        workspace.name = name
        workspace.controller = controller
        workspace.contact_email = contact_email
        record(workspace.id, "workspace.changed", f"{name}: {controller}")
        current_app.extensions["wbtest.announce_change"]()
