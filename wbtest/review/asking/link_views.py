"""The door for guests: their link leads to the newest revision that is up for review.

Its address is a secret, so no page behind it tells another site, or another page, where it is.
"""

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.review.asking.rounds import newest_in_review
from wbtest.review.seat_views import LinkOver, LinkUnknown, reviewer_of, say_why
from wbtest.review.views import bp
from wbtest.team import access


@bp.get("/review/<token>")
@access.read_or_linked
def link(token: str) -> ResponseReturnValue:
    """Lead whoever holds this link to the newest revision in review."""
    release = reviewer_of(token).release
    revision = newest_in_review(release)
    if revision is None:
        return render_template("review/not_yet.html", release=release)
    return redirect(url_for("guests.room", token=token, number=revision.number), 303)


for _shut in (LinkOver, LinkUnknown):
    bp.register_error_handler(_shut, say_why)


def keep_address_secret(response: Response) -> Response:
    """Let no page learn the address of a guest's page, not even when that page is an error."""
    if request.path.startswith("/review/"):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
