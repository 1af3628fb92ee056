"""The page of a revision, what approvers decide there, and how texts are approved."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.forms import add_form_error
from wbtest.review import approvals, approvers, deletion, verdicts
from wbtest.review.approvers import approvers_of
from wbtest.review.forms import AnotherForm, ApproveForm, ApprovingForm, StopForm
from wbtest.review.revision_page import revision_page
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.coach_report import RefusedReason, anchor_of, find_stops
from wbtest.writing.coach_views import WAIVED, finding_and_reason
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_revision

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
    except verdicts.TextChanged as changed:
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
        verdicts.ask_for_another(found, access.person(), form.what.data or "")
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
        verdicts.stop_release(found, access.person(), form.reason.data or "", form.weeks.data)
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
    verdicts.take_up_again(found, access.person())
    flash("Idea reopened.")
    return redirect(url_for("writing.release", release_id=found.id), 303)


@bp.post("/releases/<int:release_id>/delete")
@access.requires("edit")
def delete_release(release_id: int) -> ResponseReturnValue:
    """Delete a draft that nobody has reviewed."""
    deletion.delete_release(access.get(Release, release_id, "edit"), access.person())
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
