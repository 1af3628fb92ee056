"""The pictures on public pages, as files that no browser takes for anything else."""

from flask import Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, select

from wbtest.audience.views import bp, pages
from wbtest.extensions import db
from wbtest.publishing.images import find_file
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.page_design import read_name
from wbtest.team import access
from wbtest.writing.models import Release

YEAR_SECONDS = 31_536_000
POLICY = "default-src 'none'; sandbox"


@bp.get("/p/<slug>/images/<digest>-<int:width>.webp")
@access.public
def picture(slug: str, digest: str, width: int) -> ResponseReturnValue:
    """A picture that a started page shows; its team sees all of theirs, also before.

    Everybody else gets the same 404 for one that is not theirs to see as for none.
    """
    found = pages().find_all(slug)
    is_shown = any(digest in _shown_by(page.live) for page in found)
    if not (is_shown or (access.is_member() and (found or _is_address(slug)))):
        abort(404)
    body = find_file(digest, width)
    if body is None:
        abort(404)
    response = Response(body, mimetype="image/webp")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Disposition"] = f'inline; filename="{digest[:12]}-{width}.webp"'
    if is_shown:
        # The digest names the bytes, so they are never others.
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


def _shown_by(live: LiveExperiment) -> set[str]:
    """The digests of all pictures on the experiment's pages."""
    looks = [variant.page.look for variant in live.variants]
    named = [read_name(name) for look in looks for name in (look.logo, look.hero)]
    return {picture.digest for picture in named if picture}


def _is_address(slug: str) -> bool:
    return db.session.scalar(select(exists().where(Release.slug == slug.lower()))) is True
