"""What visitors send: the beacon, the sign-up form, and their answers to our mail."""

import logging

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue
from flask_limiter.errors import RateLimitExceeded
from sqlalchemy.exc import SQLAlchemyError

from wbtest.audience import sightings, signups, visitors
from wbtest.audience.answers import form_token
from wbtest.audience.browsers import is_opted_out
from wbtest.audience.forms import SignupForm
from wbtest.audience.live_pages import LivePage
from wbtest.audience.pages import addresses_of
from wbtest.audience.signups import Sender
from wbtest.audience.views import (
    bp,
    check_sender,
    get_page,
    is_objector,
    is_team,
    pages,
    printer,
    recorder,
    show_closed,
    show_preview,
    small,
)
from wbtest.audience.visitors import Form
from wbtest.extensions import clock
from wbtest.publishing.live import LiveVariant
from wbtest.publishing.strings import strings_of
from wbtest.store import Refused
from wbtest.team import access, limits

log = logging.getLogger(__name__)

LONGEST_BEACON = 1_000
# An office or a school shares one IP.
MOST_SIGN_UPS = 60
# The token must not travel on in the Referer of what is opened next.
TOKEN_PAGE = {"Referrer-Policy": "no-referrer"}


@bp.post("/p/<slug>/seen")
@access.public
def seen(slug: str) -> ResponseReturnValue:
    """The beacon. Nobody reads the answer, so there is none, whatever was sent.

    Who is in the test is settled while the page runs. Who opened it before a pause or the end and
    looks at it only afterwards is in neither side of the rate: their sign-up is kept as one without
    a sighting. Otherwise the number of visitors could still grow after the rule has ended the test.
    """
    check_sender()
    found = get_page(slug)
    if found.live.state != "ended" and not is_objector(found):
        token = request.get_data()[:LONGEST_BEACON].decode("ascii", "replace")
        reason = _exclusion(found) or ("paused" if found.live.state == "paused" else "")
        sightings.see(recorder(), found, request.environ, token, _at(), reason)
    return "", 204


@bp.post("/p/<slug>/signup")
@access.public
def signup(slug: str) -> ResponseReturnValue:
    """Take an address. What cannot be taken comes back on the page, with what was typed."""
    check_sender()
    if "preview" in request.args:
        return show_preview(slug, 409)
    found = get_page(slug)
    strings = strings_of(found.live.control.page)
    form = SignupForm(strings, request.form)
    shown = visitors.read_form(
        found.live.identity_key, form.token.data or "", visitors.hour_of(_at())
    )
    if found.live.state != "running" and not (shown and found.takes(shown, _at())):
        return show_closed(found.live)
    try:
        _admit()
        return _take(found, form, shown)
    except RateLimitExceeded:
        return _again(found, form, 429, strings.too_many)
    except (Refused, SQLAlchemyError) as error:
        log.error("a sign-up for /p/%s was not stored: %s", found.live.slug, error)
        return _again(found, form, 503, strings.try_later)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@access.public
def confirm(token: str) -> ResponseReturnValue:
    """The link of our mail. It only asks, since mail scanners open links; the button confirms."""
    row = signups.find_signup(token)
    found = pages().find_by_id(row.experiment_id) if row else None
    if row is None or found is None or not signups.can_confirm(row, clock.now()):
        return _over(404)
    if request.method == "POST":
        signups.confirm(token)
        return redirect(request.path, 303)
    if row.confirmed_us is not None:
        return small(found.live, "confirmed", headers=TOKEN_PAGE)
    return small(found.live, "confirm", headers=TOKEN_PAGE, action=request.path)


@bp.route("/leave/<token>", methods=["GET", "POST"])
@access.public
def leave(token: str) -> ResponseReturnValue:
    """Leave and be erased: by the button, or by the mail program's own (RFC 8058).

    The latter wants 200 and no redirect, also the second time.
    """
    row = signups.find_signup(token)
    found = pages().find_by_id(row.experiment_id) if row else None
    is_done = request.method == "POST" and signups.leave(token)
    if found is None:
        return _over(200 if request.method == "POST" else 404)
    return small(found.live, "leave", headers=TOKEN_PAGE, action=request.path, is_done=is_done)


@limits.per_ip(f"{MOST_SIGN_UPS} per hour")
def _admit() -> None:
    """Count this form. Raises RateLimitExceeded when too many came from its IP."""


def _take(found: LivePage, form: SignupForm, shown: Form | None) -> Response:
    live = found.live
    if any(len(values) > 1 for _, values in request.form.lists()):
        return _again(found, form, 422, form.strings.try_later)
    if not form.validate():
        return _again(found, form, 422)
    if shown is None:
        return _again(found, form, 422, form.strings.form_old)
    reason = _exclusion(found, is_trapped=bool(form.website.data))
    sender = Sender(shown, found.find_visitor(request.environ), request.environ, reason)
    signups.sign_up(
        recorder(),
        live,
        sender,
        address=form.address,
        name=(form.name.data or "") if live.asks_name else "",
        base_url=printer().base_url,
    )
    return Response(status=303, headers={"Location": addresses_of(live.slug).thanks})


def _exclusion(found: LivePage, *, is_trapped: bool = False) -> str:
    """Why what this browser sends does not count, '' when it does."""
    if is_team():
        return "team"
    if is_trapped:
        return "suspected"
    return "opted_out" if is_opted_out(request.environ) or is_objector(found) else ""


def _again(found: LivePage, form: SignupForm, status: int, problem_line: str = "") -> Response:
    """The page as this visitor saw it, with a fresh token, the text as typed, and what is wrong.

    While nobody is shown the form the token stays: it proves that this one is from before.
    """
    variant = _variant_shown(found, form)
    if found.live.state == "running":
        form.token.data = form_token(found.live, variant.key, _at())
    html = printer().landing(found.live, variant, form, problem_line=problem_line)
    response = Response(html, status, printer().headers(variant.page.language))
    if status in (429, 503):
        response.headers["Retry-After"] = str(limits.seconds_left() if status == 429 else 60)
    return response


def _variant_shown(found: LivePage, form: SignupForm) -> LiveVariant:
    """What the form stood on; the cookie's when the form does not say, else the control."""
    live = found.live
    hour = visitors.hour_of(_at())
    shown = visitors.read_form(live.identity_key, form.token.data or "", hour)
    visitor = found.find_visitor(request.environ)
    key = shown.variant if shown else visitor.variant if visitor else ""
    return live.find_variant(key) or live.control


def _at() -> float:
    """Now, in seconds since 1970."""
    return clock.now().timestamp()


def _over(status: int) -> Response:
    """A link that leads nowhere, or not any more; which of these it is, nobody learns."""
    response = Response(printer().link_over(), status, printer().headers())
    response.headers.update(TOKEN_PAGE)
    return response
