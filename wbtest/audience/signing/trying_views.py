"""What a preview does for the team that a page does for visitors: the sign-up, as a try."""

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.audience.signing import trying
from wbtest.audience.signing.forms import SignupForm
from wbtest.audience.views import TOKEN_PAGE, bp, get_preview, printer, show_preview, small
from wbtest.extensions import db
from wbtest.publishing.live import LiveExperiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.strings import strings_of
from wbtest.team import access


def take_try(slug: str) -> ResponseReturnValue:
    """Answer a sign-up on a preview: of the team, with the own address, a try; else nothing."""
    live, variant = get_preview(slug)
    if not access.is_member():
        return show_preview(slug, 409)
    form = SignupForm(strings_of(variant.page), request.form)
    if not form.validate():
        return show_preview(slug, 422, form=form)
    person = access.person()
    if not trying.is_own(person, form.address[1]):
        line = f"This is a try, so it writes to your own address alone: {person.email}."
        return show_preview(slug, 422, form=form, line=line)
    experiment = db.session.get_one(Experiment, live.id)
    trying.try_sign_up(experiment, live, person, printer().first_mail(live), printer().base_url)
    return redirect(f"/p/{live.slug}/tried?preview={request.args['preview']}", 303)


@bp.get("/p/<slug>/tried")
@access.public
def tried(slug: str) -> ResponseReturnValue:
    """What a visitor sees after the sign-up, for somebody of the team who tried it."""
    if "preview" not in request.args:
        abort(404)
    live, _ = get_preview(slug)
    back = f"/p/{live.slug}?preview={request.args['preview']}"
    return small(live, "tried", step="", is_first=True, back_url=back, way_on=_way_on(live))


def _way_on(live: LiveExperiment) -> str:
    """Where somebody of the team goes on: the launch check, if it is theirs, else the test."""
    if not access.is_member():
        return ""
    is_to_launch = live.state == "draft" and access.has_permission("edit")
    page = "publishing.launch" if is_to_launch else "results.experiment"
    return url_for(page, experiment_id=live.id)


@bp.get("/confirm/try/<_slug>")
@bp.get("/mine/try/<_slug>")
@bp.route("/leave/try/<_slug>", methods=["GET", "POST"])
@access.public
def tried_link(_slug: str) -> ResponseReturnValue:
    """Where the links of a try's mail lead, and what a mail program's own button posts to."""
    response = Response(printer().try_link(), 200, printer().headers())
    response.headers.update(TOKEN_PAGE)
    return response
