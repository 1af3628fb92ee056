"""The pages visitors see with their pictures, their beacons, and what every public view asks.

A beacon says that a page was on somebody's screen, and when they leave, what they did on it.
"""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, select

from wbtest.audience import erasure, page_renderer, page_server, visitors
from wbtest.audience.forms import SignupForm
from wbtest.audience.live_pages import NOT_NOW, LivePage, NotLoaded
from wbtest.audience.models import IS_UNCONFIRMED, Signup
from wbtest.audience.recording import counting_rules, events
from wbtest.audience.traffic import (
    agent_of,
    find_cookie,
    hints_of,
    ignore_name,
    is_from_here,
    set_cookie_header,
)
from wbtest.errors import error_page
from wbtest.extensions import clock, csrf, db, runtime
from wbtest.publishing import display, images, page_design, page_strings, share_image
from wbtest.publishing.live_snapshot import LiveExperiment, LiveVariant, with_look
from wbtest.publishing.own_hosts import page_address, site_address
from wbtest.team import access, rate_limits
from wbtest.team.health import is_minute_token, minute_token
from wbtest.web import own_host
from wbtest.writing.models import Release
from wbtest.writing.text_rules import paragraphs

bp = Blueprint("audience", __name__)
# A visitor has no session to keep a token in. Public forms carry a signed one of their page, and
# browsers say where they were sent from.
csrf.exempt(bp)

NOT_FROM_HERE = "This was sent from another site. Open the page itself and send it from there."
# An office or a school shares one network.
MOST_OBJECTIONS = 60
PAUSED_SECONDS = 3600
# The token of a link must not travel on in the Referer of what is opened next.
TOKEN_PAGE = {"Referrer-Policy": "no-referrer"}
YEAR_SECONDS = 31_536_000
DAY_SECONDS = 86_400
POLICY = "default-src 'none'; sandbox"
LONGEST_ACTS = 2_000
LONGEST_BEACON = 1_000


@bp.get("/p/<slug>")
@access.public
def page(slug: str) -> ResponseReturnValue:
    """The landing page, for everybody whom the door does not answer."""
    if "preview" in request.args:
        return show_preview(slug)
    found = get_page(slug)
    if found.live.state != "running":
        return show_closed(found.live)
    if request.method == "HEAD" or is_objector(found):
        return _send(runtime().page_server.show(found, _variant_before(found), request.environ))
    return _send(runtime().page_server.serve(found, request.environ, "team" if is_team() else ""))


@bp.get("/p/<slug>/team")
@access.public
def mark_team(slug: str) -> ResponseReturnValue:
    """Set the cookie that keeps out of the count a member sent here from the team's host."""
    found = get_page(slug)
    token = request.args.get("by", "")
    if not own_host() or not is_minute_token(runtime().settings, f"team {own_host()}", token):
        abort(404)
    is_https = runtime().settings.is_https
    name, value = ignore_name(None, is_https=is_https), _variant_before(found).key
    response = redirect("/", 303)
    response.headers.add(*set_cookie_header(name, value, visitors.LONGEST_LIFE, is_https=is_https))
    return response


@bp.get("/p/<slug>/privacy")
@access.public
def privacy(slug: str) -> ResponseReturnValue:
    """What is stored, why, and who is responsible."""
    live = get_page_named(slug).live
    unconfirmed = exists().where(Signup.experiment_id == live.id, IS_UNCONFIRMED)
    return small_page(live, "privacy", is_unconfirmed=db.session.scalar(select(unconfirmed)))


@bp.route("/p/<slug>/object", endpoint="object", methods=["GET", "POST"])
@access.public
@rate_limits.per_network(MOST_OBJECTIONS, rate_limits.HOUR)
def object_to_counting(slug: str) -> ResponseReturnValue:
    """Count this browser no more: on this page, or, for somebody of the team, on all pages."""
    found = get_page(slug)
    action = page_renderer.paths_of(found.live.slug, found.live.host).object
    if request.method != "POST":
        is_done = is_objector(found) or _ignore_cookie(None) != ""
        return small_page(found.live, "object", action=action, is_done=is_done)
    check_sender()
    is_of_team, is_https = is_team(), runtime().settings.is_https
    # The page stays the one that was seen: the cookie names its variant, and nobody.
    value = _variant_before(found).key
    name = ignore_name(None if is_of_team else found.live.release_id, is_https=is_https)
    response = redirect(action, 303)
    response.headers.add(*set_cookie_header(name, value, visitors.LONGEST_LIFE, is_https=is_https))
    if not is_of_team:
        for each in get_pages(slug):
            visitor = each.find_visitor(request.environ)
            erasure.object_to_counting(runtime().recorder, each, visitor)
            if not each.is_cookieless:
                response.headers.add(*set_cookie_header(each.cookie, "", 0, is_https=is_https))
    return response


