"""Ask for a review from the page of a revision: members by tick, others by link."""

from flask import abort, flash, redirect, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.forms import add_form_error
from wbtest.review import review_requests
from wbtest.review.forms import LinkForm
from wbtest.review.models import Reviewer
from wbtest.review.revision_page import FRESH, ask_form, revision_page
from wbtest.review.views import bp
from wbtest.store import Refused
from wbtest.team import access, rate_limits
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_revision

ADDRESS = "/releases/<int:release_id>/revisions/<int:number>/ask"


@bp.post(ADDRESS)
@access.requires("edit")
def ask(release_id: int, number: int) -> ResponseReturnValue:
    """Ask members for the review of this revision."""
    revision = _get_revision(release_id, number)
    form = ask_form(revision)
    if not form.validate_on_submit():
        return revision_page(revision, ask=form), 422
    typed = form.minutes.data or 0, form.note.data or "", form.members.data or ()
    try:
        review_requests.ask_for_review(revision, access.person(), *typed)
    except Refused as refused:
        add_form_error(form, refused)
        return revision_page(revision, ask=form), refused.status
    flash("Invites sent." if typed[2] else f"Revision {number} is in review.")
    return redirect(url_for(".revision", release_id=release_id, number=number), 303)


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
                revision.release,
                access.person(),
                *typed,
                sees_internal=form.sees_internal.data,
                message=form.message.data or "",
            )
        except Refused as refused:
            add_form_error(form, refused)
            status = refused.status
        else:
            return _show_once(revision, *made)
    return revision_page(revision, link=form), status


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
    flash(f"Link of {reviewer.name} removed.")
    return _back(revision)


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


def _show_once(revision: Revision, reviewer: Reviewer, token: str) -> ResponseReturnValue:
    session[FRESH] = [reviewer.id, token]
    return _back(revision)


def _back(revision: Revision) -> ResponseReturnValue:
    """To the links on the page of the revision, unfolded."""
    release_id, number = revision.release_id, revision.number
    url = url_for(".revision", release_id=release_id, number=number, invite=1, _anchor="links")
    return redirect(url, 303)
