"""Finding what was written down when somebody decided, and what of it waits for a second person."""

from __future__ import annotations

from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.deciding.models import Paper


def find_paper(experiment: Experiment, number: int) -> Paper | None:
    """Return the paper of this number, whether it stands or not."""
    return db.session.get(Paper, (experiment.id, number))


def find_newest(experiment: Experiment) -> Paper | None:
    """Return the paper that was signed last, or None."""
    query = db.select(Paper).where(Paper.experiment_id == experiment.id)
    return db.session.scalars(query.order_by(Paper.number.desc()).limit(1)).first()


def find_standing(experiment: Experiment, number: int) -> Paper | None:
    """Return the paper that stands as the ``number``-th decision; old decisions have none."""
    stands = (Paper.experiment_id == experiment.id) & (Paper.stands_as == number)
    return db.session.scalars(db.select(Paper).where(stands)).first()


def waiting_papers(experiment: Experiment) -> list[Paper]:
    """Return what waits for a second person, the oldest first."""
    query = (
        db.select(Paper)
        .where(Paper.experiment_id == experiment.id, Paper.state == "waiting")
        .order_by(Paper.number)
        .options(joinedload(Paper.person))
    )
    return list(db.session.scalars(query))


def ended_papers(experiment: Experiment) -> list[Paper]:
    """Return what was turned down or overtaken, the newest first; nothing that was taken back."""
    query = (
        db.select(Paper)
        .where(
            Paper.experiment_id == experiment.id,
            (Paper.state == "overtaken")
            | ((Paper.state == "withdrawn") & Paper.seconded_by_id.is_not(None)),
        )
        .order_by(Paper.number.desc())
        .options(joinedload(Paper.person), joinedload(Paper.seconded_by))
    )
    return list(db.session.scalars(query))


def standing_papers(experiment: Experiment) -> dict[int, Paper]:
    """Return the paper of each decision that has one, by the number of the decision."""
    query = db.select(Paper).where(Paper.experiment_id == experiment.id, Paper.state == "stands")
    return {paper.stands_as: paper for paper in db.session.scalars(query) if paper.stands_as}
