"""The page that asks once more who one is, wherever a route wants a fresh proof of it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from wbtest.store import Invalid
from wbtest.team import access, limits
from wbtest.team.access import View
from wbtest.team.account import proving
from wbtest.team.account.asked import has_second_factor
from wbtest.team.account.forms import ProvingForm
from wbtest.team.forms import put_refusal
from wbtest.team.onward import local_path
from wbtest.team.views import bp, own_token

# Of what was sent, all goes on but the proof itself and the old form's own token.
NOT_KEPT = ("csrf_token", "password", "code")


@bp.route("/account/prove", methods=["GET", "POST"])
@access.own_log_in
@limits.per_ip(100, limits.QUARTER)
def prove() -> ResponseReturnValue:
    """Ask for the password, and a code where one is on; then go on to where one was going."""
    onward = local_path(request.args.get("next", ""))
    form = _form(is_sent=request.method == "POST")
    if request.method == "POST" and _is_proved(form):
        return redirect(onward, 303)
    return _page(form, onward, 422 if form.errors else 200)


def proved(*methods: str) -> Callable[[View], View]:
    """Declare, below the permission, that these methods want a fresh proof of who asks.

    It is the password, and a code where one is on, at most ten minutes ago; a log-in is one too.
    Without it the view is not called: a page asks, and goes on with what was sent.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            method = "GET" if request.method == "HEAD" else request.method
            asked = _ask_for_proof() if method in methods else None
            return view(*args, **kwargs) if asked is None else asked

        checked.proved = methods  # type: ignore[attr-defined]
        return cast(View, checked)

    return declare


def _ask_for_proof() -> Response | None:
    """What to answer whoever has not proved of late who they are; None for who has, or does now.

    A form that was sent is kept on the page that asks, and goes on from there. A file cannot be:
    then one is led back to the page of its form, and told so.
    """
    if proving.is_fresh(own_token()):
        return None
    path = request.full_path.rstrip("?")
    if request.method != "POST":
        return redirect(url_for("team.prove", next=path), 303)
    if any(file.filename for file in request.files.values()):
        flash("Nothing was read of the file yet. Choose it once more after your password.", "error")
        return redirect(url_for("team.prove", next=path if _has_page() else "/"), 303)
    names = ("password", "code") if has_second_factor(access.person()) else ("password",)
    is_sent = all(name in request.form for name in names)
    form = _form(is_sent=is_sent)
    if is_sent and _is_proved(form):
        return None
    return _page(form, path, 422 if form.errors else 403)


def _has_page() -> bool:
    """Whether one may look at the address that a form was sent to."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and "GET" in adapter.allowed_methods()


def _form(*, is_sent: bool) -> ProvingForm:
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
        proving.prove(access.person(), own_token(), **typed)
    except Invalid as refused:
        put_refusal(form, refused)
        return False
    return True


def _page(form: ProvingForm, onward: str, status: int) -> Response:
    path = onward.partition("?")[0]
    kept = request.form.items(multi=True) if request.endpoint != "team.prove" else ()
    page = render_template(
        "team/account/prove.html",
        form=form,
        is_form=request.endpoint != "team.prove",
        kept=[(name, text) for name, text in kept if name not in NOT_KEPT],
        # A file is saved beside the page that one sees, so the way back is shown.
        back=path.rpartition(".")[0] if path.endswith((".csv", ".json")) else "",
    )
    return make_response(page, status)
