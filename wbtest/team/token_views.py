"""The tokens, with which programs use the API: for its owners."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Refused
from wbtest.team import access, tokens
from wbtest.team.forms import TokenForm, put_refusal
from wbtest.team.login_views import bp, proved
from wbtest.team.models import ApiToken

# Where the text of a token waits for the one page that shows it.
FRESH = "fresh_token"


@bp.get("/team/tokens", endpoint="tokens")
@access.requires("own")
def list_tokens() -> ResponseReturnValue:
    """All tokens, and a form for one more."""
    return _page(TokenForm(formdata=None, data={"scopes": ["read"]}))


@bp.post("/team/tokens")
@access.requires("own")
@proved("POST")
def make_token() -> ResponseReturnValue:
    """Make a token, and show its text once."""
    form = TokenForm()
    if form.validate_on_submit():
        try:
            token, text = tokens.make_with_password(
                access.person(),
                form.password.data or "",
                name=form.name.data or "",
                scopes=form.scopes.data or (),
                days=form.days.data,
            )
        except Refused as refused:
            put_refusal(form, refused)
        else:
            session[FRESH] = [token.id, text]
            return redirect(url_for(".tokens"), 303)
    return _page(form)


@bp.post("/team/tokens/<int:token_id>/revoke")
@access.requires("own")
def revoke_token(token_id: int) -> ResponseReturnValue:
    """End a token."""
    token = access.get(ApiToken, token_id, "own")
    name = token.name
    tokens.revoke_token(token)
    flash(f"The token “{name}” opens nothing any more.")
    return redirect(url_for(".tokens"), 303)


def _page(form: TokenForm) -> ResponseReturnValue:
    found = tokens.list_tokens()
    page = render_template(
        "team/tokens.html",
        form=form,
        tokens=[(token, tokens.why_dead(token)) for token in found],
        fresh=_take_fresh(found),
    )
    return page, 422 if form.errors else 200


def _take_fresh(found: list[ApiToken]) -> tuple[ApiToken, str] | None:
    """The token that was just made, and its text; asked once more, there is none."""
    token_id, text = session.pop(FRESH, (0, ""))
    token = next((token for token in found if token.id == token_id), None)
    return (token, text) if token else None
