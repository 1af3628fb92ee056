"""The page on which a review is asked for: of members by tick, of others by link."""

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.forms import put_refusal
from wbtest.review import review_requests
from wbtest.review.forms import AskForm, LinkForm
from wbtest.review.models import Reviewer
from wbtest.review.views import bp
from wbtest.runtime import runtime
from wbtest.store import Refused
from wbtest.team import access, rate_limits
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_newest_revision, find_revision

ADDRESS = "/releases/<int:release_id>/revisions/<int:number>/ask"
# Between making a link and showing it once, its token waits in the session of who made it.
FRESH = "fresh link"


@bp.route(ADDRESS, methods=["GET", "POST"])
@access.requires("edit")
def ask(release_id: int, number: int) -> ResponseReturnValue:
    """Ask members for the review of this revision."""
    revision = _get_revision(release_id, number)
    form = _ask_form(revision)
    if form.validate_on_submit():
        typed = form.minutes.data or 0, form.note.data or "", form.members.data or ()
        try:
            review_requests.ask_for_review(revision, access.person(), *typed)
        except Refused as refused:
            put_refusal(form, refused)
            return _ask_page(revision, form, _new_link_form(), refused.status)
        flash(f"Revision {number} is up for review.")
        return _back(revision)
    status = 422 if form.errors else 200
    return _ask_page(revision, form, _new_link_form(), status)


@bp.post(f"{ADDRESS}/links/new")
@access.requires("edit")
@rate_limits.per_ip(60, rate_limits.HOUR)
def new_link(release_id: int, number: int) -> ResponseReturnValue:
    """Make a link for somebody without a log-in."""
    revision = _get_revision(release_id, number)
    form = LinkForm()
    status = 422
    if form.validate_on_submit():
        typed = form.name.data or "", form.email.data or "", form.days.data or 0
        try:
            made = review_requests.make_link(
                revision.release, access.person(), *typed, sees_internal=form.sees_internal.data
            )
        except Refused as refused:
            put_refusal(form, refused)
            status = refused.status
        else:
            return _show_once(revision, *made)
    return _ask_page(revision, _ask_form(revision, is_fresh=True), form, status)


@bp.post(f"{ADDRESS}/links/<int:reviewer_id>/renew")
@access.requires("edit")
@rate_limits.per_ip(60, rate_limits.HOUR)
def renew_link(release_id: int, number: int, reviewer_id: int) -> ResponseReturnValue:
    """Give the holder of a link a new one."""
    revision = _get_revision(release_id, number)
    reviewer = _get_link(revision, reviewer_id)
    return _show_once(revision, reviewer, review_requests.renew_link(reviewer, access.person()))


@bp.post(f"{ADDRESS}/links/<int:reviewer_id>/revoke")
@access.requires("edit")
def revoke_link(release_id: int, number: int, reviewer_id: int) -> ResponseReturnValue:
    """Take a link back."""
    revision = _get_revision(release_id, number)
    reviewer = _get_link(revision, reviewer_id)
    review_requests.revoke_link(reviewer)
    flash(f"The link of {reviewer.name} is closed. What they wrote stays.")
    return _back(revision, "links")


def _get_revision(release_id: int, number: int) -> Revision:
    """The revision of a release that the asking person may edit; 404 when there is none."""
    found = find_revision(access.get(Release, release_id, "edit"), number)
    if found is None:
        abort(404)
    return found


def _get_link(revision: Revision, reviewer_id: int) -> Reviewer:
    found = review_requests.find_link(revision.release, reviewer_id)
    if found is None:
        abort(404)
    return found


def _ask_form(revision: Revision, *, is_fresh: bool = False) -> AskForm:
    """The form as sent or, with ``is_fresh``, as it stands: who read before is ticked."""
    asked = review_requests.find_round(revision)
    people = review_requests.members_for(revision, access.person())
    form = AskForm(
        None if is_fresh or request.method == "GET" else request.form,
        data={
            "minutes": asked.minutes if asked else review_requests.USUAL_MINUTES,
            "note": asked.note if asked else "",
            "members": [
                member.person.id for member in people if member.reviewer and not member.is_asked
            ],
        },
    )
    form.members.choices = [
        (member.person.id, member.person.name) for member in people if not member.is_asked
    ]
    return form


def _new_link_form() -> LinkForm:
    return LinkForm(None, data={"days": review_requests.USUAL_DAYS})


def _ask_page(
    revision: Revision, form: AskForm, link_form: LinkForm, status: int
) -> ResponseReturnValue:
    page = render_template(
        "review/ask.html",
        revision=revision,
        newest=find_newest_revision(revision.release),
        asked=review_requests.find_round(revision),
        form=form,
        link_form=link_form,
        members=review_requests.members_for(revision, access.person()),
        links=review_requests.links_for(revision, access.person()),
        fresh=_take_fresh(revision),
        has_mail_server=bool(runtime().settings.mail_url),
    )
    return page, status


def _show_once(revision: Revision, reviewer: Reviewer, token: str) -> ResponseReturnValue:
    session[FRESH] = [reviewer.id, token]
    return _back(revision, "links")


def _take_fresh(revision: Revision) -> tuple[Reviewer, str] | None:
    """The link that was just made and its address; asked once more, there is none."""
    reviewer_id, token = session.get(FRESH, (0, ""))
    reviewer = review_requests.find_link(revision.release, reviewer_id) if token else None
    if reviewer is None:
        return None
    # Only the page that shows it uses it up; the same page of another release does not.
    del session[FRESH]
    base_url = runtime().settings.base_url
    return reviewer, f"{base_url}{url_for('.link', token=token)}"


def _back(revision: Revision, anchor: str | None = None) -> ResponseReturnValue:
    release_id, number = revision.release_id, revision.number
    return redirect(url_for(".ask", release_id=release_id, number=number, _anchor=anchor), 303)
