"""What a new experiment takes over from the one before it: look and wording."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.writing.models import Revision

# So far back a page in the same language is looked for.
LOOKED_AT = 20
OF_THE_PRODUCT = ("hero", "hero_alt")


def taken_over(revision: Revision) -> dict[str, dict[str, Any]]:
    """Return look and wording for an experiment of this revision, as its columns keep them.

    The look is that of the workspace's newest experiment, its picture only for the same release:
    another product looks different. The wording is that of the newest in the same language.
    """
    found = db.session.scalars(
        select(Experiment)
        .where(Experiment.workspace_id == revision.workspace_id)
        .order_by(Experiment.created_at.desc(), Experiment.id.desc())
        .options(joinedload(Experiment.revision))
        .limit(LOOKED_AT)
    ).all()
    look = dict(found[0].look) if found else {}
    if found and found[0].revision.release_id != revision.release_id:
        look = {name: value for name, value in look.items() if name not in OF_THE_PRODUCT}
    language = revision.document.get("language")
    same = (each for each in found if each.revision.document.get("language") == language)
    newest = next(same, None)
    return {"look": look, "wording": dict(newest.wording) if newest else {}}
