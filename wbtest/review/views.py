"""The page of a revision and the settings of approval.

The page shows the text, its approval, and one of three sides beside it: the review (what people
answered and said), the coach, and the details. Verdicts are given and reviews asked for here.
"""

from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock, runtime
from wbtest.forms import add_form_error, form_on
from wbtest.review import approvals, approvers, readings, review_answers, review_requests, reviewers
from wbtest.review.alignment import alignment_of, may_see_answers
from wbtest.review.comments import comments_beside, marks_of_threads
from wbtest.review.forms import AnotherForm, ApproveForm, ApprovingForm, AskForm, LinkForm, StopForm
from wbtest.review.models import Reviewer
from wbtest.store import Invalid, Refused
from wbtest.team import access, rate_limits
from wbtest.writing import coach, releases, text_diff
from wbtest.writing import document as documents
from wbtest.writing.coach_report import (
    RefusedReason,
    anchor_of,
    coach_text,
    find_stops,
    marks_of,
    stops_among,
)
from wbtest.writing.models import Release, Revision
from wbtest.writing.views import WAIVED, finding_and_reason

SIDES = {"review": "Review", "coach": "Coach", "details": "Details"}
# Between making a link and showing it once, its token waits in the session of who made it.
FRESH = "fresh link"


class News(NamedTuple):
    """What a revision changed since an earlier one: a sentence, and its parts word by word.

    ``is_asked`` is whether somebody wants to know it of that very revision.
    """

    since: int
    is_asked: bool
    sentence: str
    parts: tuple[text_diff.PartDiff, ...]


def revision_page(
    revision: Revision,
    *,
    side: str = "",
    refused: RefusedReason | None = None,
    approve: ApproveForm | None = None,
    another: AnotherForm | None = None,
    stop: StopForm | None = None,
    ask: AskForm | None = None,
    link: LinkForm | None = None,
) -> str:
    """The revision with one side beside it, and forms as they were typed."""
    document = documents.from_json(revision.document)
    findings = coach_text(revision)
    signed = approvals.approvals_of(revision)
    newest = revision.release.revisions[-1]
    asked_side = side or request.args.get("side", "")
    side = asked_side if asked_side in SIDES else "review"
    shown: dict[str, Any] = {
        "revision": revision,
        "release": revision.release,
        "document": document,
        "sides": SIDES,
        "side": side,
        # A phone shows the text or its side: the side where somebody went there.
        "is_side_first": bool(asked_side or ask or link or "invite" in request.args),
        "findings": findings,
        "stops": stops_among(findings, "approval"),
        "page_stops": stops_among(findings, "start"),
        "approvals": signed,
        "is_signed_by_me": access.person().id in {each.approver_id for each in signed},
        "objection": approvals.find_objection(revision, access.person()),
        "owes_sentence": approvals.owes_sentence(revision),
        "draft": releases.status_of(revision.release),
        "newest": newest,
        "is_newest": newest.number == revision.number,
        "put_away": approvals.find_stop(revision.release),
        "needed": approvals.still_needed(revision),
        "form": approve or ApproveForm(),
        "another": another or AnotherForm(),
        "stop": stop or StopForm(),
    }
    if side == "review":
        shown |= _review_values(revision) | _invite_values(revision, shown, ask, link)
    elif side == "coach":
        marks, unread = marks_of(findings), coach.unchecked(document.language)
        shown |= {"marks": marks, "unread": unread, "refused": refused}
    else:
        shown |= {"marks": {}, "writers": approvals.writer_names(revision)}
    return render_template("review/revision.html", **shown)


def _review_values(revision: Revision) -> dict[str, Any]:
    """What people answered and said, as far as the asking member may know it."""
    person = access.person()
    seat = reviewers.seat_of(revision, person)
    alignment = alignment_of(revision)
    may_see = may_see_answers(seat)
    comments = comments_beside(revision, person)
    reading = reviewers.find_reading(seat)
    document = documents.from_json(revision.document)
    return {
        "seat": seat,
        "step": readings.step_of(reading),
        "has_begun": reading is not None and reading.started_at is not None,
        "summary": alignment.summary,
        "answers": alignment.questions if may_see else (),
        "progress": review_answers.progress_in_words(alignment.questions),
        "may_see": may_see,
        "functions": review_answers.FUNCTIONS,
        "comments": comments,
        "marks": marks_of_threads(each.thread for each in comments.here),
        "questions": documents.still_open(document),
        "today": clock.now().date().isoformat(),
        "news": news_of(revision, request.args.get("since", type=int)),
        **_reader_values(revision),
    }


def _reader_values(revision: Revision) -> dict[str, Any]:
    """Who was asked or has begun, and how far; the verdicts for who may know them by now."""
    person = access.person()
    is_heard = reviewers.may_hear(revision, person)
    found = approvals.verdicts_of(revision)
    heard = {reading.reviewer_id for reading in found} if is_heard else set()
    seats: list[review_requests.MemberProgress | review_requests.LinkProgress] = [
        *review_requests.members_for(revision, person),
        *review_requests.links_for(revision, person),
    ]
    return {
        "asked": review_requests.find_round(revision),
        "readers": [
            (_reader_name(each), each.state)
            for each in seats
            if (_is_asked(each) or each.state != "not opened")
            and (each.reviewer is None or each.reviewer.id not in heard)
        ],
        "verdicts": found if is_heard else [],
        "hidden_verdicts": len(found) if not is_heard else 0,
    }


