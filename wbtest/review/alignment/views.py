"""The page where everybody's answers stand under the author's, to be marked same or different."""

from collections.abc import Collection

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.http import LARGEST_ID
from wbtest.review.alignment import answers as aligning
from wbtest.review.asking.rounds import find_round
from wbtest.review.questions import FUNCTIONS
from wbtest.review.reviewers import Seat, find_reading
from wbtest.review.seat_views import bp, seated
from wbtest.writing import document as documents

SAYS = {"same": True, "different": False, "": None}


@bp.get("/alignment")
@seated
def alignment(seat: Seat) -> ResponseReturnValue:
    """Whether the team means the same customer; the words only for who gave theirs."""
    found = aligning.alignment_of(seat.revision)
    may_see = aligning.may_see_answers(seat)
    return render_template(
        "review/alignment.html",
        seat=seat,
        revision=seat.revision,
        document=documents.from_json(seat.revision.document),
        reading=find_reading(seat),
        summary=found.summary,
        questions=found.questions if may_see else (),
        may_see=may_see,
        functions=FUNCTIONS,
        others=_others(seat, found.answered),
    )


@bp.post("/mark")
@seated
def mark(seat: Seat) -> ResponseReturnValue:
    """Store that an answer means the same as the author's, or something else, or neither."""
    reading, question = request.form.get("reading", type=int), request.form.get("question", "")
    says = request.form.get("says")
    if reading is None or not 0 < reading <= LARGEST_ID or says not in SAYS:
        abort(400)
    aligning.mark(seat, reading, question, SAYS[says])
    return redirect(url_for(".alignment", _anchor=f"answer-{reading}-{question}"), 303)


def _others(seat: Seat, answered: Collection[int]) -> list[int]:
    """The other texts with answers whose alignment this reader may open, the oldest first."""
    return [
        revision.number
        for revision in seat.revision.release.revisions
        if revision.number in answered
        and revision.id != seat.revision.id
        and (seat.person or find_round(revision))
    ]
