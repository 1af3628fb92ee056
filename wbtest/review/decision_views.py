"""What an approver decides instead of yes, the releases stopped on paper, and who must sign."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.paging import page_of
from wbtest.review import deletion, needs, verdicts
from wbtest.review.forms import AnotherForm, ApproveForm, ApprovingForm, StopForm
from wbtest.review.four_eyes import approvers_of
from wbtest.review.views import bp, get_revision, revision_page
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.models import Release

STOPS_AT_ONCE = 50


@bp.post("/releases/<int:release_id>/revisions/<int:number>/another")
@access.requires("approve")
def another(release_id: int, number: int) -> ResponseReturnValue:
    """Ask for another draft, and say what must change."""
    found = get_revision(release_id, number, "approve")
    form = AnotherForm(request.form)
    try:
        verdicts.ask_for_another(found, access.person(), form.what.data or "")
    except Invalid as refused:
        form.what.errors = [str(refused)]
        # An older text has no form for it, nor one that was stopped meanwhile.
        flash(str(refused), "error")
        return revision_page(found, ApproveForm(), another=form), 422
    flash("The authors see what must change.")
    return redirect(url_for(".revision", release_id=release_id, number=number), 303)


@bp.post("/releases/<int:release_id>/revisions/<int:number>/stop")
@access.requires("approve")
def stop(release_id: int, number: int) -> ResponseReturnValue:
    """Stop the release on paper."""
    found = get_revision(release_id, number, "approve")
    form = StopForm(request.form)
    try:
        if not form.validate():
            raise Invalid("weeks", "Write a whole number of weeks, or leave it empty.")
        verdicts.stop_release(found, access.person(), form.reason.data or "", form.weeks.data)
    except Invalid as refused:
        form[refused.field].errors = [str(refused)]
        flash(str(refused), "error")
        return revision_page(found, ApproveForm(), stop=form), 422
    flash("Stopped, with its reason. It costs a document and no more.")
    return redirect(url_for(".stopped"), 303)


@bp.post("/releases/<int:release_id>/take-up")
@access.requires("approve")
def take_up(release_id: int) -> ResponseReturnValue:
    """Let a stopped release go on."""
    found = access.get(Release, release_id, "approve")
    verdicts.take_up_again(found, access.person())
    flash("It is among your releases again.")
    return redirect(url_for("writing.release", release_id=found.id), 303)


@bp.post("/releases/<int:release_id>/delete")
@access.requires("edit")
def delete_release(release_id: int) -> ResponseReturnValue:
    """Delete a draft that nobody has reviewed."""
    deletion.delete_release(access.get(Release, release_id, "edit"), access.person())
    flash("Draft deleted.")
    return redirect(url_for("writing.releases"), 303)


@bp.get("/stopped")
@access.requires("read")
def stopped() -> ResponseReturnValue:
    """The releases that were stopped on paper, found by a word of their text or reason."""
    wanted = " ".join(request.args.get("q", "").split())
    stops = verdicts.stops_of()
    found = [stop for stop in stops if verdicts.mentions(stop, wanted)]
    shown = page_of(len(found), STOPS_AT_ONCE, request.args.get("page", 1, type=int))
    return render_template(
        "review/stopped.html",
        stops=found[shown.first : shown.end],
        shown=shown,
        weeks=sum(stop.weeks_saved or 0 for stop in stops),
        total=len(stops),
        wanted=wanted,
    )


@bp.get("/approving")
@access.requires("read")
def approving() -> ResponseReturnValue:
    """How many approve a text, and who must be among them."""
    return render_template("review/approving.html", form=_needs_form())


@bp.post("/approving")
@access.requires("own")
def change_needs() -> ResponseReturnValue:
    """Change how many approve a text, and who must be among them."""
    form = _needs_form()
    if form.validate():
        try:
            needs.set_needs(form.approvals.data or 0, form.required.data or ())
        except Invalid as refused:
            form[refused.field].errors = [str(refused)]
        else:
            flash("Saved. It holds for every text that is not published yet.")
            return redirect(url_for(".approving"), 303)
    page = render_template("review/approving.html", form=form)
    return page, 422 if form.errors else 200


def _needs_form() -> ApprovingForm:
    kept = needs.needs_of()
    form = ApprovingForm(
        request.form or None, data={"approvals": kept.approvals, "required": list(kept.required)}
    )
    form.required.choices = [(person.id, person.name) for person in approvers_of()]
    return form
