"""A lost password: ask for a link, and choose a new password with it."""

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Invalid
from wbtest.team import access, known_devices, limits
from wbtest.team.account import links
from wbtest.team.account.forms import AskForResetForm, ResetForm
from wbtest.team.account.links import LinkOver
from wbtest.team.account.resetting import ask_for_reset, reset_password
from wbtest.team.ending import count_tokens
from wbtest.team.forms import put_refusal
from wbtest.team.views import bp, has_mail_server

# No page that is opened next may learn the address of this one.
SECRET_ADDRESS = {"Referrer-Policy": "no-referrer"}


@bp.route("/reset", methods=["GET", "POST"])
@access.public
@limits.per_ip(30, limits.HOUR)
def reset() -> ResponseReturnValue:
    """Ask for a link by mail. The answer is the same whoever the e-mail belongs to."""
    form = AskForResetForm()
    is_asked = False
    if has_mail_server() and form.validate_on_submit():
        try:
            ask_for_reset(form.email.data or "")
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            is_asked = True
    page = render_template(
        "team/account/reset.html", form=form, is_asked=is_asked, has_mail_server=has_mail_server()
    )
    return page, 422 if form.errors else 200


@bp.route("/reset/<token>", methods=["GET", "POST"])
@access.public
@limits.per_ip(60, limits.HOUR)
def new_password(token: str) -> ResponseReturnValue:
    """Choose a new password. Opening the page spends nothing: programs open links of mails, too."""
    link = links.get_link(token, "reset")
    email = link.person.email
    form = ResetForm()
    form.offer(count_tokens(link.person))
    if form.validate_on_submit():
        try:
            reset_password(token, form.new_password.data or "", ends_tokens=form.is_wanted())
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            flash("Your new password is set, and all devices are logged out. Log in with it.")
            response = redirect(url_for(".login"), 303)
            # A person who opened the mail is no stranger, however many strangers guess.
            known_devices.remember(response, email)
            return response
    page = render_template("team/account/new_password.html", form=form)
    return make_response(page, 422 if form.errors else 200, SECRET_ADDRESS)


@bp.app_errorhandler(LinkOver)
def say_over(over: LinkOver) -> ResponseReturnValue:
    """One page for every link that does not work, and the way to a new one."""
    page = render_template("team/account/link_over.html", kind=over.kind)
    return make_response(page, over.status, SECRET_ADDRESS)
