"""The workspace's own facts: its name, and who answers for its public pages. Another workspace."""

from wbtest.extensions import clock
from wbtest.runtime import runtime
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Membership, Person, Workspace
from wbtest.team.people import clean_email

LONGEST_NAME = 120


def change_workspace(
    workspace: Workspace,
    *,
    name: str | None = None,
    controller: str | None = None,
    contact_email: str | None = None,
) -> None:
    """Change what the workspace is called and who answers for its pages; None stays as it is.

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
        record(workspace.id, "workspace.changed", f"{workspace.name}: {workspace.controller}")
        runtime().hooks.announce_change()


def make_another(former: Workspace, person: Person, name: str) -> Workspace:
    """Make a workspace of which the person is the owner.

    Who answers for its pages is who does in the former one, until somebody changes it. Raises
    Invalid at ``name``.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid("name", f"A name has 1 to {LONGEST_NAME} characters.")
    made = Workspace(
        name=name,
        controller=former.controller,
        contact_email=former.contact_email,
        created_at=clock.now(),
    )
    with writing() as session:
        session.add(made)
        session.flush()
        session.add(
            Membership(
                workspace_id=made.id, person_id=person.id, role="owner", created_at=clock.now()
            )
        )
        record(made.id, "workspace.made", name, by=person)
    return made
