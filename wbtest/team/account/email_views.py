"""Another e-mail for one's log-in: ask for it, and confirm it from the new address."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Invalid
from wbtest.team import access, known_devices, limits
from wbtest.team.account import links
from wbtest.team.account.forms import EmailForm
from wbtest.team.account.moving import ask_to_change_email, change_email
from wbtest.team.account.proving_views import proved
from wbtest.team.account.reset_views import SECRET_ADDRESS
from wbtest.team.forms import put_refusal
from wbtest.team.views import bp, has_mail_server, own_token


@bp.route("/account/email", methods=["GET", "POST"])
@access.own_log_in
@proved("POST")
@limits.per_ip(30, limits.HOUR)
def email() -> ResponseReturnValue:
    """Ask for another e-mail. Nothing changes before it is confirmed from there."""
    form = EmailForm()
    asked = ""
    if has_mail_server() and form.validate_on_submit():
        typed = form.new_email.data or "", form.password.data or ""
        try:
            ask_to_change_email(access.person(), *typed)
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            asked = typed[0]
    page = render_template(
        "team/account/email.html", form=form, asked=asked, has_mail_server=has_mail_server()
    )
    return page, 422 if form.errors else 200


@bp.route("/email/<token>", methods=["GET", "POST"])
@access.public
@limits.per_ip(60, limits.HOUR)
def confirm_email(token: str) -> ResponseReturnValue:
    """Show which address it is about, and use it once somebody says yes."""
    link = links.get_link(token, "email")
    if request.method == "POST":
        new_email = link.new_email
        asking, changed = access.find_person(), change_email(token, own_token())
        # A browser may be logged in as somebody else than who asked for the mail.
        who = "You log" if asking in (None, changed) else f"{changed.name} logs"
        flash(f"{who} in with {new_email} from now on. All other devices are logged out.")
        response = redirect(url_for(".account" if asking else ".login"), 303)
        known_devices.remember(response, new_email)
        return response
    page = render_template("team/account/confirm_email.html", new_email=link.new_email)
    return make_response(page, 200, SECRET_ADDRESS)
