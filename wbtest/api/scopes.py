"""What a token may do, and what it may give to others: never more than its own scopes hold."""

from wbtest.api.routes import ROUTES
from wbtest.store import Refused
from wbtest.team import access
from wbtest.team.tokens import SCOPES


class ScopeMissing(Refused):
    """The token was not given what this takes."""

    status = 403


def check_held(*scopes: str) -> None:
    """Raise ScopeMissing unless the token that asks holds all of these."""
    token = access.find_token()
    held = token.scopes.split() if token else []
    for scope in scopes:
        if scope not in held:
            access.turn_away("scope")
            raise ScopeMissing(f"This token lacks the scope “{scope}”. An owner makes one.")


def scopes_of(role: str) -> list[str]:
    """The scopes that a token needs to do all that a member of this role may do.

    >>> scopes_of("viewer"), scopes_of("approver")
    (['read', 'write'], ['read', 'write', 'decide'])
    """
    used = {route.scope for route in ROUTES if access.role_reaches(role, route.permission)}
    return [scope for scope in SCOPES if scope in used]
