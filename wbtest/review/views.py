"""The page of a frozen revision, and its approval."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.review import approvals, refusals, standing, verdicts
from wbtest.review.forms import AnotherForm, ApproveForm, StopForm
from wbtest.review.overview import news_of, overview_of
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing.coach import unchecked
from wbtest.writing.coach_views import WAIVED, asked
from wbtest.writing.coaching import (
    RefusedReason,
    anchor_of,
    coach_text,
    marks_of,
    stops_among,
)
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_revision
from wbtest.writing.status import status_of
from wbtest.writing.topics import still_open

bp = Blueprint("review", __name__)


@bp.get("/releases/<int:release_id>/revisions/<int:number>")
@access.requires("read")
def revision(release_id: int, number: int) -> ResponseReturnValue:
    """The frozen text, who approved it, and the next step."""
    return revision_page(get_revision(release_id, number, "read"), ApproveForm())


@bp.post("/releases/<int:release_id>/revisions/<int:number>/approve")
@access.requires("approve")
def approve(release_id: int, number: int) -> ResponseReturnValue:
    """Sign the revision off."""
    found = get_revision(release_id, number, "approve")
    form = ApproveForm(request.form)
    try:
        approvals.approve(found, access.person(), form.traded_away.data or "")
    except Invalid as refused:
        form.traded_away.errors = [str(refused)]
        return revision_page(found, form), 422
    except refusals.TextChanged as changed:
        flash(str(changed), "error")
        newest = found.release.revisions[-1].number
        url = url_for(".revision", release_id=release_id, number=newest, since=number)
        return redirect(url, 303)
    needed = standing.still_needed(found)
    flash(f"You approved it. {needed}" if needed else f"Revision {number} is approved.")
    return redirect(url_for(".revision", release_id=release_id, number=number), 303)


@bp.post("/releases/<int:release_id>/revisions/<int:number>/waive")
@access.requires("approve")
def waive(release_id: int, number: int) -> ResponseReturnValue:
    """Let a finding of the frozen text stay, as its approver."""
    found = get_revision(release_id, number, "approve")
    key, reason = asked(request.form)
    try:
        approvals.let_stay(found, key, reason, access.person())
    except Invalid as refused:
        return revision_page(found, ApproveForm(), RefusedReason(key, reason, str(refused))), 422
    flash(WAIVED)
    anchor = anchor_of(found, key)
    back = url_for(".revision", release_id=release_id, number=number, _anchor=anchor)
    return redirect(back, 303)


def get_revision(release_id: int, number: int, permission: str) -> Revision:
    """The revision of a release that the asking person may see; 404 when there is none."""
    found = find_revision(access.get(Release, release_id, permission), number)
    if found is None:
        abort(404)
    return found


def revision_page(
    revision: Revision,
    form: ApproveForm,
    refused: RefusedReason | None = None,
    *,
    another: AnotherForm | None = None,
    stop: StopForm | None = None,
) -> str:
    """The revision on one page, with what its approver must know, and forms as they were typed."""
    document = documents.from_json(revision.document)
    findings = coach_text(revision)
    signed = standing.approvals_of(revision)
    newest = revision.release.revisions[-1]
    return render_template(
        "review/revision.html",
        revision=revision,
        release=revision.release,
        document=document,
        findings=findings,
        marks=marks_of(findings),
        unread=unchecked(document.language),
        stops=stops_among(findings, "approval"),
        page_stops=stops_among(findings, "start"),
        refused=refused,
        questions=still_open(document),
        today=clock.now().date().isoformat(),
        approvals=signed,
        is_signed_by_me=access.person().id in {approval.approver_id for approval in signed},
        objection=approvals.find_objection(revision, access.person()),
        owes_sentence=approvals.owes_sentence(revision),
        draft=status_of(revision.release),
        newest=newest,
        is_newest=newest.number == revision.number,
        form=form,
        another=another or AnotherForm(),
        stop=stop or StopForm(),
        put_away=verdicts.find_stop(revision.release),
        needed=standing.still_needed(revision),
        writers=standing.writer_names(revision),
        verdicts=verdicts.verdicts_of(revision),
        review=overview_of(revision, access.person()),
        news=news_of(revision, request.args.get("since", type=int)),
    )
