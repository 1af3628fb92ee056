"""Finding what was written down when somebody decided, and what of it waits for a second person."""

from __future__ import annotations

from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.deciding.models import Paper
from wbtest.results.decisions import find_decision
from wbtest.results.figures import Results


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


def mark_of(experiment: Experiment, results: Results | None = None) -> str:
    """Return what tells one state of the decision page from another, for the page to send along.

    It names what was decided and proposed last and, with ``results``, what the rule says.
    """
    decision, paper = find_decision(experiment), find_newest(experiment)
    stood = f"{decision.id if decision else 0}.{paper.number if paper else 0}."
    if results is None:
        return stood
    verdict = results.verdict
    return f"{stood}{'withheld' if verdict.is_withheld else verdict.recommendation}"
