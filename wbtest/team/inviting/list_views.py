"""What the team page shows of invitations; the page itself is in ``team/views.py``."""

from flask import session

from wbtest.team import access
from wbtest.team.inviting.forms import ROLE_CHOICES, InviteForm
from wbtest.team.inviting.invitations import address_of, invitations_of, is_over
from wbtest.team.models import Invitation
from wbtest.team.roles import DOES

# Between making a link and showing it once, its token waits in the session of who made it.
FRESH = "fresh invitation"


def people_part(form: InviteForm | None) -> dict[str, object]:
    """What ``team/_people.html`` shows: the form as it was sent, who is invited, a new link."""
    invitations = invitations_of() if access.has_permission("own") else []
    return {
        "invite_form": form or InviteForm(None),
        "invitations": [(each, is_over(each)) for each in invitations],
        "fresh": _take_fresh(invitations),
        "role_choices": ROLE_CHOICES,
        "role_does": DOES,
    }


def show_once(invitation_id: int, token: str) -> None:
    """Let the team page show this link, the next time it is opened and never again."""
    session[FRESH] = [invitation_id, token]


def _take_fresh(invitations: list[Invitation]) -> tuple[Invitation, str] | None:
    invitation_id, token = session.get(FRESH, (0, ""))
    found = next((each for each in invitations if each.id == invitation_id), None)
    if found is None:
        return None
    del session[FRESH]
    return found, address_of(token)
