"""The page with all comments on a release, for its members."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from wbtest.review.comments.listing import by_part, count_comments, in_words, list_comments
from wbtest.review.views import bp
from wbtest.team import access
from wbtest.writing import document as documents
from wbtest.writing.models import Release
from wbtest.writing.releases import find_newest_revision

bp.add_app_template_filter(in_words)


@bp.get("/releases/<int:release_id>/comments")
@access.requires("read")
def comments(release_id: int) -> ResponseReturnValue:
    """The comments on all revisions, and where their words stand in the draft."""
    release = access.get(Release, release_id, "read")
    are_settled = request.args.get("show") == "settled"
    found = list_comments(release, access.person())
    settled = [one for one in found if one.thread.comment.outcome]
    open_ = [one for one in found if not one.thread.comment.outcome]
    return render_template(
        "review/comments.html",
        release=release,
        document=documents.from_json(release.document),
        parts=by_part(settled if are_settled else open_),
        are_settled=are_settled,
        count={"open": len(open_), "settled": len(settled)},
        hidden=count_comments(release) - len(found),
        newest=find_newest_revision(release),
    )