def get_preview(slug: str) -> tuple[LiveExperiment, LiveVariant]:
    """Return what the signed link in this request shows, also of a draft; else 404.

    Only at the team's host.
    """
    if own_host():
        abort(404)
    preview = display.find_preview(slug, request.args["preview"])
    if preview is None:
        abort(404)
    live, variant = preview
    # Before the start nobody has approved a variant's own words: they are the team's alone.
    if live.state == "draft" and not access.is_member():
        abort(404)
    try:
        look = page_design.check_look(page_design.look_of_query(variant.page.look, request.args))
    except page_design.NotALook:
        return live, variant
    shown = with_look(live, look) if look != variant.page.look else live
    return shown, shown.find_variant(variant.key) or variant


def show_preview(
    slug: str, status: int = 200, form: SignupForm | None = None, line: str = ""
) -> Response:
    """Return what the signed link shows, also of a draft. It counts nobody and takes nothing.

    ``form`` is one that was refused, ``line`` says why where no field does.
    """
    token = request.args["preview"]
    live, variant = get_preview(slug)
    is_member = access.is_member()
    strings = page_strings.strings_of(variant.page)
    if form is None:
        form = SignupForm(strings, request.form)
        line = strings.preview if status != 200 else ""
    form.token.data = ""
    weight = runtime().page_server.fitting_weight(live)
    html = runtime().renderer.landing(
        live, variant, form, problem_line=line, preview=token, weight=weight
    )
    # The team sees its variants side by side, in frames.
    style = runtime().renderer.style(live, weight)
    headers = runtime().renderer.headers(variant.page.language, style, is_framed=is_member)
    return Response(html, status, headers)


def small_page(
    live: LiveExperiment,
    name: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    sends_to: str = "",
    **details: Any,
) -> Response:
    """Return one of the pages around the landing page.

    ``sends_to`` is another origin to which its form may lead.
    """
    html = runtime().renderer.small(name, live, **details)
    renderer = runtime().renderer
    style, language = renderer.small_style(live), renderer.language_of(live)
    # The Design page shows the way on after the sign-up, too.
    is_framed = "preview" in request.args and access.is_member()
    sent = renderer.headers(language, style, sends_to=sends_to, is_framed=is_framed)
    response = Response(html, status, sent)
    response.headers.update(headers or {})
    return response


def show_closed(live: LiveExperiment) -> Response:
    """Return what stands in the place of a page that is paused or over."""
    if live.waiting:
        return show_list(live)
    if live.state == "ended":
        return small_page(
            live,
            "closed",
            410,
            has_ended=True,
            is_told=live.is_told,
            outcome=paragraphs(live.outcome),
        )
    wait = {"Retry-After": str(PAUSED_SECONDS)}
    return small_page(live, "closed", 503, wait, has_ended=False)


def show_list(
    live: LiveExperiment, status: int = 200, form: SignupForm | None = None, line: str = ""
) -> Response:
    """Return the page with the form of the waiting list; ``form`` is one that was refused."""
    variant = live.find_variant(live.waiting) or live.control
    form = form or SignupForm(page_strings.strings_of(variant.page))
    hour = visitors.utc_hour(clock.now().timestamp())
    token = visitors.FormToken(live.id, "list", live.waiting, hour, len(live.before))
    form.token.data = visitors.sign_form(live.identity_key, token)
    weight = runtime().page_server.fitting_weight(live)
    html = runtime().renderer.landing(
        live, variant, form, problem_line=line, is_list=True, weight=weight
    )
    style = runtime().renderer.style(live, weight)
    sends_to = live.options.redirect_origin
    headers = runtime().renderer.headers(variant.page.language, style, sends_to=sends_to)
    return Response(html, status, headers)


def link_over(status: int, *, is_try: bool = False) -> Response:
    """Return what a link shows that leads nowhere, or not any more; nobody learns which it is."""
    html = runtime().renderer.link_over(is_try=is_try)
    response = Response(html, status, runtime().renderer.headers())
    response.headers.update(TOKEN_PAGE)
    return response


