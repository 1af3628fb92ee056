"""The audit log for owners: who did what, narrowed down as on its page."""

from datetime import date, datetime
from typing import Annotated, Literal, get_args

import msgspec

from wbtest.api.pagination import Page
from wbtest.team import audit
from wbtest.team.audit import AUDIT_KINDS, describe_action
from wbtest.web import LARGEST_ID

Kind = Literal["people", "texts", "pages", "visitors", "sending", "refusals"]
assert get_args(Kind) == tuple(AUDIT_KINDS)


class LinesWanted(Page):
    """Lines of a kind, of a person (id), of days in UTC, both ends included."""

    kind: Kind | None = None
    person: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ID)] | None = None
    first: date | None = None
    last: date | None = None


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


def list_audit_lines(query: LinesWanted) -> Lines:
    """Who did what, the newest first.

    Who was turned away stands in the kind `refusals`, and only there.
    """
    wanted = audit.AuditFilter(query.person, query.kind or "", query.first, query.last)
    rows = list(audit.list_lines(wanted, query.before, query.limit + 1))
    some, onward = query.cut(rows)
    return Lines(
        [
            Line(
                id=each.id,
                at=each.at,
                who=each.who,
                action=each.action,
                about=each.about,
                said=describe_action(each.action, each.about),
                token=each.token,
            )
            for each in some
        ],
        onward,
    )