def _reader_name(each: review_requests.MemberProgress | review_requests.LinkProgress) -> str:
    if isinstance(each, review_requests.MemberProgress):
        return each.person.name
    return f"{each.reviewer.link_name}, guest"


def _is_asked(each: review_requests.MemberProgress | review_requests.LinkProgress) -> bool:
    return each.is_asked if isinstance(each, review_requests.MemberProgress) else each.is_open


def _invite_values(
    revision: Revision, shown: dict[str, Any], ask: AskForm | None, link: LinkForm | None
) -> dict[str, Any]:
    """The forms that ask people for a review; none for who may not, or on a text that is past."""
    is_open = shown["is_newest"] and not shown["put_away"]
    # What was typed on a text that is past by now is shown once more, with the reason.
    may_invite = access.has_permission("edit") and bool(is_open or ask or link)
    if not may_invite:
        return {"may_invite": False, "ask": ask, "link": link}
    person = access.person()
    fresh = _take_fresh(revision)
    return {
        "may_invite": True,
        "ask": ask or ask_form(revision, is_fresh=True),
        "link": link or new_link_form(),
        "members": review_requests.members_for(revision, person),
        "links": review_requests.links_for(revision, person),
        "fresh": fresh,
        "is_inviting": bool(fresh or ask or link or "invite" in request.args),
        "has_mail_server": bool(runtime().settings.mail_url),
    }


def ask_form(revision: Revision, *, is_fresh: bool = False) -> AskForm:
    """The form as sent or, with ``is_fresh``, with who read before ticked."""
    asked = review_requests.find_round(revision)
    people = review_requests.members_for(revision, access.person())
    form = AskForm(
        None if is_fresh else request.form,
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


def new_link_form() -> LinkForm:
    """The form for one more guest, with nothing typed."""
    return LinkForm(None, data={"days": review_requests.USUAL_DAYS})


def _take_fresh(revision: Revision) -> tuple[Reviewer, str] | None:
    """The link that was just made and its address; asked once more, there is none."""
    reviewer_id, token = session.get(FRESH, (0, ""))
    reviewer = review_requests.find_link(revision.release, reviewer_id) if token else None
    if reviewer is None:
        return None
    # Only the page that shows it uses it up; the same page of another release does not.
    del session[FRESH]
    return reviewer, f"{runtime().settings.base_url}{url_for('review.link', token=token)}"


def news_of(revision: Revision, since: int | None = None) -> News | None:
    """What is new since revision ``since``, or since the one before; None in the first."""
    number = since if since and 0 < since < revision.number else revision.number - 1
    old = releases.find_revision(revision.release, number)
    if old is None:
        return None
    texts = [documents.from_json(each.document) for each in (old, revision)]
    parts = text_diff.compare(texts[0], texts[1], (old.form, revision.form))
    changed = tuple(part for part in parts if part.is_changed)
    return News(number, number == since, text_diff.summarise_changes(parts), changed)


bp = Blueprint("review", __name__)


@bp.get("/releases/<int:release_id>/revisions/<int:number>")
@access.requires("read")
def revision(release_id: int, number: int) -> ResponseReturnValue:
    """The text of a revision, its approval, and its review, coach or details beside it."""
    return revision_page(get_revision(release_id, number, "read"))


@bp.route("/releases/<int:release_id>/revisions/<int:number>/approve", methods=["GET", "POST"])
@access.requires("approve")
@form_on(".revision")
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


@bp.route("/releases/<int:release_id>/revisions/<int:number>/waive", methods=["GET", "POST"])
@access.requires("approve")
@form_on(".revision")
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
    found = releases.find_revision(access.get(Release, release_id, permission), number)
    if found is None:
        abort(404)
    return found


@bp.route("/releases/<int:release_id>/revisions/<int:number>/another", methods=["GET", "POST"])
@access.requires("approve")
@form_on(".revision")
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
    flash(f"Revision {number} rejected. The authors will see what must change.")
    return redirect(url_for(".revision", release_id=release_id, number=number), 303)


@bp.route("/releases/<int:release_id>/revisions/<int:number>/stop", methods=["GET", "POST"])
@access.requires("approve")
@form_on(".revision")
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
    form.required.choices = [(person.id, person.name) for person in approvers.approvers_of()]
    return form


ADDRESS = "/releases/<int:release_id>/revisions/<int:number>/ask"


@bp.route(ADDRESS, methods=["GET", "POST"])
@access.requires("edit")
@form_on(".revision")
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


@bp.route(f"{ADDRESS}/links/new", methods=["GET", "POST"])
@access.requires("edit")
@form_on(".revision")
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
