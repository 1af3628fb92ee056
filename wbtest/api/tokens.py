"""The tokens: who holds which key to this API. No text of one is kept."""

from datetime import date, datetime
from typing import Literal

import msgspec

from wbtest.api.answers import Answer
from wbtest.api.release_shapes import Given
from wbtest.api.scopes import check_held
from wbtest.team import access
from wbtest.team import tokens as verbs
from wbtest.team.token_models import ApiToken

Scope = Literal["read", "write", "decide", "admin", "manage"]


class NewToken(Given, kw_only=True):
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
    return Tokens([_shown(each) for each in verbs.tokens_of()])


def make_token(body: NewToken) -> Answer[TokenShown]:
    """Make a token in the same name, with no scope that the asking one lacks; told once."""
    check_held(*body.scopes)
    made, text = verbs.make_with_password(
        access.person(),
        body.password,
        name=body.name,
        scopes=body.scopes,
        days=body.days,
    )
    shown = _shown(made)
    return Answer(msgspec.structs.replace(shown, text=text), again=shown)


def end_token(token_id: int) -> None:
    """End a token; what it is used for fails from the next request on."""
    verbs.revoke_token(access.get(ApiToken, token_id, "own"))


def _shown(token: ApiToken) -> TokenShown:
    return TokenShown(
        id=token.id,
        name=token.name,
        begins=token.prefix,
        scopes=token.scopes.split(),
        made_by=token.person.name,
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_on=token.last_used_on,
        over=verbs.why_dead(token),
    )
