"""What owners see of their workspace: who is in it, what comes in and goes out, who did what."""

from datetime import date, datetime

import msgspec

from wbtest.api.cursors import cursor_after
from wbtest.api.paging import Page
from wbtest.delivery import subscriptions
from wbtest.team import access, people, tokens
from wbtest.team.audit import log
from wbtest.team.audit.actions import in_words


class Member(msgspec.Struct, kw_only=True):
    id: int
    name: str
    email: str
    role: str
    since: datetime


class Members(msgspec.Struct):
    members: list[Member]


class TokenShown(msgspec.Struct, kw_only=True):
    """A token without its text; `over` says why it opens nothing, '' while it does."""

    id: int
    name: str
    begins: str
    scopes: list[str]
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_on: date | None
    over: str


class Tokens(msgspec.Struct):
    tokens: list[TokenShown]


class WebhookShown(msgspec.Struct, kw_only=True):
    """A webhook without its secret."""

    id: int
    url: str
    events: list[str]
    state: str
    reason: str
    failures: int
    created_at: datetime


class Webhooks(msgspec.Struct):
    webhooks: list[WebhookShown]


class Line(msgspec.Struct, kw_only=True):
    """A line of the audit log; `token` names the one with which a program did it, '' without."""

    id: int
    at: datetime
    who: str
    action: str
    about: str
    said: str
    token: str


class Lines(msgspec.Struct):
    items: list[Line]
    next: str | None


def list_members() -> Members:
    """Everybody in the workspace, in the order they joined."""
    found = people.members(access.workspace("own"))
    return Members(
        [
            Member(
                id=each.person_id,
                name=each.person.name,
                email=each.person.email,
                role=each.role,
                since=each.created_at,
            )
            for each in found
        ]
    )


def list_tokens() -> Tokens:
    """The tokens of the workspace, the newest first."""
    return Tokens(
        [
            TokenShown(
                id=each.id,
                name=each.name,
                begins=each.prefix,
                scopes=each.scopes.split(),
                made_by=each.person.name,
                created_at=each.created_at,
                expires_at=each.expires_at,
                last_used_on=each.last_used_on,
                over=tokens.why_dead(each),
            )
            for each in tokens.tokens_of(access.workspace("own"))
        ]
    )


def list_webhooks() -> Webhooks:
    """The webhooks of the workspace, and how they fare."""
    return Webhooks(
        [
            WebhookShown(
                id=each.id,
                url=each.url,
                events=each.events,
                state=each.state,
                reason=each.reason,
                failures=each.failures,
                created_at=each.created_at,
            )
            for each in subscriptions.webhooks_of(access.workspace("own").id)
        ]
    )


def list_audit_lines(query: Page) -> Lines:
    """Who did what, the newest first."""
    workspace = access.workspace("own")
    rows = list(log.lines_of(workspace.id, log.Wanted(), query.before, query.limit + 1))
    some, onward = rows[: query.limit], len(rows) > query.limit
    return Lines(
        [
            Line(
                id=each.id,
                at=each.at,
                who=each.who,
                action=each.action,
                about=each.about,
                said=in_words(each.action, each.about),
                token=each.token,
            )
            for each in some
        ],
        cursor_after(some[-1].id) if onward else None,
    )
