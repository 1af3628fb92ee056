"""What a new experiment takes over from those before it: look and wording."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.writing.models import Revision

# What the pages of all ideas of a team have in common: it holds no words and no pictures.
OF_THE_TEAM = ("theme", "accent", "font", "corner")


def taken_over(revision: Revision) -> dict[str, Any]:
    """Return look and wording for an experiment of this revision, and whose they are, by column.

    Both are of the newest experiment of the same release, the wording of the newest in the same
    language. The first one of a release takes over theme, accent, font and corners of the
    team's newest.
    """
    newest = select(Experiment).order_by(Experiment.created_at.desc(), Experiment.id.desc())
    own = db.session.scalars(
        newest.where(Experiment.release_id == revision.release_id).options(
            joinedload(Experiment.revision)
        )
    ).all()
    language = revision.document.get("language")
    same = (each for each in own if each.revision.document.get("language") == language)
    spoken = next(same, None)
    return {
        "look": dict(own[0].look) if own else _of_the_team(db.session.scalar(newest.limit(1))),
        "look_writer_id": own[0].look_writer_id if own else None,
        "wording": dict(spoken.wording) if spoken else {},
        "wording_writer_id": spoken.wording_writer_id if spoken else None,
    }


def _of_the_team(experiment: Experiment | None) -> dict[str, Any]:
    look = experiment.look if experiment else {}
    return {name: value for name, value in look.items() if name in OF_THE_TEAM}
