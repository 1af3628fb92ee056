"""What a token may do, and what it may give to others: never more than its own scopes hold."""

from wbtest.store import Refused
from wbtest.team import access

# What a token needs to do all that a member of this role may do.
SCOPES_OF = {
    "viewer": ("read", "write"),
    "editor": ("read", "write"),
    "approver": ("read", "write", "decide"),
    "owner": ("read", "write", "decide", "admin", "manage"),
}


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
