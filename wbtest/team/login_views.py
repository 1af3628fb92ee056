"""Set-up, log-in with a code where one is on, log-out and password reset."""

from datetime import timedelta

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from wbtest.extensions import runtime
from wbtest.forms import submitted
from wbtest.team import access, accounts, rate_limits, sessions, settings, tokens, two_factor
from wbtest.team.forms import (
    AskForResetForm,
    CodeForm,
    LogInForm,
    ResetForm,
    SetupForm,
)

bp = Blueprint("team", __name__)
# No page that is opened next may learn the address of this one.
SECRET_ADDRESS = {"Referrer-Policy": "no-referrer"}


@bp.route("/setup/<token>", methods=["GET", "POST"])
@access.public
def setup(token: str) -> ResponseReturnValue:
    """The first visit: make the owner and the team, once."""
    if not settings.is_setup_open(token):
        abort(404)
    form = SetupForm()
    given = {name: typed for name, typed in form.data.items() if name != "csrf_token"}
    person = submitted(form, lambda: settings.set_up(token, **given))
    if person:
        return let_in(sessions.open_session(person), "/")
    page = render_template("team/setup.html", form=form)
    return make_response(page, 422 if form.errors else 200, SECRET_ADDRESS)


@bp.route("/login", methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(100, rate_limits.QUARTER)
def login() -> ResponseReturnValue:
    """Log in, and go on to where one wanted to go."""
    onward = access.local_path(request.args.get("next", ""))
    if access.find_person() is not None:
        return redirect(onward, 303)
    form = LogInForm()
    typed = form.email.data or "", form.password.data or ""
    token = submitted(form, lambda: accounts.log_in(*typed, sessions.own_token()))
    if token:
        return let_in(token, onward)
    return render_template("team/login.html", form=form), 422 if form.errors else 200


@bp.post("/logout")
@access.public
def logout() -> ResponseReturnValue:
    """End this device's session."""
    sessions.log_out(sessions.own_token())
    # What waited to be shown once, such as a new token, is not for the next person at this device.
    session.clear()
    response = redirect(url_for(".login"), 303)
    return _set_cookie(response, sessions.cookie_name(), "", timedelta(0))


def has_mail_server() -> bool:
    """Whether mail leaves by now."""
    return bool(runtime().settings.mail_url)


def say_no_team(error: access.NoTeam) -> ResponseReturnValue:
    """A page for somebody who may log in and is not in the team, whatever they asked for."""
    page = render_template("team/message.html", title=error.title, sentence=str(error), kind="team")
    return page, error.status


def let_in(token: str, onward: str) -> Response:
    """Go on to a page of ours, with the session of this token from now on."""
    response = redirect(onward, 303)
    if person := sessions.find_person_by_token(token):
        sessions.remember_device(response, person.email)
    return _set_cookie(response, sessions.cookie_name(), token, sessions.SESSION_LIFE)


@bp.errorhandler(two_factor.CodeAsked)
def ask_for_code(asked: two_factor.CodeAsked) -> ResponseReturnValue:
    """Send who typed the right password on to the code; no session is open yet."""
    onward = access.local_path(request.args.get("next", ""))
    response = redirect(url_for(".login_code", next=onward), 303)
    note = two_factor.code_note(asked.person)
    return _set_cookie(response, two_factor.cookie_name(), note, two_factor.CODE_LASTS)


@bp.route("/login/code", methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(100, rate_limits.QUARTER)
def login_code() -> ResponseReturnValue:
    """Ask for the code, and open the session when it is right."""
    onward = access.local_path(request.args.get("next", ""))
    if access.find_person() is not None:
        return redirect(onward, 303)
    waiting = two_factor.find_waiting_person(request.cookies.get(two_factor.cookie_name(), ""))
    if waiting is None:
        flash("Enter your password again. The code must follow within five minutes.", "error")
        return redirect(url_for(".login", next=onward), 303)
    form = CodeForm()
    typed, own_token = form.code.data or "", sessions.own_token()
    token = submitted(form, lambda: two_factor.log_in_with_code(waiting, typed, own_token))
    if token:
        return _set_cookie(let_in(token, onward), two_factor.cookie_name(), "", timedelta(0))
    return render_template("team/login_code.html", form=form), 422 if form.errors else 200


def _set_cookie(response: Response, name: str, value: str, lasts: timedelta) -> Response:
    response.set_cookie(
        name,
        value,
        max_age=lasts,
        secure=runtime().settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.route("/reset", methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(30, rate_limits.HOUR)
def reset() -> ResponseReturnValue:
    """Ask for a link by mail. The answer is the same no matter whose email it is."""
    form = AskForResetForm()
    is_asked = has_mail_server() and form.validate_on_submit()
    if is_asked:
        accounts.ask_for_reset(form.email.data or "")
    page = render_template(
        "team/reset.html", form=form, is_asked=is_asked, has_mail_server=has_mail_server()
    )
    return page, 422 if form.errors else 200


@bp.route("/reset/<token>", methods=["GET", "POST"])
@access.public
@rate_limits.per_ip(60, rate_limits.HOUR)
def new_password(token: str) -> ResponseReturnValue:
    """Choose a new password. Opening the page spends nothing: programs open links of mails, too."""
    link = accounts.get_link(token, "reset")
    form = ResetForm()
    form.offer(tokens.count_tokens(link.person))
    new, ends = form.new_password.data or "", form.is_wanted()
    person = submitted(form, lambda: accounts.reset_password(token, new, ends_tokens=ends))
    if person:
        flash("Password saved. All devices are logged out. Log in with the new one.")
        response = redirect(url_for(".login"), 303)
        # A person who opened the mail is no stranger, however many strangers guess.
        sessions.remember_device(response, person.email)
        return response
    page = render_template("team/new_password.html", form=form)
    return make_response(page, 422 if form.errors else 200, SECRET_ADDRESS)


@bp.app_errorhandler(accounts.LinkOver)
def say_over(over: accounts.LinkOver) -> ResponseReturnValue:
    """One page for every link that does not work, and the way to a new one."""
    page = render_template(
        "team/message.html", title=over.title, sentence=str(over), kind=over.kind
    )
    return make_response(page, over.status, SECRET_ADDRESS)
