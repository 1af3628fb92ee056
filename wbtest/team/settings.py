"""What the team is called, and who answers for its public pages."""

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.runtime import runtime
from wbtest.store import Gone, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import TeamSettings
from wbtest.team.people import clean_email


def get_team() -> TeamSettings:
    """The team of this instance. Raises Gone before the set-up, and when all was deleted."""
    found: TeamSettings | None = db.session.scalar(sa.select(TeamSettings))
    if found is None:
        raise Gone("Somebody deleted this meanwhile.")
    return found


def change_team(
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
        team = get_team()
        hold(team)
        for field, text in given.items():
            if text is not None:
                setattr(team, field, text)
        record("team.changed", f"{team.name}: {team.controller}")
        runtime().hooks.announce_change()
