"""The first visit: a link that works once makes the owner and the team."""

import secrets

from wbtest.extensions import clock, db
from wbtest.store import Refused, writing
from wbtest.team import people, session_cookie
from wbtest.team.audit.log import record
from wbtest.team.models import Membership, Person, SetupLink, TeamSettings


class LinkSpent(Refused):
    """The link is unknown or was used. No words of its own: it must look like any wrong address."""

    status = 404


def make_setup_link() -> str:
    """Return the token of a new set-up link; older links stop working.

    Raises Refused when somebody owns this instance already.
    """
    token = secrets.token_urlsafe(32)
    with writing() as session:
        if people.has_owner():
            raise Refused("This instance has an owner. Add people with `wbtest user create`.")
        session.execute(db.delete(SetupLink))
        session.add(SetupLink(token_hash=session_cookie.digest(token), created_at=clock.now()))
    return token


def is_open(token: str) -> bool:
    """Whether the link would still make an owner."""
    link = db.session.get(SetupLink, session_cookie.digest(token))
    return link is not None and not people.has_owner()


def set_up(
    token: str,
    *,
    name: str,
    email: str,
    password: str,
    team_name: str,
    controller: str = "",
    contact_email: str = "",
) -> Person:
    """Make the team and its owner, and spend the link.

    ``controller`` is who answers for the public pages (default: the person and the team),
    ``contact_email`` where visitors can write to (default: the owner's e-mail). Of two who come at
    once only one gets through. Raises LinkSpent, or Invalid at a field.
    """
    person = people.new_person(email=email, name=name, password=password)
    team = TeamSettings(
        name=team_name,
        controller=controller or f"{name}, {team_name}",
        contact_email=people.clean_email(contact_email or email, "contact_email"),
        created_at=clock.now(),
    )
    with writing() as session:
        # All links at once: the rows are locked, so whoever comes second finds none.
        spent = session.scalars(db.delete(SetupLink).returning(SetupLink.token_hash)).all()
        if session_cookie.digest(token) not in spent or people.has_owner():
            raise LinkSpent
        session.add_all([team, person])
        session.add(Membership(person=person, role="owner", created_at=clock.now()))
        session.flush()
        record("team.made", team.name, by=person)
    return person
