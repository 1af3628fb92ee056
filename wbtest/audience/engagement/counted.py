"""What visitors who were seen did on the page, read from the counts; for information.

Who is behind a figure here saw the page and counts, so each one is a part of those seen. Visits of
every source are among them, also of those that the sealed rule does not count.
"""

from collections import defaultdict
from typing import NamedTuple, cast

import sqlalchemy as sa
from msgspec import Struct

from wbtest.audience.counts import KINDS
from wbtest.audience.models import EngagementCount
from wbtest.audience.recording.events import Act
from wbtest.extensions import db
from wbtest.publishing.corrections import page_of
from wbtest.publishing.models import Experiment

COUNTS = cast(sa.Table, EngagementCount.__table__)

# Made once, since to put it together takes longer than to run it.
_BY_VARIANT = (
    sa.select(COUNTS)
    .where(COUNTS.c.experiment_id == sa.bindparam("experiment_id"))
    .order_by(COUNTS.c.kind, COUNTS.c.item)
)


class Share(NamedTuple):
    """So many of so many."""

    number: int
    of: int

    def __add__(self, other: object) -> "Share":
        assert isinstance(other, Share)
        return Share(self.number + other.number, self.of + other.of)


NONE = Share(0, 0)


class Opened(Struct, frozen=True):
    """How many opened a question, of those who signed up and of those who did not.

    ``is_open``: its answer stands open from the start, so it has to be closed to be opened.
    """

    question: str
    is_open: bool
    signed_up: Share
    others: Share


def by_variant(experiment: Experiment) -> dict[str, dict[Act, int]]:
    """Return how many people did what, for each variant, those without any included."""
    found: dict[str, dict[Act, int]] = {variant.key: {} for variant in experiment.variants}
    rows = db.session.execute(_BY_VARIANT, {"experiment_id": experiment.id})
    for row in rows:
        number = row._mapping["count"]
        if number and row.variant in found:
            found[row.variant][row.kind, row.item] = number
    return found


def faq_opened(experiment: Experiment) -> list[Opened]:
    """Return each question that the page showed, in its order, with who opened it.

    A question that several variants show is one; only those who could read it are counted.
    """
    opened = _opened(experiment)
    people = _people(experiment)
    found: defaultdict[str, list[Share]] = defaultdict(lambda: [NONE, NONE])
    first = set()
    for variant in experiment.variants:
        questions = [
            answer.question
            for section in page_of(experiment, variant).sections
            for answer in section.questions
        ]
        seen, converted = people.get(variant.key, (0, 0))
        first |= set(questions[:1])
        for number, question in enumerate(questions):
            all_of_them, yes = opened.get((variant.key, str(number)), (0, 0))
            shares = found[question]
            shares[0] += Share(yes, converted)
            shares[1] += Share(all_of_them - yes, seen - converted)
    return [Opened(question, question in first, *shares) for question, shares in found.items()]


def _opened(experiment: Experiment) -> dict[tuple[str, str], tuple[int, int]]:
    """How many opened the question of this variant and number, and who converted."""
    rows = db.session.execute(
        sa.select(COUNTS.c.variant, COUNTS.c.item, COUNTS.c["count"], COUNTS.c.converted).where(
            COUNTS.c.experiment_id == experiment.id, COUNTS.c.kind == "faq"
        )
    )
    return {(variant, item): (number, of_them) for variant, item, number, of_them in rows}


def _people(experiment: Experiment) -> dict[str, tuple[int, int]]:
    """Seen and converted, by variant."""
    rows = db.session.execute(
        sa.select(KINDS.c.variant, sa.func.sum(KINDS.c.seen), sa.func.sum(KINDS.c.converted))
        .where(KINDS.c.experiment_id == experiment.id, KINDS.c.excluded_because == "")
        .group_by(KINDS.c.variant)
    )
    return {variant: (seen, converted) for variant, seen, converted in rows}