def get_page(slug: str) -> LivePage:
    """Return the page of the newest test at this slug; 404 for a draft as for none at all.

    Asked for at another host than its own it is sent for there.
    """
    found = get_pages(slug)[-1]
    # Asked of every beacon, so the plain case stands here.
    if found.live.host != own_host():
        redirect_to_host(found.live)
    return found


def get_pages(slug: str) -> list[LivePage]:
    """Return the pages of all tests that were started at this slug, the newest last; else 404.

    Raises NotLoaded where the newest may not be shown: no older one takes its place.
    """
    found = runtime().pages.find_all(slug) or abort(404)
    _demand_shown(found[-1])
    return found


def _demand_shown(page: LivePage) -> None:
    if not page.live.is_shown:
        raise NotLoaded(NOT_NOW)


def get_page_named(slug: str) -> LivePage:
    """Return the page of the test that a link or form names, which may be over; else the newest."""
    tests, named = get_pages(slug), request.values.get("test", type=int)
    found = next((found for found in tests if found.live.id == named), tests[-1])
    _demand_shown(found)
    redirect_to_host(found.live)
    return found


def redirect_to_host(live: LiveExperiment) -> None:
    """Stop with a redirect to the host of a test, if that is another than the one asked.

    A form is not carried along: it is sent to the page. A member is made known there, as nobody can
    log in at a host of a test's own.
    """
    if live.host == own_host():
        return
    base_url = runtime().settings.base_url
    # What a browser would have encoded, and no sign that means something in a query.
    query = quote(request.query_string, safe="/?:@!$&'()*+,;=%~")
    page = page_address(base_url, live.slug, live.host)
    _, *parts = request.path.split("/")
    if parts[0] != "p":
        location = f"{site_address(base_url, live.host)}{request.path}"
    elif request.method not in ("GET", "HEAD"):
        location, query = page, ""
    elif live.host and len(parts) == 2 and is_team():
        token = minute_token(runtime().settings, f"team {live.host}", clock.now())
        location, query = f"{page}/team", f"by={token}"
    else:
        location = "/".join([page, *parts[2:]])
    status = 302 if request.method in ("GET", "HEAD") else 303
    abort(redirect(f"{location}?{query}" if query else location, status))


def check_sender(*, is_from_token_page: bool = False) -> None:
    """Stop with 403 what was sent by a page of somebody else.

    A page with a token in its address sends no referrer, so browsers without Fetch Metadata call
    its origin "null". There that is enough: no other site knows the token that is sent along.
    """
    is_hidden = request.headers.get("Origin") == "null" and "Sec-Fetch-Site" not in request.headers
    if is_from_token_page and is_hidden:
        return
    here = frozenset({own_host()}) if own_host() else runtime().hosts
    if not is_from_here(request.environ, here):
        abort(error_page(403, NOT_FROM_HERE))


def is_team() -> bool:
    """Whether somebody of a team asks: logged in, or in a browser they marked as theirs."""
    # Visitors bring no such cookie, and to ask who is logged in is a tenth of a sign-up.
    has_session = page_server.SESSION in request.environ.get("HTTP_COOKIE", "")
    return _ignore_cookie(None) != "" or (has_session and access.find_person() is not None)


def is_objector(found: LivePage) -> bool:
    """Whether this browser objected to being counted on this page."""
    return _ignore_cookie(found.live.release_id) != ""


def _variant_before(found: LivePage) -> LiveVariant:
    """The variant that this browser was shown before, else the control."""
    visitor = found.find_visitor(request.environ)
    key = visitor.variant if visitor else _ignore_cookie(found.live.release_id)
    return found.live.find_variant(key) or found.live.control


def _ignore_cookie(release_id: int | None) -> str:
    """The variant in the cookie of a browser that isn't to be counted, '' without one.

    None for the cookie of the team, which is for all pages.
    """
    name = ignore_name(release_id, is_https=runtime().settings.is_https)
    return find_cookie(request.environ.get("HTTP_COOKIE", ""), name)


def _send(answer: page_renderer.PageResponse) -> Response:
    return Response(answer.body, 200, answer.headers)


