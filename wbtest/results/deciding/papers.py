"""Finding what was written down when somebody decided, and what of it waits for a second person."""

from __future__ import annotations

from functools import cache

from msgspec import Struct
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.deciding.models import Paper


class Papers(Struct, frozen=True):
    """What was written down: ``waiting`` for a second person, the oldest first.

    ``standing`` are those of decisions, by the number of the decision, ``ended`` what was turned
    down or overtaken, the newest first.
    """

    waiting: list[Paper]
    standing: dict[int, Paper]
    ended: list[Paper]


def find_paper(experiment: Experiment, number: int) -> Paper | None:
    """Return the paper of this number, whether it stands or not."""
    return db.session.get(Paper, (experiment.id, number))


def find_newest(experiment: Experiment) -> Paper | None:
    """Return the paper that was signed last, or None."""
    return db.session.scalars(_newest(), {"experiment_id": experiment.id}).first()


def find_standing(experiment: Experiment, number: int) -> Paper | None:
    """Return the paper that stands as the ``number``-th decision, or None."""
    stands = (Paper.experiment_id == experiment.id) & (Paper.stands_as == number)
    return db.session.scalars(db.select(Paper).where(stands)).first()


def waiting_papers(experiment: Experiment) -> list[Paper]:
    """Return what waits for a second person, the oldest first."""
    return papers_of(experiment).waiting


def papers_of(experiment: Experiment) -> Papers:
    """Return all papers of an experiment but those that were taken back, from one query."""
    papers = db.session.scalars(_not_taken_back(), {"experiment_id": experiment.id}).all()
    return Papers(
        waiting=[paper for paper in papers if paper.state == "waiting"],
        standing={
            paper.stands_as: paper
            for paper in papers
            if paper.state == "stands" and paper.stands_as
        },
        ended=[paper for paper in reversed(papers) if paper.state in ("overtaken", "withdrawn")],
    )


@cache
def _newest() -> Select[Paper]:
    """Made once, since to put it together takes longer than to run it."""
    is_of = Paper.experiment_id == bindparam("experiment_id")
    return select(Paper).where(is_of).order_by(Paper.number.desc()).limit(1)


@cache
def _not_taken_back() -> Select[Paper]:
    """Made once, as above."""
    is_of = Paper.experiment_id == bindparam("experiment_id")
    is_turned_down = (Paper.state == "withdrawn") & Paper.seconded_by_id.is_not(None)
    return (
        select(Paper)
        .where(is_of, Paper.state.in_(("waiting", "stands", "overtaken")) | is_turned_down)
        .order_by(Paper.number)
        .options(joinedload(Paper.person), joinedload(Paper.seconded_by))
    )
