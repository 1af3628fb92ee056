"""From a program's request to the function that answers it, and back.

Who asks, how often and with what is checked here once; the function gets values and calls a verb.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, request
from flask.typing import ResponseReturnValue

from wbtest.api import idempotency, serialization, team
from wbtest.api.routes import BEGINS, ROUTES, Route
from wbtest.database import of_one_moment
from wbtest.errors import error_page
from wbtest.store import Refused
from wbtest.team import access, rate_limits, tokens
from wbtest.team.models import ApiToken

bp = Blueprint(access.API, __name__, url_prefix=BEGINS)
# For each token.
MOST_REQUESTS, WINDOW = 600, timedelta(minutes=1)
IN_ADDRESS = ("token", "access_token", "api_key")


class NoToken(Refused):
    """Nobody knows who asks."""

    status = 401


def view_of(route: Route) -> Callable[..., ResponseReturnValue]:
    """Return the view for a route; it says what it needs, as every page does."""

    def asked() -> Response | None:
        token = _token()
        turned_away = _count_request(token.id)
        if turned_away is not None:
            return turned_away
        team.check_held(route.scope)
        access.membership(route.permission)
        tokens.note_use(token)
        return None

    def view(**address: Any) -> ResponseReturnValue:
        # Before the body is read.
        turned_away = asked()
        if turned_away is not None:
            return turned_away
        key = request.headers.get("Idempotency-Key") if route.method == "POST" else None
        if key is None:
            return _answer(route, address)
        return _answer_once(route, address, g.token.id, idempotency.check_key(key))

    view.permission = route.permission  # type: ignore[attr-defined]
    view.longest_body = route.longest_body  # type: ignore[attr-defined]
    return of_one_moment(view) if route.is_of_one_moment else view


def _token() -> ApiToken:
    """The token that was sent, which is who asks from here on."""
    if any(name in request.args for name in IN_ADDRESS):
        raise serialization.BadRequest(
            "Send the token as a header, Authorization: Bearer wbt_…, and delete this one: "
            "addresses are kept in logs."
        )
    text = _sent_token()
    found = tokens.find_live(text or "")
    if found is None:
        raise NoToken(
            "This token doesn’t work: it’s wrong or has expired. An owner can create a new one."
            if text is not None
            else "Send a token as a header, Authorization: Bearer wbt_… An owner can create one."
        )
    g.token = found
    return found


def _sent_token() -> str | None:
    """The text of the token that was sent, or None without one."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else None


def _count_request(token_id: int) -> Response | None:
    """Count the request; what to answer instead when there were too many."""
    total, seconds = rate_limits.count_request(f"api {token_id}", MOST_REQUESTS, WINDOW)
    g.rate = (max(0, MOST_REQUESTS - total), seconds)
    if total <= MOST_REQUESTS:
        return None
    sentence = f"A token can make {MOST_REQUESTS} requests a minute. Wait {seconds} seconds."
    return error_page(429, sentence, {"Retry-After": str(seconds)})


def _answer_once(route: Route, address: dict[str, Any], token_id: int, key: str) -> Response:
    if_match = request.headers.get("If-Match", "")
    digest = idempotency.digest_of(request.method, request.full_path, if_match, request.get_data())
    kept = idempotency.begin_request(token_id, key, digest)
    if kept is not None:
        kept.headers["Idempotent-Replayed"] = "true"
        return kept
    try:
        answer = _answer(route, address)
    except Exception as error:
        # What it becomes as an answer decides whether it is forgotten.
        answer = make_response(current_app.handle_user_exception(error))
    idempotency.keep_answer(token_id, key, answer)
    return answer


def _answer(route: Route, address: dict[str, Any]) -> Response:
    given = serialization.arguments_of(route.function, request)
    made = route.function(**address, **given)
    return made if isinstance(made, Response) else serialization.response_of(made, route.status)


@bp.after_request
def _add_rate_headers(response: Response) -> Response:
    if "rate" in g:
        left, seconds = g.rate
        response.headers["RateLimit-Limit"] = str(MOST_REQUESTS)
        response.headers["RateLimit-Remaining"] = str(left)
        response.headers["RateLimit-Reset"] = str(seconds)
    return response


for _route in ROUTES:
    bp.add_url_rule(_route.address, _route.name, view_of(_route), methods=[_route.method])
