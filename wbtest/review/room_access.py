"""Who gets into the reading room, which has two addresses.

A member comes by ``/releases/<id>/revisions/<n>/review``, a guest by ``/review/<token>/<n>``. Each
view of ``bp`` gets the seat, and ``url_for(".name")`` stays on the side from which one came. A
guest's address is a secret, so no page behind it tells it to another site or page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.errors import TITLES
from wbtest.extensions import db
from wbtest.review import views
from wbtest.review.models import Reviewer, Round
from wbtest.review.review_requests import newest_in_review
from wbtest.review.reviewers import Seat, find_by_token, is_over, seat_by_link, seat_of
from wbtest.store import Refused
from wbtest.team import access
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_revision

MEMBERS = "/releases/<int:release_id>/revisions/<int:number>/review"
GUESTS = "/review/<token>/<int:number>"
bp = Blueprint("reading", __name__)


class LinkOver(Refused):
    """A review link that was taken back, or whose time is over."""

    status = 410


class LinkUnknown(Refused):
    """A review link that never was, or in whose place there is a new one, or opens no such text."""

    status = 404


def seated(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Give the view its seat as the first argument; turn away who has none."""

    @access.read_or_linked
    @wraps(view)
    def checked(**where: Any) -> ResponseReturnValue:
        seat = _get_seat(where)
        return view(seat, **where)

    return checked


@bp.errorhandler(Refused)
def refusal_page(error: Refused) -> ResponseReturnValue:
    """A refusal as a page that leads back to the room: a guest has no start page to go to."""
    # A 403 here is about the order of things, or about whose words these are; a role is no part.
    title = TITLES.get(409 if error.status == 403 else error.status, TITLES[409])
    page = render_template(
        "error.html",
        status=error.status,
        title=title,
        sentence=str(error),
        error_id="",
        next_url=url_for(".room") if "seat_place" in g else "",
        next_label="Back to the review",
    )
    return page, error.status


@bp.url_defaults
def _stay_on_this_side(endpoint: str, values: dict[str, Any]) -> None:
    """Complete an address of this room with where the asking reader sits."""
    if endpoint.startswith(f"{request.blueprint}."):
        for name, value in g.get("seat_place", {}).items():
            values.setdefault(name, value)


def _get_seat(where: dict[str, Any]) -> Seat:
    number = where.pop("number")
    place: dict[str, Any] = {"number": number}
    if "token" in where:
        token = where.pop("token")
        place["token"] = token
        reviewer = reviewer_of(token)
        seat = seat_by_link(_get_in_review(reviewer.release, number), reviewer)
    else:
        release = access.get(Release, where.pop("release_id"), "read")
        place["release_id"] = release.id
        seat = seat_of(_get_revision(release, number), access.person())
    g.seat_place = place
    return seat


def reviewer_of(token: str) -> Reviewer:
    """Whose link this is. Raises LinkUnknown for one that never was, LinkOver."""
    reviewer = find_by_token(token)
    if reviewer is None:
        raise LinkUnknown("This link doesn’t work. Ask the person who shared it for a new one.")
    if is_over(reviewer):
        raise LinkOver("This link has expired. Ask the person who shared it for a new one.")
    return reviewer


def is_in_review(revision: Revision) -> bool:
    """Whether somebody has asked for the review of this text."""
    return db.session.get(Round, revision.id) is not None


def _get_in_review(release: Release, number: int) -> Revision:
    """A guest reads what was put up for review, and no draft before or after it."""
    found = find_revision(release, number)
    if found is None or not is_in_review(found):
        raise LinkUnknown("This link doesn’t open that text. Use the link as you got it.")
    return found


def _get_revision(release: Release, number: int) -> Revision:
    found = find_revision(release, number)
    if found is None:
        abort(404)
    return found


def to_room() -> ResponseReturnValue:
    """Back to the room, after something was written."""
    return redirect(url_for(".room"), 303)


@views.bp.get("/review/<token>")
@access.read_or_linked
def link(token: str) -> ResponseReturnValue:
    """Lead whoever holds this link to the newest revision in review."""
    release = reviewer_of(token).release
    revision = newest_in_review(release)
    if revision is None:
        return render_template("review/not_yet.html", release=release)
    return redirect(url_for("guests.room", token=token, number=revision.number), 303)


for _shut in (LinkOver, LinkUnknown):
    views.bp.register_error_handler(_shut, refusal_page)


def keep_address_secret(response: Response) -> Response:
    """Let no page learn the address of a guest's page, not even when that page is an error."""
    if request.path.startswith("/review/"):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
