"""Questions of readers that nobody has answered or dismissed: they wait for everybody who edits."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import func, select

from wbtest.extensions import db
from wbtest.review.waiting.waits import Wait, Who
from wbtest.writing.models import Candidate


def asked_in(products: Mapping[int, str], editors: Sequence[Who]) -> Iterator[Wait]:
    """Return a line for each release in ``products`` (id → name) and each of the ``editors``."""
    rows = db.session.execute(
        select(
            Candidate.release_id,
            func.count().label("number"),
            func.min(Candidate.asked_at).label("oldest_at"),
            func.max(Candidate.asked_at).label("newest_at"),
        )
        .where(Candidate.outcome == "waiting")
        .group_by(Candidate.release_id)
        .order_by(Candidate.release_id)
    )
    for row in rows:
        if row.release_id not in products:
            continue
        path = f"/releases/{row.release_id}/questions"
        asked = "a question that a reader" if row.number == 1 else f"{row.number} questions readers"
        for who in editors:
            yield Wait(
                who=who,
                thing=f"asked {row.release_id}",
                what=f"Answer or dismiss {asked} asked about {products[row.release_id]}",
                by="readers",
                since=row.oldest_at,
                path=path,
                about=path,
                newest_at=row.newest_at,
            )
