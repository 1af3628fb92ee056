"""The button that begins a release with the text of another one."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from wbtest.team import access
from wbtest.writing.copying import copy_release
from wbtest.writing.models import Release
from wbtest.writing.views import bp


@bp.post("/releases/<int:release_id>/copy")
@access.requires("edit")
def copy(release_id: int) -> ResponseReturnValue:
    """Begin another release with this one's words."""
    copied = copy_release(access.get(Release, release_id, "edit"), access.person())
    flash("This is a copy, and a draft of its own. Approvals and comments stayed with the other.")
    return redirect(url_for(".release", release_id=copied.id), 303)
