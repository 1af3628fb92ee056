"""Sign-ups with the form that a team copied to a page of its own: on the list, and in no rate."""

import logging

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from wbtest.audience import page_renderer, traffic
from wbtest.audience.forms import SignupForm
from wbtest.audience.live_pages import LivePage
from wbtest.audience.recording import write_batch
from wbtest.audience.recording.counting_rules import OFF_SITE
from wbtest.audience.recording.recorder import TooManySignups
from wbtest.audience.signups import MOST_SIGN_UPS, Sender, store
from wbtest.audience.views import bp, get_page, show_closed
from wbtest.audience.visitors import FormToken, utc_hour
from wbtest.errors import error_page
from wbtest.extensions import clock, db, runtime
from wbtest.forms import form_on
from wbtest.publishing import page_strings
from wbtest.publishing.models import Experiment
from wbtest.publishing.own_hosts import page_address
from wbtest.store import Gone, Refused
from wbtest.team import access, rate_limits

NOT_LISTED = (
    "The form is on a site that isn’t listed here, or that hides its address. "
    "Nothing was stored. Sign up on the page itself: {page}"
)
log = logging.getLogger(__name__)


@bp.route("/p/<slug>/off-site", methods=["GET", "POST"])
@access.public
@form_on(".page")
def off_site(slug: str) -> ResponseReturnValue:
    """Take an address from a listed site, while the page takes any.

    No cookie and no token comes along: browsers say which site the form is on, and what is sent
    can move no figure. The visitor's cookie isn't read.
    """
    found = get_page(slug)
    origin = request.headers.get("Origin", "")
    if origin not in _sites_of(found):
        page = page_address(runtime().settings.base_url, found.live.slug, found.live.host)
        return error_page(403, NOT_LISTED.format(page=page), title="This form doesn’t work there")
    if found.live.state != "running":
        return show_closed(found.live)
    strings = page_strings.strings_of(found.live.control.page)
    form = SignupForm(strings, request.form)
    try:
        runtime().recorder.check()
        network = rate_limits.names_of(f"sign-ups {rate_limits.network()}")
        if fault := _fault(form):
            if wait := rate_limits.count_alone(network, MOST_SIGN_UPS, write_batch.COUNTED_FOR):
                raise TooManySignups(wait)
            return error_page(422, fault)
        # Nobody sees the field "website". A machine's form has no visitor to take out of the rate.
        if form.website.data or traffic.classify(traffic.agent_of(request.environ)):
            return redirect(page_renderer.paths_of(found.live.slug, found.live.host).thanks, 303)
        return _take(found, form, origin, network)
    except TooManySignups as error:
        return error_page(429, strings.too_many, {"Retry-After": str(error.seconds)})
    except Gone:
        runtime().pages.forget()
        abort(404)
    except (Refused, SQLAlchemyError) as error:
        if isinstance(error, SQLAlchemyError):
            runtime().recorder.note_failure()
        log.error("a sign-up for /p/%s was not stored: %s", slug, error)
        return error_page(503, strings.try_later, {"Retry-After": "60"})


def _sites_of(found: LivePage) -> list[str]:
    query = db.select(Experiment.form_sites).where(Experiment.id == found.live.id)
    return db.session.scalar(query) or []


def _fault(form: SignupForm) -> str:
    """What is wrong with the form, '' for nothing."""
    if any(len(values) > 1 for _, values in request.form.lists()):
        return form.strings.try_later
    form.validate()
    return next((str(error) for field in form for error in field.errors), "")


def _take(found: LivePage, form: SignupForm, origin: str, network: rate_limits.Names) -> Response:
    live, at = found.live, clock.now()
    shown = FormToken(live.id, "test", live.control.key, utc_hour(at.timestamp()), len(live.before))
    sender = Sender(shown, None, request.environ, OFF_SITE, off_site=origin)
    return store(found, sender, form, network)
