"""The team's page: settings, members, invitations, and deleting everything.

The address behind an invitation is secret, so nothing on that page tells another site about it.
"""

from flask import (
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from wbtest.delivery import outbox
from wbtest.delivery.worker import list_failing_jobs
from wbtest.error_pages import wait_of
from wbtest.store import Gone, Invalid, Refused
from wbtest.team import access, delivery_settings, members, people, rate_limits, sessions, settings
from wbtest.team.access import ROLE_DESCRIPTIONS, get_team
from wbtest.team.forms import (
    ROLE_CHOICES,
    DeletingForm,
    InviteForm,
    JoinForm,
    TeamForm,
    put_refusal,
)
from wbtest.team.login_views import bp, has_mail_server, let_in, proved
from wbtest.team.members import NotOwner, invitation_address, is_invitation_over, list_invitations
from wbtest.team.models import Invitation, Membership
from wbtest.team.settings import (
    count_contents,
    delete_everything,
    find_open_pages,
    open_pages_sentence,
)
from wbtest.team.two_factor import with_second_factor

# Between making a link and showing it once, its token waits in the session of who made it.
FRESH_LINK = "fresh invitation"
OUTSIDE = "/invitation/"


@bp.get("/team")
@access.requires("read")
def team() -> ResponseReturnValue:
    """Who is in the team, and who answers for its pages."""
    return team_page()


@bp.post("/team")
@access.requires("own")
def change_team() -> ResponseReturnValue:
    """Change the team's name and who answers for its pages."""
    form = TeamForm()
    if form.validate_on_submit():
        try:
            settings.change_team(
                name=form.team_name.data or "",
                controller=form.controller.data or "",
                contact_email=form.contact_email.data or "",
            )
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            flash("Saved. New visitors read it from now on.")
            return redirect(url_for(".team"), 303)
    return team_page(form), 422


def team_page(form: TeamForm | None = None, invite_form: InviteForm | None = None) -> str:
    """The team's page; a form that was refused shows what was typed."""
    members = people.list_members()
    ids = [member.person_id for member in members] if access.has_permission("own") else []
    return render_template(
        "team/team.html",
        form=form or TeamForm(None, data=_facts_of_team()),
        members=members,
        with_second_factor=with_second_factor(ids),
        mails=outbox.counts_by_state(),
        queue=outbox.queue_of(),
        failed_events=sum(counts["failed"] for counts in delivery_settings.count_events().values()),
        has_mail_server=has_mail_server(),
        failing=list_failing_jobs(),
        **people_part(invite_form),
    )


def _facts_of_team() -> dict[str, str]:
    team = get_team()
    return {
        "team_name": team.name,
        "controller": team.controller,
        "contact_email": team.contact_email,
    }


@bp.post("/team/members/<int:person_id>/role")
@access.requires("own")
@proved("POST")
def change_role(person_id: int) -> ResponseReturnValue:
    """Give a member another role."""
    member = _get_member(person_id)
    role = request.form.get("role", "")
    members.change_role(member, role, access.person())
    flash(f"{member.person.name} is {role} now.")
    return redirect(url_for(".team"), 303)


@bp.post("/team/members/<int:person_id>/remove")
@access.requires("own")
@proved("POST")
def remove_member(person_id: int) -> ResponseReturnValue:
    """Take a member out of the team."""
    member = _get_member(person_id)
    name = member.person.name
    members.remove_member(member, access.person())
    flash(f"{name} is no longer in the team.")
    return redirect(url_for(".team"), 303)


@bp.post("/team/leave")
@access.requires("read")
def leave() -> ResponseReturnValue:
    """Leave the team."""
    name = get_team().name
    members.leave_team(access.membership())
    flash(f"You left {name}.")
    return redirect(url_for("ideas.home"), 303)


def _get_member(person_id: int) -> Membership:
    """A member; 404 when there is none."""
    found = members.find_member(person_id)
    if found is None:
        abort(404)
    return found


def people_part(form: InviteForm | None) -> dict[str, object]:
    """What ``team/_people.html`` shows: the form as it was sent, who is invited, a new link."""
    invitations = list_invitations() if access.has_permission("own") else []
    return {
        "invite_form": form or InviteForm(None),
        "invitations": [(each, is_invitation_over(each)) for each in invitations],
        "fresh": _take_fresh_link(invitations),
        "role_choices": ROLE_CHOICES,
        "role_does": ROLE_DESCRIPTIONS,
    }


def show_once(invitation_id: int, token: str) -> None:
    """Let the team page show this link, the next time it is opened and never again."""
    session[FRESH_LINK] = [invitation_id, token]


def _take_fresh_link(invitations: list[Invitation]) -> tuple[Invitation, str] | None:
    invitation_id, token = session.get(FRESH_LINK, (0, ""))
    found = next((each for each in invitations if each.id == invitation_id), None)
    if found is None:
        return None
    del session[FRESH_LINK]
    return found, invitation_address(token)


@bp.post("/team/invitations")
@access.requires("own")
@proved("POST")
def invite() -> ResponseReturnValue:
    """Ask somebody in."""
    form = InviteForm()
    status, headers = 422, {}
    if form.validate_on_submit():
        typed = (form.email.data or "", form.role.data)
        try:
            made, token = members.invite(access.person(), *typed)
        except Refused as refused:
            put_refusal(form, refused)
            status, headers = refused.status, wait_of(refused)
        else:
            return _tell(made, token)
    return team_page(invite_form=form), status, headers


@bp.post("/team/invitations/<int:invitation_id>/again")
@access.requires("own")
@proved("POST")
def invite_again(invitation_id: int) -> ResponseReturnValue:
    """Send another link; the old one opens nothing any more."""
    found = access.get(Invitation, invitation_id, "own")
    return _tell(found, members.invite_again(found, access.person()))


@bp.post("/team/invitations/<int:invitation_id>/revoke")
@access.requires("own")
def uninvite(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    found = access.get(Invitation, invitation_id, "own")
    email = found.email
    members.uninvite(found, access.person())
    flash(f"The invitation of {email} is taken back. Its link opens nothing now.")
    return redirect(url_for(".team", _anchor="invitations"), 303)


@bp.route(f"{OUTSIDE}<token>", methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(60, rate_limits.HOUR)
def invitation(token: str) -> ResponseReturnValue:
    """Join a team: with the log-in that one has, or with a new one."""
    found = members.get_open_invitation(token)
    asking = access.find_person()
    if asking is not None and asking.email != found.email:
        raise members.SomebodyElse(found.email, asking.email)
    if asking is None and people.find_person(found.email) is not None:
        return redirect(url_for(".login", next=url_for(".invitation", token=token)), 303)
    form = JoinForm()
    if asking is not None and request.method == "POST":
        members.accept_invitation(token, asking)
        return redirect("/", 303)
    if form.validate_on_submit():
        typed = {"name": form.name.data or "", "password": form.password.data or ""}
        try:
            person = members.accept_invitation_as_new(token, **typed)
        except Refused as refused:
            if refused.field not in form:
                raise
            put_refusal(form, refused)
        else:
            return let_in(sessions.open_session(person), "/")
    page = render_template(
        "team/invitation.html",
        team_name=get_team().name,
        invitation=found,
        form=form,
        asking=asking,
        does=ROLE_DESCRIPTIONS[found.role],
    )
    return page, 422 if form.errors else 200


def say_it_is_over(error: Refused) -> ResponseReturnValue:
    """A page for a link that opens nothing, whatever the reason."""
    page = render_template(
        "team/no_invitation.html",
        title=error.title,
        sentence=str(error),
        may_log_out=isinstance(error, members.SomebodyElse),
    )
    return page, error.status


for _shut in (members.InvitationOver, members.SomebodyElse):
    bp.register_error_handler(_shut, say_it_is_over)


def keep_invitation_secret(response: Response) -> Response:
    """Let no other page learn the address, nor a search engine or cache the page.

    The log-in carries it along, to lead back.
    """
    is_log_in = request.args.get("next", "").startswith(OUTSIDE)
    if request.path.startswith(OUTSIDE) or is_log_in:
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Cache-Control"] = "no-store"
    return response


def _tell(made: Invitation, token: str) -> ResponseReturnValue:
    if has_mail_server():
        flash(f"The invitation is on its way to {made.email}.")
    else:
        show_once(made.id, token)
    return redirect(url_for(".team", _anchor="invitations"), 303)


@bp.route("/team/delete", methods=["GET", "POST"])
@access.requires("own")
@proved("POST")
def delete_team() -> ResponseReturnValue:
    """Say what would go, and delete it when the team's name and one's own password are typed."""
    form = DeletingForm()
    if form.validate_on_submit():
        typed = {"name": form.team_name.data or "", "password": form.password.data or ""}
        try:
            delete_everything(access.person(), **typed)
        except (Gone, NotOwner):
            # Another owner was faster, and nothing is left to show.
            raise
        except Refused as refused:
            put_refusal(form, refused)
        else:
            flash("Everything is deleted. Restart the server to set it up again.")
            return redirect(url_for("ideas.home"), 303)
    page = render_template(
        "team/deleting.html",
        form=form,
        contents=count_contents(),
        open_pages=open_pages_sentence(find_open_pages()),
    )
    return page, 422 if form.errors else 200
