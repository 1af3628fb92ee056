"""The second page of the log-in, for who has a second factor."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from wbtest.runtime import runtime
from wbtest.store import Invalid
from wbtest.team import access, limits
from wbtest.team.account import notes
from wbtest.team.account.asked import CodeAsked
from wbtest.team.account.factors import log_in_with_code
from wbtest.team.account.forms import CodeForm
from wbtest.team.forms import put_refusal
from wbtest.team.models import Person
from wbtest.team.onward import local_path
from wbtest.team.views import bp, let_in, own_token


@bp.errorhandler(CodeAsked)
def ask_for_code(asked: CodeAsked) -> ResponseReturnValue:
    """Send who typed the right password on to the code; no session is open yet."""
    onward = local_path(request.args.get("next", ""))
    response = redirect(url_for(".login_code", next=onward), 303)
    return _keep(response, notes.note_of(asked.person), int(notes.LASTS.total_seconds()))


@bp.route("/login/code", methods=["GET", "POST"])
@access.public
@limits.per_ip(100, limits.QUARTER)
def login_code() -> ResponseReturnValue:
    """Ask for the code, and open the session when it is right."""
    onward = local_path(request.args.get("next", ""))
    if access.find_person() is not None:
        return redirect(onward, 303)
    waiting = _find_waiting()
    if waiting is None:
        flash("Type your password once more: the code has to follow within five minutes.", "error")
        return redirect(url_for(".login", next=onward), 303)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            token = log_in_with_code(waiting, form.code.data or "", own_token())
        except Invalid as refused:
            put_refusal(form, refused)
        else:
            return _keep(let_in(token, onward), "", 0)
    return render_template("team/account/login_code.html", form=form), 422 if form.errors else 200


def _find_waiting() -> Person | None:
    return notes.find_person(request.cookies.get(_cookie_name(), ""))


def _cookie_name() -> str:
    return notes.cookie_name(runtime().settings)


def _keep(response: Response, note: str, seconds: int) -> Response:
    response.set_cookie(
        _cookie_name(),
        note,
        max_age=seconds,
        secure=runtime().settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response