@bp.get("/p/<slug>/images/<digest>-<int:width>.webp")
@access.public
def picture(slug: str, digest: str, width: int) -> ResponseReturnValue:
    """A picture that a started page shows; its team sees all of theirs, also before.

    Everybody else gets the same 404 for one that is not theirs to see as for none.
    """
    found = runtime().pages.find_all(slug)
    is_shown = any(digest in _shown_by(page.live) for page in found)
    if not (is_shown or (access.is_member() and (found or _is_address(slug)))):
        abort(404)
    body = images.find_file(digest, width)
    if body is None:
        abort(404)
    response = Response(body, mimetype="image/webp")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Disposition"] = f'inline; filename="{digest[:12]}-{width}.webp"'
    if is_shown:
        # The digest names the bytes, so they are never others.
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


@bp.get("/p/<slug>/share.png")
@access.public
def shared_picture(slug: str) -> ResponseReturnValue:
    """What a link to the page is shown with in chats and networks, drawn from the control."""
    return _drawn(share_image.draw_share_image(get_page(slug).live.control.page))


@bp.get("/p/<slug>/icon.png")
@access.public
def icon(slug: str) -> ResponseReturnValue:
    """The product's icon on a home screen: the founder's logo, or the one made from the name."""
    page = get_page(slug).live.control.page
    logo = page_design.find_icon(page.look.logo)
    sent = images.find_file(logo.digest, logo.widths[0]) if logo else None
    return _drawn(share_image.draw_icon(page, logo=sent or b""))


def _drawn(body: bytes) -> Response:
    response = Response(body, mimetype="image/png")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = f"public, max-age={DAY_SECONDS}"
    return response


def _shown_by(live: LiveExperiment) -> set[str]:
    """The digests of all pictures on the experiment's pages."""
    looks = [variant.page.look for variant in live.variants]
    names = [getattr(look, field) for look in looks for field in page_design.PICTURES]
    named = [page_design.read_name(name) for name in names]
    return {picture.digest for picture in named if picture}


def _is_address(slug: str) -> bool:
    return db.session.scalar(select(exists().where(Release.slug == slug.lower()))) is True


def exclusion_of(found: LivePage) -> str:
    """Why what this browser sends does not count, '' when it does."""
    if is_team():
        return "team"
    is_out = found.is_opted_out(request.environ) or is_objector(found)
    return "opted_out" if is_out else ""


def _find_visitor(page: LivePage, token: str) -> visitors.Visitor | None:
    """Who sends the beacon, if they may be counted and it is of the variant that they were shown.

    That is all that can be asked. When a beacon is sent says nothing of who sends it: the clocks of
    two machines may differ by more than a person needs. Nor does what the browser calls itself now,
    since unfolding a phone changes that. And who drives a real browser, waits a second and keeps
    its cookies cannot be told from a person here.
    """
    if page.is_opted_out(request.environ):
        return None
    visitor = page.find_visitor(request.environ)
    shown = page.read_form(token, clock.now().timestamp())
    if visitor is None or shown is None or shown.variant != visitor.variant:
        return None
    return visitor


def _arrival(page: LivePage, visitor: visitors.Visitor) -> dict[str, Any]:
    """What of a beacon is the same whatever it tells."""
    return {
        "experiment_id": page.live.id,
        "variant": visitor.variant,
        "visitor": visitor.visitor,
        "at_us": counting_rules.microseconds_of(clock.now()),
        "source": visitor.source,
        "device": visitor.device,
        "language": visitor.language,
        "address": request.environ.get("REMOTE_ADDR", ""),
        "user_agent": agent_of(request.environ),
        "hints": hints_of(request.environ),
    }


@bp.post("/p/<slug>/did")
@access.public
def did(slug: str) -> ResponseReturnValue:
    """The token of the page in the first line, an act in each of the others; no answer.

    Only of whom a running page counts: not of the team, not of who objects.
    """
    check_sender()
    found = get_page(slug)
    if found.live.state == "running" and not is_team() and not is_objector(found):
        text = request.get_data()[:LONGEST_ACTS].decode("ascii", "replace")
        token, _, lines = text.partition("\n")
        visitor, acts = _find_visitor(found, token), events.read_acts(lines)
        if visitor is not None and acts:
            runtime().recorder.put(events.Did(**_arrival(found, visitor), acts=acts))
    return "", 204


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
        visitor = _find_visitor(found, token)
        if visitor is not None:
            rests = "paused" if found.live.state == "paused" else ""
            reason = exclusion_of(found) or visitor.excluded_because or rests
            runtime().recorder.put(events.Seen(**_arrival(found, visitor), excluded_because=reason))
    return "", 204
