"""The settings: people and invitations, public identity, email, and the danger zone.

The address behind an invitation is secret, so nothing on its page tells another site about it.
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
from wbtest.delivery.models import OutboxMail
from wbtest.delivery.worker import list_failing_jobs
from wbtest.errors import wait_of
from wbtest.forms import add_form_error
from wbtest.store import Gone, Invalid, Refused
from wbtest.team import access, delivery_settings, members, people, rate_limits, sessions, settings
from wbtest.team.access import ROLE_DESCRIPTIONS, get_team
from wbtest.team.forms import ROLE_CHOICES, DeletingForm, InviteForm, JoinForm, TeamForm
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


@bp.get("/settings", endpoint="people")
@access.requires("read")
def list_people() -> ResponseReturnValue:
    """Who is in the team, and who is invited."""
    return _people_page(InviteForm(None))


def _people_page(invite_form: InviteForm) -> str:
    members = people.list_members()
    is_owner = access.has_permission("own")
    invitations = list_invitations() if is_owner else []
    return render_template(
        "team/people.html",
        members=members,
        with_second_factor=with_second_factor(
            [member.person_id for member in members] if is_owner else []
        ),
        has_mail_server=has_mail_server(),
        invite_form=invite_form,
        invitations=[(each, is_invitation_over(each)) for each in invitations],
        fresh=_take_fresh_link(invitations),
        role_choices=ROLE_CHOICES,
        role_does=ROLE_DESCRIPTIONS,
    )


@bp.get("/settings/identity")
@access.requires("read")
def identity() -> ResponseReturnValue:
    """Who answers for the public pages."""
    return render_template("team/identity.html", form=TeamForm(None, data=_identity()))


@bp.post("/settings/identity")
@access.requires("own")
def change_identity() -> ResponseReturnValue:
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
            add_form_error(form, refused)
        else:
            flash("Saved.")
            return redirect(url_for(".identity"), 303)
    return render_template("team/identity.html", form=form), 422


def _identity() -> dict[str, str]:
    team = get_team()
    return {
        "team_name": team.name,
        "controller": team.controller,
        "contact_email": team.contact_email,
    }


@bp.post("/settings/members/<int:person_id>/role")
@access.requires("own")
@proved("POST")
def change_role(person_id: int) -> ResponseReturnValue:
    """Give a member another role."""
    member = _get_member(person_id)
    role = request.form.get("role", "")
    members.change_role(member, role, access.person())
    flash(f"{member.person.name}’s role changed to {role}.")
    return redirect(url_for(".people"), 303)


@bp.post("/settings/members/<int:person_id>/remove")
@access.requires("own")
@proved("POST")
def remove_member(person_id: int) -> ResponseReturnValue:
    """Take a member out of the team."""
    member = _get_member(person_id)
    name = member.person.name
    members.remove_member(member, access.person())
    flash(f"{name} removed.")
    return redirect(url_for(".people"), 303)


@bp.post("/settings/leave")
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


def show_once(invitation_id: int, token: str) -> None:
    """Show this link on the next page of people, and never again."""
    session[FRESH_LINK] = [invitation_id, token]


def _take_fresh_link(invitations: list[Invitation]) -> tuple[Invitation, str] | None:
    invitation_id, token = session.get(FRESH_LINK, (0, ""))
    found = next((each for each in invitations if each.id == invitation_id), None)
    if found is None:
        return None
    del session[FRESH_LINK]
    return found, invitation_address(token)


@bp.post("/settings/invitations")
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
            add_form_error(form, refused)
            status, headers = refused.status, wait_of(refused)
        else:
            return _tell(made, token)
    return _people_page(form), status, headers


@bp.post("/settings/invitations/<int:invitation_id>/again")
@access.requires("own")
@proved("POST")
def invite_again(invitation_id: int) -> ResponseReturnValue:
    """Send another link; the old one opens nothing any more."""
    found = access.get(Invitation, invitation_id, "own")
    return _tell(found, members.invite_again(found, access.person()))


@bp.post("/settings/invitations/<int:invitation_id>/revoke")
@access.requires("own")
def uninvite(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    found = access.get(Invitation, invitation_id, "own")
    email = found.email
    members.uninvite(found, access.person())
    flash(f"Invite for {email} removed. Its link no longer works.")
    return redirect(url_for(".people", _anchor="invitations"), 303)


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
            add_form_error(form, refused)
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
        flash(f"Invite sent to {made.email}.")
    else:
        show_once(made.id, token)
    return redirect(url_for(".people", _anchor="invitations"), 303)


@bp.get("/settings/email", endpoint="email")
@access.requires("own")
@proved("GET")
def email_settings() -> ResponseReturnValue:
    """The emails that wait, failed or bounced, and the background jobs that failed."""
    return render_template(
        "team/email.html",
        queue=outbox.queue_of(),
        counts=outbox.counts_by_state(),
        mails={state: outbox.mails_of(state) for state in ("waiting", "failed", "bounced")},
        failing=list_failing_jobs(),
        has_mail_server=has_mail_server(),
    )


@bp.post("/settings/email/test")
@access.requires("own")
def send_test_mail() -> ResponseReturnValue:
    """Queue an email to the asking owner, who sees whether it arrives."""
    person = access.person()
    delivery_settings.send_test_mail(person.email)
    flash(f"Test email sent to {person.email}.")
    return redirect(url_for(".email"), 303)


@bp.post("/settings/email/again")
@access.requires("own")
def send_mails_again() -> ResponseReturnValue:
    """Queue every email that failed."""
    number = delivery_settings.send_mails_again()
    flash(f"{number} {'email' if number == 1 else 'emails'} queued again.")
    return redirect(url_for(".email"), 303)


@bp.post("/settings/email/<int:mail_id>/again")
@access.requires("own")
def send_mail_again(mail_id: int) -> ResponseReturnValue:
    """Queue one email that failed."""
    delivery_settings.send_mail_again(access.get(OutboxMail, mail_id, "own"))
    # To whom, only the page says that asks for the password again.
    flash("Email queued again.")
    return redirect(url_for(".email"), 303)


@bp.post("/settings/email/<int:mail_id>/dismiss")
@access.requires("own")
def dismiss_mail(mail_id: int) -> ResponseReturnValue:
    """Delete one email that did not arrive."""
    delivery_settings.dismiss_mail(access.get(OutboxMail, mail_id, "own"))
    flash("Email deleted.")
    return redirect(url_for(".email"), 303)


@bp.get("/settings/danger")
@access.requires("own")
def danger() -> ResponseReturnValue:
    """How to export everything, and what deleting everything would delete."""
    return _danger_page(DeletingForm(None))


@bp.post("/settings/danger")
@access.requires("own")
@proved("POST")
def delete_team() -> ResponseReturnValue:
    """Delete everything when the team's name and one's own password are typed."""
    form = DeletingForm()
    if form.validate_on_submit():
        typed = {"name": form.team_name.data or "", "password": form.password.data or ""}
        try:
            delete_everything(access.person(), **typed)
        except (Gone, NotOwner):
            # Another owner was faster, and nothing is left to show.
            raise
        except Refused as refused:
            add_form_error(form, refused)
        else:
            flash("Everything deleted. Restart the server to set it up again.")
            return redirect(url_for("ideas.home"), 303)
    return _danger_page(form), 422


def _danger_page(form: DeletingForm) -> str:
    return render_template(
        "team/danger.html",
        form=form,
        contents=count_contents(),
        open_pages=open_pages_sentence(find_open_pages()),
    )
