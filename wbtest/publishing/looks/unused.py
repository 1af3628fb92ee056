"""Pictures that nothing shows any more: they are kept for a week, then deleted."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Text, cast, select, union_all

from wbtest.extensions import db
from wbtest.publishing.models import Experiment, Image, Variant
from wbtest.store import writing

KEPT = timedelta(days=7)
# The job's own pace: a picture may have been let go just after it was last noted as in use.
EVERY = timedelta(days=1)
_NAMED = re.compile(r"([0-9a-f]{64})-\d")


def delete_unused(now: datetime) -> None:
    """Delete the pictures that nothing has named for KEPT; a job of the worker.

    Notes what is in use, and deletes what has not been for long enough.
    """
    with writing() as session:
        # Whoever chooses one of them in this moment waits, and is told when it is gone.
        images = session.scalars(select(Image).with_for_update()).all()
        named = set(_digests_named())
        for image in images:
            if image.digest in named:
                image.created_at = now
            elif image.created_at <= now - KEPT - EVERY:
                session.delete(image)


def _digests_named() -> Iterator[str]:
    """The digests of the pictures that a look, a variant or a sealed text names."""
    texts = db.session.scalars(
        union_all(
            select(cast(Experiment.look, Text)),
            select(cast(Variant.overrides, Text)),
            select(Experiment.sealed),
        )
    )
    for text in texts:
        yield from _NAMED.findall(text)
