"""The pages of the sample. Nothing on them can be changed, and nothing of them is stored."""

from flask import render_template
from flask.typing import ResponseReturnValue

from wbtest.extensions import clock
from wbtest.review.comment_targets import label_of
from wbtest.review.review_questions import VERDICTS
from wbtest.review.sample.story import Draft, sample
from wbtest.review.views import bp
from wbtest.team import access
from wbtest.writing import coach
from wbtest.writing.coaching import grouped, marks_of
from wbtest.writing.history.changes import compare
from wbtest.writing.history.in_words import in_words
from wbtest.writing.marking import Marked


@bp.get("/sample", endpoint="sample")
@access.requires("read")
def show_sample() -> ResponseReturnValue:
    """The release as it was approved, as it would be printed."""
    return _page("sample", _drafts()[-1])


@bp.get("/sample/coach")
@access.requires("read")
def sample_coach() -> ResponseReturnValue:
    """The first draft, with what the coach says of it."""
    draft = _drafts()[0]
    found = coach.findings_of(draft.document, "full", clock.now().date())
    groups = grouped(found, draft.document, {})
    return _page("sample_coach", draft, findings=groups, marks=marks_of(groups))


@bp.get("/sample/review")
@access.requires("read")
def sample_review() -> ResponseReturnValue:
    """The first draft, with what its readers answered and remarked."""
    draft = _drafts()[0]
    marks: dict[str, list[Marked]] = {}
    for number, remark in enumerate(draft.remarks, 1):
        at = remark.place
        marks.setdefault(at.path, []).append(Marked(at.start, at.end, number))
    return _page(
        "sample_review",
        draft,
        marks=marks,
        verdicts=VERDICTS,
        labels=[label_of(draft.document, remark.place.path) for remark in draft.remarks],
        later=_drafts()[1:],
    )


@bp.get("/sample/changes")
@access.requires("read")
def sample_changes() -> ResponseReturnValue:
    """What changed from the first draft to the one that was approved, word by word."""
    first, last = _drafts()[0], _drafts()[-1]
    parts = compare(first.document, last.document)
    return _page(
        "sample_changes",
        last,
        first=first,
        changed=[part for part in parts if part.is_changed],
        same=[part for part in parts if not part.is_changed],
        summary=in_words(parts),
    )


def _drafts() -> tuple[Draft, ...]:
    return sample(clock.now().date())


def _page(name: str, draft: Draft, **shown: object) -> str:
    template = f"review/sample/{name}.html"
    return render_template(template, tab=name, draft=draft, document=draft.document, **shown)
