"""Asking for the password again, and a code where one is on, before what only an owner may do.

A proof lasts ten minutes and counts for one session; a log-in is one too.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, cast

import sqlalchemy as sa
from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from wbtest.extensions import clock, db
from wbtest.forms import add_form_error
from wbtest.store import Invalid, writing
from wbtest.team import access, audit, passwords, rate_limits, sessions
from wbtest.team.forms import ProvingForm
from wbtest.team.login_views import bp
from wbtest.team.models import LoginSession, Person
from wbtest.team.two_factor import (
    WRONG_CODE,
    counted_code,
    has_second_factor,
    read_code,
    take_code,
)

PROOF_LASTS = timedelta(minutes=10)
# Of what was sent, all goes on but the proof itself and the old form's own token.
NOT_KEPT = ("csrf_token", "password", "code")


@bp.route("/account/prove", methods=["GET", "POST"])
@access.own_log_in
@rate_limits.per_ip(100, rate_limits.QUARTER)
def prove() -> ResponseReturnValue:
    """Ask for the password, and a code where one is on; then go on to where one was going."""
    onward = access.local_path(request.args.get("next", ""))
    form = _proof_form(is_sent=request.method == "POST")
    if request.method == "POST" and _is_proved(form):
        return redirect(onward, 303)
    return _proof_page(form, onward, 422 if form.errors else 200)


def proved(*methods: str) -> Callable[[access.View], access.View]:
    """Declare, below the permission, that these methods want a fresh proof of who asks.

    It is the password, and a code where one is on, at most ten minutes ago; a log-in is one too.
    Without it the view is not called: a page asks, and goes on with what was sent.
    """

    def declare(view: access.View) -> access.View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            method = "GET" if request.method == "HEAD" else request.method
            asked = _ask_for_proof() if method in methods else None
            return view(*args, **kwargs) if asked is None else asked

        checked.proved = methods  # type: ignore[attr-defined]
        return cast(access.View, checked)

    return declare


def _ask_for_proof() -> Response | None:
    """The answer to a member who has not lately proved who they are; None once they have.

    A form that was sent is kept on the page that asks, and goes on from there. A file cannot be:
    then one is led back to the page of its form, and told so.
    """
    if is_proof_fresh(sessions.own_token()):
        return None
    path = request.full_path.rstrip("?")
    if request.method != "POST":
        return redirect(url_for("team.prove", next=path), 303)
    if any(file.filename for file in request.files.values()):
        flash("The file wasn’t uploaded. Confirm it’s you, then choose it again.", "error")
        return redirect(url_for("team.prove", next=path if _has_page() else "/"), 303)
    names = ("password", "code") if has_second_factor(access.person()) else ("password",)
    is_sent = all(name in request.form for name in names)
    form = _proof_form(is_sent=is_sent)
    if is_sent and _is_proved(form):
        return None
    return _proof_page(form, path, 422 if form.errors else 403)


def _has_page() -> bool:
    """Whether one may look at the address that a form was sent to."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and "GET" in adapter.allowed_methods()


def _proof_form(*, is_sent: bool) -> ProvingForm:
    form = ProvingForm() if is_sent else ProvingForm(formdata=None)
    if not has_second_factor(access.person()):
        del form.code
    return form


def _is_proved(form: ProvingForm) -> bool:
    """Take the proof that was typed; a wrong one is told at its field."""
    if not form.validate():
        return False
    code = (form.code.data or "") if "code" in form else ""
    typed = {"password": form.password.data or "", "code": code}
    try:
        _store_proof(access.person(), sessions.own_token(), **typed)
    except Invalid as refused:
        add_form_error(form, refused)
        return False
    return True


def _proof_page(form: ProvingForm, onward: str, status: int) -> Response:
    path = onward.partition("?")[0]
    kept = request.form.items(multi=True) if request.endpoint != "team.prove" else ()
    page = render_template(
        "team/prove.html",
        form=form,
        is_form=request.endpoint != "team.prove",
        kept=[(name, text) for name, text in kept if name not in NOT_KEPT],
        # A file is saved beside the page that one sees, so the way back is shown.
        back=path.rpartition(".")[0] if path.endswith((".csv", ".json")) else "",
    )
    return make_response(page, status)


def is_proof_fresh(token: str) -> bool:
    """Whether the person of this session proved within ten minutes who they are."""
    proved_at = db.session.scalar(
        sa.select(LoginSession.proved_at).where(LoginSession.token_hash == sessions.digest(token))
    )
    return proved_at is not None and clock.now() - proved_at < PROOF_LASTS


def _store_proof(person: Person, token: str, *, password: str, code: str) -> None:
    """Let the session of this token count as proved from now on; it ends with the session.

    ``code`` is read where the person has a second factor. Raises Invalid at ``password`` or
    ``code``, and RateLimited.
    """
    stored = passwords.check_password(person, password)
    with counted_code(person, passwords.name_of_asker()):
        typed = read_code(person, code)
        with writing() as session:
            passwords.hold_with_password(person, stored)
            is_right = not has_second_factor(person) or take_code(person, typed)
            if is_right:
                session.execute(
                    sa.update(LoginSession)
                    .where(LoginSession.token_hash == sessions.digest(token))
                    .values(proved_at=clock.now())
                )
            else:
                audit.record("login.code_refused", by=person)
        if not is_right:
            raise Invalid("code", WRONG_CODE)
