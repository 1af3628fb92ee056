"""What the page of a revision shows: its text, its approval, and one of three sides beside it.

The sides are the review (what people answered and said), the coach, and the details.
"""

from typing import Any, NamedTuple

from flask import render_template, request, session, url_for

from wbtest.extensions import clock, runtime
from wbtest.review import approvals, review_requests
from wbtest.review.alignment import alignment_of, may_see_answers
from wbtest.review.comments import comments_beside, marks_of_threads
from wbtest.review.forms import AnotherForm, ApproveForm, AskForm, LinkForm, StopForm
from wbtest.review.models import Reviewer
from wbtest.review.readings import step_of
from wbtest.review.review_answers import FUNCTIONS, progress_in_words
from wbtest.review.review_requests import (
    LinkProgress,
    MemberProgress,
    find_round,
    links_for,
    members_for,
)
from wbtest.review.reviewers import find_reading, may_hear, seat_of
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing.coach import unchecked
from wbtest.writing.coach_report import RefusedReason, coach_text, count_open, marks_of, stops_among
from wbtest.writing.faq import still_open
from wbtest.writing.models import Revision
from wbtest.writing.releases import find_revision, status_of
from wbtest.writing.text_diff import PartDiff, compare, summarise_changes

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
    parts: tuple[PartDiff, ...]


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
        "open_findings": sum(count_open(findings).values()),
        "stops": stops_among(findings, "approval"),
        "page_stops": stops_among(findings, "start"),
        "approvals": signed,
        "is_signed_by_me": access.person().id in {each.approver_id for each in signed},
        "objection": approvals.find_objection(revision, access.person()),
        "owes_sentence": approvals.owes_sentence(revision),
        "draft": status_of(revision.release),
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
        marks, unread = marks_of(findings), unchecked(document.language)
        shown |= {"marks": marks, "unread": unread, "refused": refused}
    else:
        shown |= {"marks": {}, "writers": approvals.writer_names(revision)}
    return render_template("review/revision.html", **shown)


def _review_values(revision: Revision) -> dict[str, Any]:
    """What people answered and said, as far as the asking member may know it."""
    person = access.person()
    seat = seat_of(revision, person)
    alignment = alignment_of(revision)
    may_see = may_see_answers(seat)
    comments = comments_beside(revision, person)
    reading = find_reading(seat)
    document = documents.from_json(revision.document)
    return {
        "seat": seat,
        "step": step_of(reading),
        "has_begun": reading is not None and reading.started_at is not None,
        "summary": alignment.summary,
        "answers": alignment.questions if may_see else (),
        "progress": progress_in_words(alignment.questions),
        "may_see": may_see,
        "functions": FUNCTIONS,
        "comments": comments,
        "marks": marks_of_threads(each.thread for each in comments.here),
        "questions": still_open(document),
        "today": clock.now().date().isoformat(),
        "news": news_of(revision, request.args.get("since", type=int)),
        **_reader_values(revision),
    }


def _reader_values(revision: Revision) -> dict[str, Any]:
    """Who was asked or has begun, and how far; the verdicts for who may know them by now."""
    person = access.person()
    is_heard = may_hear(revision, person)
    found = approvals.verdicts_of(revision)
    heard = {reading.reviewer_id for reading in found} if is_heard else set()
    seats: list[MemberProgress | LinkProgress] = [
        *members_for(revision, person),
        *links_for(revision, person),
    ]
    return {
        "asked": find_round(revision),
        "readers": [
            (_reader_name(each), each.state)
            for each in seats
            if (_is_asked(each) or each.state != "not opened")
            and (each.reviewer is None or each.reviewer.id not in heard)
        ],
        "verdicts": found if is_heard else [],
        "hidden_verdicts": len(found) if not is_heard else 0,
    }


def _reader_name(each: MemberProgress | LinkProgress) -> str:
    if isinstance(each, MemberProgress):
        return each.person.name
    return f"{each.reviewer.link_name}, by link"


def _is_asked(each: MemberProgress | LinkProgress) -> bool:
    return each.is_asked if isinstance(each, MemberProgress) else each.is_open


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
        "members": members_for(revision, person),
        "links": links_for(revision, person),
        "fresh": fresh,
        "is_inviting": bool(fresh or ask or link or "invite" in request.args),
        "has_mail_server": bool(runtime().settings.mail_url),
    }


def ask_form(revision: Revision, *, is_fresh: bool = False) -> AskForm:
    """The form as sent or, with ``is_fresh``, with who read before ticked."""
    asked = find_round(revision)
    people = members_for(revision, access.person())
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
    old = find_revision(revision.release, number)
    if old is None:
        return None
    texts = [documents.from_json(each.document) for each in (old, revision)]
    parts = compare(texts[0], texts[1], (old.form, revision.form))
    changed = tuple(part for part in parts if part.is_changed)
    return News(number, number == since, summarise_changes(parts), changed)
