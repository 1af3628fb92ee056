"""Asking people into the team, and the page behind the link that they get.

That page's address is a secret, so nothing on it tells another page or a search engine where it is.
"""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.error_pages import wait_of
from wbtest.store import Refused
from wbtest.team import access, limits, people, sessions
from wbtest.team.account.proving_views import proved
from wbtest.team.forms import put_refusal
from wbtest.team.inviting import accepting, invitations
from wbtest.team.inviting.forms import InviteForm, JoinForm
from wbtest.team.inviting.list_views import show_once
from wbtest.team.models import Invitation
from wbtest.team.roles import DOES
from wbtest.team.settings import get_team
from wbtest.team.views import bp, has_mail_server, let_in, team_page

OUTSIDE = "/invitation/"


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
            made, token = invitations.invite(access.person(), *typed)
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
    return _tell(found, invitations.invite_again(found, access.person()))


@bp.post("/team/invitations/<int:invitation_id>/revoke")
@access.requires("own")
def uninvite(invitation_id: int) -> ResponseReturnValue:
    """Take an invitation back."""
    found = access.get(Invitation, invitation_id, "own")
    email = found.email
    invitations.uninvite(found, access.person())
    flash(f"The invitation of {email} is taken back. Its link opens nothing now.")
    return redirect(url_for(".team", _anchor="invitations"), 303)


@bp.route(f"{OUTSIDE}<token>", methods=["GET", "POST"])
@access.public
@limits.per_ip(60, limits.HOUR)
def invitation(token: str) -> ResponseReturnValue:
    """Join a team: with the log-in that one has, or with a new one."""
    found = accepting.get_open(token)
    asking = access.find_person()
    if asking is not None and asking.email != found.email:
        raise accepting.SomebodyElse(found.email, asking.email)
    if asking is None and people.find_person(found.email) is not None:
        return redirect(url_for(".login", next=url_for(".invitation", token=token)), 303)
    form = JoinForm()
    if asking is not None and request.method == "POST":
        accepting.accept(token, asking)
        return redirect("/", 303)
    if form.validate_on_submit():
        typed = {"name": form.name.data or "", "password": form.password.data or ""}
        try:
            person = accepting.accept_as_new(token, **typed)
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
        does=DOES[found.role],
    )
    return page, 422 if form.errors else 200


def say_it_is_over(error: Refused) -> ResponseReturnValue:
    """A page for a link that opens nothing, whatever the reason."""
    page = render_template(
        "team/no_invitation.html",
        title=error.title,
        sentence=str(error),
        may_log_out=isinstance(error, accepting.SomebodyElse),
    )
    return page, error.status


for _shut in (accepting.InvitationOver, accepting.SomebodyElse):
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
