"""Which of their workspaces the asking person is in, and which one a request is about.

It is that of the object in the address, else the one that the form was shown in, else the one that
the person is in. ``access.py`` settles it before the view runs. From then on every permission,
button and name is that workspace's, and nothing of another one is given out, so the role of one
never opens anything of the other.

To open a page of another workspace shows it there and moves nobody: a GET never acts, and a link
that somebody sends must not decide where the next release is written.
"""

from typing import Any

import sqlalchemy as sa
from flask import abort, g, request
from sqlalchemy.orm import contains_eager

from wbtest.extensions import db
from wbtest.runtime import runtime
from wbtest.store import Refused, end_reading
from wbtest.team.entering import enter
from wbtest.team.models import LoginSession, Membership

# What a form says of where it was shown: another tab may have gone to another workspace meanwhile.
FORM_OF = "form_of"
# What is told of this request in the audit log, when it is answered: why it was turned away.
TURNED_AWAY = "turned_away"
# By the name of a route's argument: the model whose row, and so whose workspace, it names.


class NoTeam(Refused):
    """Somebody with a log-in who is in no workspace, or in none any more."""

    status = 404
    title = "You are in no team now"

    def __init__(self) -> None:
        super().__init__(
            "You can still log in. Ask an owner of the team for an invitation to your e-mail."
        )


def own_token() -> str:
    """What the asking device's cookie says, '' for none."""
    from wbtest.team import sessions

    name = sessions.cookie_name(runtime().settings)
    return request.cookies.get(name, "")


def token_hash() -> str:
    """How the asking device's session is known."""
    from wbtest.team import sessions

    return sessions.digest(own_token())


def memberships_of(person_id: int) -> dict[int, Membership]:
    """Those of the asking person, by workspace; first that of the one in which their device is."""
    # First the one that this device chose, then the oldest: a choice that is gone needs no rule.
    rows = db.session.scalars(
        sa.select(Membership)
        .join(Membership.workspace)
        .options(contains_eager(Membership.workspace))
        .outerjoin(
            LoginSession,
            sa.and_(
                LoginSession.token_hash == token_hash(),
                LoginSession.workspace_id == Membership.workspace_id,
            ),
        )
        .where(Membership.person_id == person_id)
        .order_by(LoginSession.token_hash.is_(None), Membership.created_at, Membership.workspace_id)
    )
    return {membership.workspace_id: membership for membership in rows}


def settle(mine: dict[int, Membership], arguments: dict[str, Any]) -> tuple[Membership, bool]:
    """The one of ``mine`` that a request is about, and whether its form brings the device there.

    ``arguments`` are those of its address. 404 when it is about none of them, in the same words as
    when there is no such thing.
    """
    named = find_by_address(mine, arguments)
    if named is not None:
        # Its page has an address of its own: to go along with each save of a draft would turn the
        # pages of another tab about.
        return named, False
    first = next(iter(mine.values()))
    if request.method != "POST" or FORM_OF not in request.form:
        return first, False
    shown_in = _of(mine, request.form.get(FORM_OF, type=int))
    return shown_in, shown_in is not first


def find_by_address(mine: dict[int, Membership], arguments: dict[str, Any]) -> Membership | None:
    """The one of ``mine`` whose object the address names, or None where it names none.

    404 when that is somebody else's, or nothing.
    """
    if not mine:
        raise NoTeam
    name = named_by(arguments)
    if not name:
        return None
    # The session forgets a row that nobody holds, and the view asks for this one again.
    model = runtime().hooks.objects[name]
    found = g.asked_of = db.session.get(model, arguments[name])
    return _of(mine, found.workspace_id if found is not None else None)


def named_by(arguments: dict[str, Any]) -> str:
    """Which argument of an address names something of a workspace, '' for none."""
    return next(iter(arguments.keys() & runtime().hooks.objects.keys()), "")


def go_along(membership: Membership) -> None:
    """Bring the asking device to where its form was shown, so that the next page says what it did.

    The verbs' transactions come afterwards, so this one is none of theirs.
    """
    enter(token_hash(), membership.workspace_id)


def _of(mine: dict[int, Membership], workspace_id: int | None) -> Membership:
    found = mine.get(workspace_id) if workspace_id is not None else None
    if found is None and workspace_id is not None:
        turn_away("elsewhere")
    return found if found is not None else abort(404)


def forget_who_asks() -> None:
    """Let all that this request knows of who asks be found anew, and end what it has read."""
    for name in ("_login_user", "token", "memberships", "membership", "asked_of"):
        g.pop(name, None)
    end_reading()


def turn_away(why: str) -> None:
    """Note that this request ends here: for want of a ``role`` or ``scope``, or ``elsewhere``."""
    g.setdefault(TURNED_AWAY, f"refused.{why}")
