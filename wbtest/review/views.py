"""The page of a revision: verdicts, approvals, asking for a review; and the approval settings."""

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.forms import add_form_error
from wbtest.review import approvals, approvers, review_requests
from wbtest.review.approvers import approvers_of
from wbtest.review.forms import AnotherForm, ApproveForm, ApprovingForm, LinkForm, StopForm
from wbtest.review.models import Reviewer
from wbtest.review.revision_page import FRESH, ask_form, revision_page
from wbtest.store import Invalid, Refused
from wbtest.team import access, rate_limits
from wbtest.writing import releases
from wbtest.writing.coach_report import RefusedReason, anchor_of, find_stops
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_revision
from wbtest.writing.views import WAIVED, finding_and_reason

bp = Blueprint("review", __name__)


@bp.get("/releases/<int:release_id>/revisions/<int:number>")
@access.requires("read")
def revision(release_id: int, number: int) -> ResponseReturnValue:
    """The text of a revision, its approval, and its review, coach or details beside it."""
    return revision_page(get_revision(release_id, number, "read"))


@bp.post("/releases/<int:release_id>/revisions/<int:number>/approve")
@access.requires("approve")
def approve(release_id: int, number: int) -> ResponseReturnValue:
    """Approve the revision."""
    found = get_revision(release_id, number, "approve")
    form = ApproveForm(request.form)
    try:
        approvals.approve(found, access.person(), form.traded_away.data or "")
    except Invalid as refused:
        add_form_error(form, refused)
        return revision_page(found, approve=form), 422
    except approvals.TextChanged as changed:
        flash(str(changed), "error")
        newest = found.release.revisions[-1].number
        url = url_for(".revision", release_id=release_id, number=newest, since=number)
        return redirect(url, 303)
    needed = approvals.still_needed(found)
    flash(f"You approved it. {needed}" if needed else f"Revision {number} approved.")
    # Nobody else is there to take the next step.
    is_next = approvers.is_alone() and not found.release.slug and not find_stops(found, "start")
    page = "publishing.new_experiment" if is_next and not needed else ".revision"
    return redirect(url_for(page, release_id=release_id, number=number), 303)


@bp.post("/releases/<int:release_id>/revisions/<int:number>/waive")
@access.requires("approve")
def waive(release_id: int, number: int) -> ResponseReturnValue:
    """Let a finding of the frozen text stay, as its approver."""
    found = get_revision(release_id, number, "approve")
    key, reason = finding_and_reason(request.form)
    try:
        approvals.let_stay(found, key, reason, access.person())
    except Invalid as refused:
        typed = RefusedReason(key, reason, str(refused))
        return revision_page(found, side="coach", refused=typed), 422
    flash(WAIVED)
    anchor = anchor_of(found, key)
    url = url_for(".revision", release_id=release_id, number=number, side="coach", _anchor=anchor)
    return redirect(url, 303)


def get_revision(release_id: int, number: int, permission: str) -> Revision:
    """The revision of a release that the asking person may see; 404 when there is none."""
    found = find_revision(access.get(Release, release_id, permission), number)
    if found is None:
        abort(404)
    return found


@bp.post("/releases/<int:release_id>/revisions/<int:number>/another")
@access.requires("approve")
def another(release_id: int, number: int) -> ResponseReturnValue:
    """Ask for another draft, and say what must change."""
    found = get_revision(release_id, number, "approve")
    form = AnotherForm(request.form)
    try:
        approvals.ask_for_another(found, access.person(), form.what.data or "")
    except Invalid as refused:
        add_form_error(form, refused)
        # An older text has no form for it, nor one that was stopped meanwhile.
        flash(str(refused), "error")
        return revision_page(found, another=form), 422
    flash(f"Revision {number} rejected. The authors see what must change.")
    return redirect(url_for(".revision", release_id=release_id, number=number), 303)


@bp.post("/releases/<int:release_id>/revisions/<int:number>/stop")
@access.requires("approve")
def stop(release_id: int, number: int) -> ResponseReturnValue:
    """Stop the release on paper."""
    found = get_revision(release_id, number, "approve")
    form = StopForm(request.form)
    try:
        if not form.validate():
            raise Invalid("weeks", "Enter a whole number of weeks, or leave it empty.")
        approvals.stop_release(found, access.person(), form.reason.data or "", form.weeks.data)
    except Invalid as refused:
        form[refused.field].errors = [str(refused)]
        flash(str(refused), "error")
        return revision_page(found, stop=form), 422
    flash("Idea stopped.")
    return redirect(url_for("ideas.ideas"), 303)


@bp.post("/releases/<int:release_id>/take-up")
@access.requires("approve")
def take_up(release_id: int) -> ResponseReturnValue:
    """Let a stopped release go on."""
    found = access.get(Release, release_id, "approve")
    approvals.take_up_again(found, access.person())
    flash("Idea reopened.")
    return redirect(url_for("writing.release", release_id=found.id), 303)


@bp.post("/releases/<int:release_id>/delete")
@access.requires("edit")
def delete_release(release_id: int) -> ResponseReturnValue:
    """Delete a draft that nobody has reviewed."""
    releases.delete_release(access.get(Release, release_id, "edit"), access.person())
    flash("Draft deleted.")
    return redirect(url_for("ideas.ideas"), 303)


@bp.get("/settings/approval")
@access.requires("read")
def approval() -> ResponseReturnValue:
    """How many approve a text, and who must be among them."""
    return render_template("review/approval.html", form=_needs_form())


@bp.post("/settings/approval")
@access.requires("own")
def change_needs() -> ResponseReturnValue:
    """Change how many approve a text, and who must be among them."""
    form = _needs_form()
    if form.validate():
        try:
            approvers.set_needs(form.approvals.data or 0, form.required.data or ())
        except Invalid as refused:
            add_form_error(form, refused)
        else:
            flash("Saved.")
            return redirect(url_for(".approval"), 303)
    page = render_template("review/approval.html", form=form)
    return page, 422 if form.errors else 200


def _needs_form() -> ApprovingForm:
    kept = approvers.needs_of()
    form = ApprovingForm(
        request.form or None, data={"approvals": kept.approvals, "required": list(kept.required)}
    )
    form.required.choices = [(person.id, person.name) for person in approvers_of()]
    return form


ADDRESS = "/releases/<int:release_id>/revisions/<int:number>/ask"


@bp.post(ADDRESS)
@access.requires("edit")
def ask(release_id: int, number: int) -> ResponseReturnValue:
    """Ask members for the review of this revision."""
    revision = get_revision(release_id, number, "edit")
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
    revision = get_revision(release_id, number, "edit")
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
    revision = get_revision(release_id, number, "edit")
    reviewer = _get_link(revision, reviewer_id)
    return _show_once(revision, reviewer, review_requests.renew_link(reviewer, access.person()))


@bp.post(f"{ADDRESS}/links/<int:reviewer_id>/revoke")
@access.requires("edit")
def revoke_link(release_id: int, number: int, reviewer_id: int) -> ResponseReturnValue:
    """Take a link back."""
    revision = get_revision(release_id, number, "edit")
    reviewer = _get_link(revision, reviewer_id)
    review_requests.revoke_link(reviewer)
    flash(f"Link of {reviewer.name} removed.")
    return _back(revision)


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
