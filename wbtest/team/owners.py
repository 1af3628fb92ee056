"""The owners, for what only they can mend."""

from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.models import Membership, Person


def tell_owners(subject: str, body: str) -> None:
    """Queue a mail to each owner, in the open write transaction or a new one."""
    with writing():
        for person in owners_of():
            queue_mail(recipient=person.email, subject=subject, body=body)


def owners_of() -> list[Person]:
    """The owners, in the order they joined."""
    query = (
        db.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.role == "owner")
        .order_by(Membership.created_at, Person.id)
    )
    return list(db.session.scalars(query))
