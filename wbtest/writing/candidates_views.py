"""What readers would ask: the team takes a question into the FAQ, merges it or lets it go."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing import candidates
from wbtest.writing import document as documents
from wbtest.writing.models import Candidate, Release
from wbtest.writing.views import bp


@bp.get("/releases/<int:release_id>/questions")
@access.requires("read")
def questions(release_id: int) -> ResponseReturnValue:
    """Every question that readers of this release asked, and what became of it."""
    return _questions_page(access.get(Release, release_id, "read"))


@bp.post("/candidates/<int:candidate_id>/accept")
@access.requires("edit")
def accept(candidate_id: int) -> ResponseReturnValue:
    """Add the question to the draft's FAQ."""
    found = access.get(Candidate, candidate_id, "edit")
    candidates.accept(found, access.person())
    if found.outcome == "merged":
        flash("The FAQ has this question already. It is settled with that one.")
    else:
        flash("The question is in the FAQ. It waits for its answer there.")
    return _back_to_questions(found)


@bp.post("/candidates/<int:candidate_id>/merge")
@access.requires("edit")
def merge(candidate_id: int) -> ResponseReturnValue:
    """Name the question of the FAQ that asks the same."""
    found = access.get(Candidate, candidate_id, "edit")
    try:
        candidates.merge(found, request.form.get("question", ""), access.person())
    except Invalid as refused:
        release = access.get(Release, found.release_id, "edit")
        return _questions_page(release, found.id, str(refused)), 422
    flash("Settled: the FAQ asks the same.")
    return _back_to_questions(found)


@bp.post("/candidates/<int:candidate_id>/dismiss")
@access.requires("edit")
def dismiss(candidate_id: int) -> ResponseReturnValue:
    """Let the question go; it stays among the settled ones."""
    found = access.get(Candidate, candidate_id, "edit")
    candidates.dismiss(found, access.person())
    flash("Dismissed. It stays among the settled questions.")
    return _back_to_questions(found)


def _back_to_questions(candidate: Candidate) -> ResponseReturnValue:
    return redirect(url_for(".questions", release_id=candidate.release_id), 303)


def _questions_page(release: Release, refused_id: int = 0, sentence: str = "") -> str:
    return render_template(
        "writing/questions.html",
        release=release,
        document=documents.from_json(release.document),
        asked=candidates.candidates_of(release),
        refused_id=refused_id,
        sentence=sentence,
    )
