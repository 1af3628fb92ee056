"""The page of a frozen revision, what approvers decide there, and how texts are approved."""

from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.review import approvals, approvers, deletion, verdicts
from wbtest.review.alignment import Summary, summary_of
from wbtest.review.approvers import approvers_of
from wbtest.review.comment_threads import count_comments
from wbtest.review.forms import AnotherForm, ApproveForm, ApprovingForm, StopForm
from wbtest.review.models import Round
from wbtest.review.review_requests import (
    LinkProgress,
    MemberProgress,
    find_round,
    links_for,
    members_for,
)
from wbtest.review.reviewers import may_hear
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.changes import PartDiff, compare, summarise_changes
from wbtest.writing.coach import unchecked
from wbtest.writing.coach_report import RefusedReason, anchor_of, coach_text, marks_of, stops_among
from wbtest.writing.coach_views import WAIVED, finding_and_reason
from wbtest.writing.draft_status import status_of
from wbtest.writing.faq import still_open
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import find_revision

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
    except verdicts.TextChanged as changed:
        flash(str(changed), "error")
        newest = found.release.revisions[-1].number
        url = url_for(".revision", release_id=release_id, number=newest, since=number)
        return redirect(url, 303)
    needed = approvals.still_needed(found)
    flash(f"You approved it. {needed}" if needed else f"Revision {number} is approved.")
    return redirect(url_for(".revision", release_id=release_id, number=number), 303)


@bp.post("/releases/<int:release_id>/revisions/<int:number>/waive")
@access.requires("approve")
def waive(release_id: int, number: int) -> ResponseReturnValue:
    """Let a finding of the frozen text stay, as its approver."""
    found = get_revision(release_id, number, "approve")
    key, reason = finding_and_reason(request.form)
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
    signed = approvals.approvals_of(revision)
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
        needed=approvals.still_needed(revision),
        writers=approvals.writer_names(revision),
        verdicts=verdicts.verdicts_of(revision),
        review=overview_of(revision, access.person()),
        news=news_of(revision, request.args.get("since", type=int)),
    )


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
            form[refused.field].errors = [str(refused)]
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


class Overview(NamedTuple):
    """The review of a revision at a glance; ``readers`` are those who were asked or have begun.

    ``may_hear`` is whether who asks may know by now what the readers think of the text.
    """

    asked: Round | None
    may_hear: bool
    readers: tuple[tuple[str, str], ...]
    alignment: Summary
    comments: int


class News(NamedTuple):
    """What a revision changed since an earlier one: a sentence, and its parts word by word.

    ``is_asked`` is whether somebody wants to know it of that very revision.
    """

    since: int
    is_asked: bool
    sentence: str
    parts: tuple[PartDiff, ...]


def overview_of(revision: Revision, asking: Person) -> Overview:
    """The review of this revision, as far as everybody in the team may know."""
    seats: list[MemberProgress | LinkProgress] = [
        *members_for(revision, asking),
        *links_for(revision, asking),
    ]
    return Overview(
        asked=find_round(revision),
        may_hear=may_hear(revision, asking),
        readers=tuple(
            (_reader_name(each), each.state)
            for each in seats
            if each.state != "not opened" or _is_asked(each)
        ),
        alignment=summary_of(revision),
        comments=count_comments(revision.release, are_open=True),
    )


def news_of(revision: Revision, since: int | None = None) -> News | None:
    """What is new since revision ``since``, or since the one before; None in the first."""
    number = since if since and 0 < since < revision.number else revision.number - 1
    old = find_revision(revision.release, number)
    if old is None:
        return None
    texts = [documents.from_json(each.document) for each in (old, revision)]
    parts = compare(texts[0], texts[1], (old.form, revision.form))
    changed = tuple(part for part in parts if part.is_changed)
    return News(number, number == since, summarise_changes(parts), changed)


def _reader_name(each: MemberProgress | LinkProgress) -> str:
    if isinstance(each, MemberProgress):
        return each.person.name
    return f"{each.reviewer.link_name}, by link"


def _is_asked(each: MemberProgress | LinkProgress) -> bool:
    return each.is_asked if isinstance(each, MemberProgress) else each.is_open
