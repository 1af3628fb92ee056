"""The team's people: their roles, leaving, and invitations.

The address behind an invitation is secret, so nothing on its page tells another site about it.
"""

from flask import (
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from wbtest.errors import wait_of
from wbtest.forms import add_form_error, form_on
from wbtest.store import Refused
from wbtest.team import access, people, rate_limits, reauthentication, sessions, two_factor
from wbtest.team.forms import (
    ROLE_CHOICES,
    InviteForm,
    JoinForm,
)
from wbtest.team.login_views import bp, has_mail_server, let_in
from wbtest.team.models import Invitation, Membership

# Between making a link and showing it once, its token waits in the session of who made it.
FRESH_LINK = "fresh invitation"


OUTSIDE = "/invitation/"


@bp.get("/settings", endpoint="people")
@access.requires("read")
def list_people() -> ResponseReturnValue:
    """Who is in the team, and who is invited."""
    return _people_page(InviteForm(None))


def _people_page(invite_form: InviteForm) -> str:
    members = people.list_members()
    is_owner = access.has_permission("own")
    invitations = people.list_invitations() if is_owner else []
    return render_template(
        "team/people.html",
        members=members,
        with_second_factor=two_factor.with_second_factor(
            [member.person_id for member in members] if is_owner else []
        ),
        has_mail_server=has_mail_server(),
        invite_form=invite_form,
        invitations=[(each, people.is_invitation_over(each)) for each in invitations],
        fresh=_take_fresh_link(invitations),
        role_choices=ROLE_CHOICES,
        role_does=access.ROLE_DESCRIPTIONS,
    )


@bp.post("/settings/members/<int:person_id>/role")
@access.requires("own")
@reauthentication.proved("POST")
def change_role(person_id: int) -> ResponseReturnValue:
    """Give a member another role."""
    member = _get_member(person_id)
    role = request.form.get("role", "")
    people.change_role(member, role, access.person())
    flash(f"{member.person.name}’s role changed to {role}.")
    return redirect(url_for(".people"), 303)


@bp.post("/settings/members/<int:person_id>/remove")
@access.requires("own")
@reauthentication.proved("POST")
def remove_member(person_id: int) -> ResponseReturnValue:
    """Take a member out of the team."""
    member = _get_member(person_id)
    name = member.person.name
    people.remove_member(member, access.person())
    flash(f"{name} removed.")
    return redirect(url_for(".people"), 303)


@bp.post("/settings/leave")
@access.requires("read")
def leave() -> ResponseReturnValue:
    """Leave the team."""
    name = access.get_team().name
    people.leave_team(access.membership())
    flash(f"You left {name}.")
    return redirect(url_for("ideas.home"), 303)


def _get_member(person_id: int) -> Membership:
    """A member; 404 when there is none."""
    found = people.find_member(person_id)
    if found is None:
        abort(404)
    return found


def _take_fresh_link(invitations: list[Invitation]) -> tuple[Invitation, str] | None:
    invitation_id, token = session.get(FRESH_LINK, (0, ""))
    found = next((each for each in invitations if each.id == invitation_id), None)
    if found is None:
        return None
    del session[FRESH_LINK]
    return found, people.invitation_address(token)


@bp.route("/settings/invitations", methods=["GET", "POST"])
@access.requires("own")
@form_on(".people")
@reauthentication.proved("POST")
def invite() -> ResponseReturnValue:
    """Ask somebody in."""
    form = InviteForm()
    status, headers = 422, {}
    if form.validate_on_submit():
        typed = (form.email.data or "", form.role.data)
        try:
            made, token = people.invite(access.person(), *typed)
        except Refused as refused:
            add_form_error(form, refused)
            status, headers = refused.status, wait_of(refused)
        else:
            return _tell(made, token)
    return _people_page(form), status, headers


@bp.post("/settings/invitations/<int:invitation_id>/again")
@access.requires("own")
@reauthentication.proved("POST")
def invite_again(invitation_id: int) -> ResponseReturnValue:
    """Send another link; the old one opens nothing any more."""
    found = access.get(Invitation, invitation_id, "own")
    return _tell(found, people.invite_again(found, access.person()))


@bp.post("/settings/invitations/<int:invitation_id>/revoke")
@access.requires("own")
def uninvite(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    found = access.get(Invitation, invitation_id, "own")
    email = found.email
    people.uninvite(found, access.person())
    flash(f"Invite for {email} removed. Its link no longer works.")
    return redirect(url_for(".people", _anchor="invitations"), 303)


@bp.route(f"{OUTSIDE}<token>", methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(60, rate_limits.HOUR)
def invitation(token: str) -> ResponseReturnValue:
    """Join a team: with the log-in that one has, or with a new one."""
    found = people.get_open_invitation(token)
    asking = access.find_person()
    if asking is not None and asking.email != found.email:
        raise people.SomebodyElse(found.email, asking.email)
    if asking is None and people.find_person(found.email) is not None:
        return redirect(url_for(".login", next=url_for(".invitation", token=token)), 303)
    form = JoinForm()
    if asking is not None and request.method == "POST":
        people.accept_invitation(token, asking)
        return redirect("/", 303)
    if form.validate_on_submit():
        typed = {"name": form.name.data or "", "password": form.password.data or ""}
        try:
            person = people.accept_invitation_as_new(token, **typed)
        except Refused as refused:
            if refused.field not in form:
                raise
            add_form_error(form, refused)
        else:
            return let_in(sessions.open_session(person), "/")
    page = render_template(
        "team/invitation.html",
        team_name=access.get_team().name,
        invitation=found,
        form=form,
        asking=asking,
        does=access.ROLE_DESCRIPTIONS[found.role],
    )
    return page, 422 if form.errors else 200


def say_it_is_over(error: Refused) -> ResponseReturnValue:
    """A page for a link that opens nothing, whatever the reason."""
    kind = "other" if isinstance(error, people.SomebodyElse) else "invitation"
    page = render_template("team/message.html", title=error.title, sentence=str(error), kind=kind)
    return page, error.status


for _shut in (people.InvitationOver, people.SomebodyElse):
    bp.register_error_handler(_shut, say_it_is_over)


def _tell(made: Invitation, token: str) -> ResponseReturnValue:
    if has_mail_server():
        flash(f"Invite sent to {made.email}.")
    else:
        session[FRESH_LINK] = [made.id, token]
    return redirect(url_for(".people", _anchor="invitations"), 303)
