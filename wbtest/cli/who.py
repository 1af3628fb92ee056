"""Whom a command is about: somebody by email, and their place in the team."""

from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team import people
from wbtest.team.models import Membership, Person


def get_person(email: str) -> Person:
    """Whoever logs in with this email."""
    found = people.find_person(email)
    if found is None:
        raise Refused(f"Nobody logs in with {email}. `wbtest user list` shows who does.")
    return found


def get_member(email: str) -> Membership:
    """The member who logs in with this email."""
    person = get_person(email)
    found: Membership | None = db.session.scalar(
        db.select(Membership).where(Membership.person_id == person.id)
    )
    if found is None:
        raise Refused(f"{person.email} is not in the team.")
    return found
