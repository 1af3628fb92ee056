"""What visitors send to sign up: the form, and the button of our mail."""

import logging

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from wbtest.audience import erasure, signups
from wbtest.audience.forms import SignupForm
from wbtest.audience.live_pages import LivePage
from wbtest.audience.models import Visit
from wbtest.audience.page_server import form_token
from wbtest.audience.recording.recorder import TooManySignups
from wbtest.audience.recording.write_batch import COUNTED_FOR
from wbtest.audience.request_headers import agent_of
from wbtest.audience.signup_preview import take_try
from wbtest.audience.signup_steps import after_sign_up
from wbtest.audience.signups import Sender
from wbtest.audience.views import (
    TOKEN_PAGE,
    bp,
    check_sender,
    exclusion_of,
    get_pages,
    link_over,
    pages,
    recorder,
    renderer,
    show_closed,
    show_list,
    small_page,
)
from wbtest.audience.visitors import FormToken
from wbtest.audience.waiting_list import WAITING, joins
from wbtest.extensions import clock, db, runtime
from wbtest.publishing.live_snapshot import LiveVariant
from wbtest.publishing.page_strings import strings_of
from wbtest.store import Gone, Refused, end_reading
from wbtest.team import access, rate_limits

log = logging.getLogger(__name__)

# An office or a school shares one network.
MOST_SIGN_UPS = 60


@bp.post("/p/<slug>/signup")
@access.public
def signup(slug: str) -> ResponseReturnValue:
    """Take an address. What cannot be taken comes back on the page, with what was typed."""
    check_sender()
    if "preview" in request.args:
        return take_try(slug)
    found = _printed_by(get_pages(slug), request.form.get("token", ""))
    strings = strings_of(found.live.control.page)
    form = SignupForm(strings, request.form)
    shown = _form_shown(found, form)
    takes = found.live.state == "running" or (shown and found.takes(shown, _at()))
    if not takes and not joins(found.live, shown):
        return show_closed(found.live)
    try:
        # The names may need the store, too.
        recorder().check()
        network = rate_limits.names_of(f"sign-ups {rate_limits.network()}")
        answer = _take(found, form, shown, network)
        if answer.status_code == 422:
            _count(found, network)
        return answer
    except TooManySignups as error:
        return _again(found, form, 429, strings.too_many, error.seconds)
    except Gone:
        pages().forget()
        abort(404)
    except (Refused, SQLAlchemyError) as error:
        if isinstance(error, SQLAlchemyError):
            recorder().note_failure()
        log.error("a sign-up for /p/%s was not stored: %s", slug, error)
        return _again(found, form, 503, strings.try_later)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@access.public
def confirm(token: str) -> ResponseReturnValue:
    """The link of our mail. It only asks, since mail scanners open links; the button confirms."""
    row = signups.find_signup(token)
    found = pages().find_by_id(row.experiment_id) if row else None
    if row is None or found is None or not signups.can_confirm(row, clock.now()):
        return link_over(404)
    if request.method == "POST":
        signups.confirm(token, agent_of(request.environ), _shown_at())
        return redirect(request.path, 303)
    if row.confirmed_us is not None:
        is_waiting = row.excluded_because == WAITING
        return small_page(found.live, "confirmed", headers=TOKEN_PAGE, is_waiting=is_waiting)
    return small_page(
        found.live, "confirm", headers=TOKEN_PAGE, action=request.path, shown_at=f"{_at():.3f}"
    )


def _count(found: LivePage, network: rate_limits.Names) -> None:
    """Count a form that is not stored; the recorder counts the others. Raises TooManySignups, too.

    Somebody who was admitted is told what to fix, whatever others of their network sent.
    """
    wait = rate_limits.count_alone(network, MOST_SIGN_UPS, COUNTED_FOR)
    if wait and not _is_admitted(found):
        raise TooManySignups(wait)


def _check(network: rate_limits.Names) -> None:
    """Raise TooManySignups where the recorder would take nothing of this network."""
    if wait := rate_limits.wait_for(network, MOST_SIGN_UPS):
        raise TooManySignups(wait)


def _is_admitted(found: LivePage) -> bool:
    """Whether this browser's visit is stored and counts."""
    visitor = found.find_visitor(request.environ)
    return visitor is not None and (
        db.session.get(Visit, (found.live.id, visitor.visitor, "")) is not None
    )


