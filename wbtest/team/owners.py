"""The owners of a workspace, for what only they can mend."""

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.models import Membership, Person


def tell_owners(workspace_id: int, subject: str, body: str) -> None:
    """Queue a mail to each owner of the workspace, in the open write transaction or a new one."""
    with writing():
        for person in owners_of(workspace_id):
            queue_mail(
                recipient=person.email, subject=subject, body=body, workspace_id=workspace_id
            )


def owners_of(workspace_id: int) -> list[Person]:
    """The owners of the workspace, in the order they joined."""
    query = (
        db.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.workspace_id == workspace_id, Membership.role == "owner")
        .order_by(Membership.created_at, Person.id)
    )
    return list(db.session.scalars(query))
