"""What people do with what is stored about them, by the links in our mail: read, mend, leave."""

import json

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from wbtest.audience.leaving import erasures, mine
from wbtest.audience.live_pages import LivePage
from wbtest.audience.models import Signup
from wbtest.audience.signing import signups
from wbtest.audience.views import TOKEN_PAGE, bp, check_sender, over, pages, small
from wbtest.team import access


@bp.get("/mine/<token>", endpoint="mine")
@access.public
def show_mine(token: str) -> ResponseReturnValue:
    """Everything that belongs to one address, with the ways to take it along or away."""
    row, found = _find(token)
    if row is None or found is None:
        return over(404)
    return _show(token, row, found)


@bp.get("/mine/<token>/data.json")
@access.public
def mine_file(token: str) -> ResponseReturnValue:
    """The same as a file."""
    row, found = _find(token)
    if row is None or found is None:
        return over(404)
    text = json.dumps(mine.record_of(row, found.live), ensure_ascii=False, indent=2)
    response = Response(text + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    response.headers.update({"Cache-Control": "private, no-store", **TOKEN_PAGE})
    return response


@bp.post("/mine/<token>")
@access.public
def correct_name(token: str) -> ResponseReturnValue:
    """Store the name as its owner writes it."""
    check_sender(is_from_token_page=True)
    row, found = _find(token)
    if row is None or found is None:
        return over(404)
    if not mine.correct_name(token, request.form.get("name", "")):
        return _show(token, row, found, 422)
    return redirect(f"/mine/{token}", 303)


@bp.route("/leave/<token>", methods=["GET", "POST"])
@access.public
def leave(token: str) -> ResponseReturnValue:
    """Leave and be erased: by the button, or by the mail program's own (RFC 8058).

    The latter wants 200 and no redirect, also the second time.
    """
    _, found = _find(token)
    is_done = request.method == "POST" and erasures.leave(token)
    if found is None:
        return over(200 if request.method == "POST" else 404)
    return small(found.live, "leave", headers=TOKEN_PAGE, action=request.path, is_done=is_done)


def _find(token: str) -> tuple[Signup | None, LivePage | None]:
    row = signups.find_signup(token)
    return row, pages().find_by_id(row.experiment_id) if row else None


def _show(token: str, row: Signup, found: LivePage, status: int = 200) -> Response:
    return small(
        found.live,
        "mine",
        status,
        TOKEN_PAGE,
        record=mine.record_of(row, found.live),
        typed=request.form.get("name", row.name),
        is_refused=status != 200,
        asks_name=found.live.asks_name or bool(row.name),
        action=f"/mine/{token}",
        file_url=f"/mine/{token}/data.json",
        leave_url=f"/leave/{token}",
    )