def _printed_by(tests: list[LivePage], token: str) -> LivePage:
    """The earlier test of the idea that printed this form and still takes it, else the newest."""
    *earlier, newest = tests
    for found in earlier:
        shown = found.read_form(token, _at()) if found.live.is_shown else None
        if shown and (found.takes(shown, _at()) or joins(found.live, shown)):
            return found
    return newest


def _take(
    found: LivePage, form: SignupForm, shown: FormToken | None, network: rate_limits.Names
) -> Response:
    if any(len(values) > 1 for _, values in request.form.lists()):
        return _again(found, form, 422, form.strings.try_later)
    if not form.validate():
        return _again(found, form, 422)
    if shown is None:
        return _again(found, form, 422, form.strings.form_old)
    live = found.live
    sender = _sender(found, form, shown)
    # Whoever waits for the recorder holds no connection: it could be the one that it needs.
    end_reading()
    if not sender.promised and exclusion_of(found) in signups.LEAVING:
        _check(network)
        # Else who was seen before would stay among those who didn't sign up.
        erasure.object_to_counting(recorder(), found, found.find_visitor(request.environ))
        end_reading()
    token = signups.sign_up(
        recorder(),
        found,
        sender,
        address=form.address,
        name=(form.name.data or "") if live.asks_name else "",
        mail=renderer().first_mail(live),
        base_url=renderer().base_url,
        secret=runtime().settings.secret_key,
        at_us=int(_at() * signups.MICROSECONDS),
        most_an_hour=runtime().guard.most_a_page,
        counted_as=network,
        most_counted=MOST_SIGN_UPS,
    )
    location = after_sign_up(live, shown.variant, token)
    return Response(status=303, headers={"Location": location})


def _sender(found: LivePage, form: SignupForm, shown: FormToken) -> Sender:
    """Who sends this form, which was printed as ``shown``, and why they don't count."""
    environ = request.environ
    reason = exclusion_of(found)
    # Of who objects not even a hash is kept.
    visitor = None if found.is_opted_out(environ) else found.find_visitor(environ)
    # Nobody sees the field "website".
    is_trapped = bool(form.website.data) or runtime().guard.is_too_fast(visitor, _at())
    if joins(found.live, shown):
        reason = "suspected" if is_trapped else WAITING
        return Sender(shown, None, environ, reason, renderer().list_promise(found.live))
    if is_trapped and reason != "team":
        reason = "suspected"
    elif not reason:
        reason = visitor.excluded_because if visitor else found.exclusion_of(environ)
    return Sender(shown, visitor, environ, reason)


def _again(
    found: LivePage, form: SignupForm, status: int, problem_line: str = "", wait: int = 60
) -> Response:
    """The page as this visitor saw it, with a fresh token, the text as typed, and what is wrong.

    While nobody is shown the form the token stays: it proves that this one is from before.
    """
    variant = _variant_shown(found, form)
    if joins(found.live, _form_shown(found, form)):
        return _patient(show_list(found.live, status, form, problem_line), wait)
    if found.live.state == "running":
        form.token.data = form_token(found.live, variant.key, _at())
    html = renderer().landing(found.live, variant, form, problem_line=problem_line)
    headers = renderer().headers(variant.page.language, variant.page.look)
    return _patient(Response(html, status, headers), wait)


def _patient(response: Response, wait: int) -> Response:
    """The same, with the seconds after which to come back where it says to."""
    if response.status_code in (429, 503):
        response.headers["Retry-After"] = str(wait)
    return response


def _variant_shown(found: LivePage, form: SignupForm) -> LiveVariant:
    """What the form stood on; the cookie's when the form does not say, else the control."""
    live = found.live
    shown = _form_shown(found, form)
    visitor = found.find_visitor(request.environ)
    key = shown.variant if shown else visitor.variant if visitor else ""
    return live.find_variant(key) or live.control


def _form_shown(found: LivePage, form: SignupForm) -> FormToken | None:
    """What the form says it was printed for; None for one that is not ours, or too old."""
    return found.read_form(form.token.data or "", _at())


def _shown_at() -> float | None:
    """When the page with the button was sent, as its form says; None for nothing of ours."""
    try:
        return float(request.form.get("shown_at", ""))
    except ValueError:
        return None


def _at() -> float:
    """Now, in seconds since 1970."""
    return clock.now().timestamp()
