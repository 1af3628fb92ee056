"""Changing who is in the team: roles, removing somebody, leaving."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.team import access, members
from wbtest.team.account.proving_views import proved
from wbtest.team.models import Membership
from wbtest.team.settings import get_team
from wbtest.team.views import bp


@bp.post("/team/members/<int:person_id>/role")
@access.requires("own")
@proved("POST")
def change_role(person_id: int) -> ResponseReturnValue:
    """Give a member another role."""
    member = _get(person_id)
    role = request.form.get("role", "")
    members.change_role(member, role, access.person())
    flash(f"{member.person.name} is {role} now.")
    return redirect(url_for(".team"), 303)


@bp.post("/team/members/<int:person_id>/remove")
@access.requires("own")
@proved("POST")
def remove_member(person_id: int) -> ResponseReturnValue:
    """Take a member out of the team."""
    member = _get(person_id)
    name = member.person.name
    members.remove(member, access.person())
    flash(f"{name} is no longer in the team.")
    return redirect(url_for(".team"), 303)


@bp.post("/team/leave")
@access.requires("read")
def leave() -> ResponseReturnValue:
    """Leave the team."""
    name = get_team().name
    members.leave(access.membership())
    flash(f"You left {name}.")
    return redirect(url_for("ideas.home"), 303)


def _get(person_id: int) -> Membership:
    """A member; 404 when there is none."""
    found = members.find_member(person_id)
    if found is None:
        abort(404)
    return found
