"""The API tokens, and what one may do: never more than its own scopes hold."""

from datetime import date, datetime
from typing import Literal

import msgspec

from wbtest.api.serialization import Answer, RequestBody
from wbtest.store import Refused
from wbtest.team import access
from wbtest.team import tokens as token_verbs
from wbtest.team.models import ApiToken

# What a token needs to do all that a member of this role may do.
SCOPES_OF = {
    "viewer": ("read", "write"),
    "editor": ("read", "write"),
    "approver": ("read", "write", "decide"),
    "owner": ("read", "write", "decide", "admin", "manage"),
}
Scope = Literal["read", "write", "decide", "admin", "manage"]


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


class NewToken(RequestBody, kw_only=True):
    """`password` is that of who made the asking token, as on the page; `days` from now it ends."""

    name: str
    scopes: list[Scope]
    password: str
    days: int | None = None


class TokenShown(msgspec.Struct, kw_only=True):
    """A token; `over` says why it opens nothing, '' while it does. `text` is told once."""

    id: int
    name: str
    begins: str
    scopes: list[str]
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_on: date | None
    over: str
    text: str | None = None


class Tokens(msgspec.Struct):
    tokens: list[TokenShown]


def list_tokens() -> Tokens:
    """The tokens, the newest first, without their text."""
    return Tokens([_token_response(each) for each in token_verbs.list_tokens()])


def make_token(body: NewToken) -> Answer[TokenShown]:
    """Make a token in the same name, with no scope that the asking one lacks; told once."""
    check_held(*body.scopes)
    made, text = token_verbs.make_with_password(
        access.person(),
        body.password,
        name=body.name,
        scopes=body.scopes,
        days=body.days,
    )
    shown = _token_response(made)
    return Answer(msgspec.structs.replace(shown, text=text), again=shown)


def end_token(token_id: int) -> None:
    """End a token; what it is used for fails from the next request on."""
    token_verbs.revoke_token(access.get(ApiToken, token_id, "own"))


def _token_response(token: ApiToken) -> TokenShown:
    return TokenShown(
        id=token.id,
        name=token.name,
        begins=token.prefix,
        scopes=token.scopes.split(),
        made_by=token.person.name,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_on=token.last_used_on,
        over=token_verbs.why_dead(token),
    )
