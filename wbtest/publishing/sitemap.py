"""The addresses that search engines are told of."""

from collections.abc import Sequence

from sqlalchemy import select

from wbtest.extensions import db
from wbtest.publishing.models import Experiment

# The protocol takes so many in one file.
MOST_ADDRESSES = 50_000


def listed_slugs() -> Sequence[str]:
    """Return the addresses of the open pages that search engines may list, the oldest first."""
    # What is not said is the usual, and that is to be listed.
    is_indexed = Experiment.options["is_indexed"].as_boolean().is_not(False)
    return db.session.scalars(
        select(Experiment.slug)
        .where(Experiment.state == "running", is_indexed)
        .order_by(Experiment.id)
        .limit(MOST_ADDRESSES)
    ).all()
