"""What the team is called, and who answers for its public pages."""

import sqlalchemy as sa

from wbtest.extensions import db
from wbtest.store import Gone, hold, insert, writing
from wbtest.team.audit.log import record
from wbtest.team.models import PagesVersion, TeamSettings
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
        announce_change()


def announce_change() -> None:
    """Let every door read its pages anew; joins the open transaction."""
    first = insert(db.engine.dialect.name, PagesVersion).values(id=1, version=1)
    db.session.execute(
        first.on_conflict_do_update(
            index_elements=[PagesVersion.id], set_={"version": PagesVersion.version + 1}
        )
    )
