"""What visitors who were seen did on the page, read from the counts; for information.

Who is behind a figure here saw the page and counts, so each one is a part of those seen. Visits of
every source are among them, also of those that the sealed rule does not count.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple, cast

import sqlalchemy as sa

from wbtest.audience.engagement.acts import Act
from wbtest.audience.models import Engagement, EngagementCount, HourlyCount, Signup
from wbtest.extensions import db
from wbtest.publishing.assembling import page_of
from wbtest.publishing.models import Experiment, Phase

COUNTS = cast(sa.Table, EngagementCount.__table__)
HOURS = cast(sa.Table, HourlyCount.__table__)

# With phase, number and variant of a question, the name under which ``last_counts`` keeps who
# opened it.
OPENED = "opened:"


class Share(NamedTuple):
    """So many of so many."""

    number: int
    of: int

    def __add__(self, other: object) -> "Share":
        assert isinstance(other, Share)
        return Share(self.number + other.number, self.of + other.of)


NONE = Share(0, 0)


@dataclass(frozen=True, slots=True)
class Opened:
    """How many opened a question, of those who signed up and of those who did not.

    ``is_open``: its answer stands open from the start, so it has to be closed to be opened.
    """

    question: str
    is_open: bool
    signed_up: Share
    others: Share


def by_variant(experiment: Experiment, phase: int) -> dict[str, dict[Act, int]]:
    """Return how many people did what in a phase, for each variant, those without any included."""
    found: dict[str, dict[Act, int]] = {variant.key: {} for variant in experiment.variants}
    rows = db.session.execute(
        sa.select(COUNTS)
        .where(COUNTS.c.experiment_id == experiment.id, COUNTS.c.phase == phase)
        .order_by(COUNTS.c.kind, COUNTS.c.item)
    )
    for row in rows:
        number = row._mapping["count"]
        if number and row.variant in found:
            found[row.variant][row.kind, row.item] = number
    return found


def faq_opened(experiment: Experiment, phase: Phase) -> list[Opened]:
    """Return each question that a phase showed, in the order of the page, with who opened it.

    A question that several variants show is one; only those who could read it are counted.
    """
    opened, by_converted = _opened(experiment, phase), _opened_by_converted(experiment)
    people = _people(experiment, phase)
    found: defaultdict[str, list[Share]] = defaultdict(lambda: [NONE, NONE])
    first = set()
    for variant in experiment.variants:
        # What its visitors do stands in a phase that drew it.
        if not phase.weights.get(variant.key):
            continue
        questions = [
            answer.question
            for section in page_of(experiment, variant).sections
            for answer in section.questions
        ]
        seen, converted = people.get(variant.key, (0, 0))
        first |= set(questions[:1])
        for number, question in enumerate(questions):
            place = variant.key, str(number)
            yes = by_converted.get((phase.number, *place), 0)
            shares = found[question]
            shares[0] += Share(yes, converted)
            shares[1] += Share(opened.get(place, 0) - yes, seen - converted)
    return [Opened(question, question in first, *shares) for question, shares in found.items()]


def _opened(experiment: Experiment, phase: Phase) -> dict[tuple[str, str], int]:
    """How many opened the question of this variant and number in a phase."""
    rows = db.session.execute(
        sa.select(COUNTS.c.variant, COUNTS.c.item, COUNTS.c["count"]).where(
            COUNTS.c.experiment_id == experiment.id,
            COUNTS.c.phase == phase.number,
            COUNTS.c.kind == "faq",
        )
    )
    return {(variant, item): number for variant, item, number in rows}


def opened_to_keep(experiment: Experiment) -> dict[str, int]:
    """Return what of ``faq_opened`` no counter holds, as a part of ``Experiment.last_counts``."""
    opened = _opened_by_converted(experiment)
    return {
        f"{OPENED}{phase}:{item}:{variant}": number
        for (phase, variant, item), number in opened.items()
    }


def _opened_by_converted(experiment: Experiment) -> dict[tuple[int, str, str], int]:
    """The same of those who signed up, by phase; they are few, and each is found by the key.

    Of what is purged the figures of before stand.
    """
    if experiment.purged_at is not None:
        kept = experiment.last_counts.items()
        return {_place(name): number for name, number in kept if name.startswith(OPENED)}
    is_theirs = sa.and_(
        Engagement.experiment_id == Signup.experiment_id, Engagement.visitor == Signup.visitor
    )
    rows = db.session.execute(
        sa.select(Engagement.phase, Engagement.variant, Engagement.item, sa.func.count())
        .join(Signup, is_theirs)
        .where(
            Signup.experiment_id == experiment.id,
            Signup.is_converted,
            Signup.excluded_because == "",
            Engagement.kind == "faq",
        )
        .group_by(Engagement.phase, Engagement.variant, Engagement.item)
    )
    return {(phase, variant, item): number for phase, variant, item, number in rows}


def _place(name: str) -> tuple[int, str, str]:
    """Phase, variant and number of a question, as ``last_counts`` names them.

    Names from before phases were told apart say nothing of one; nearly all have but one.
    """
    *phase, item, variant = name.removeprefix(OPENED).split(":")
    return int(phase[0]) if phase else 1, variant, item


def _people(experiment: Experiment, phase: Phase) -> dict[str, tuple[int, int]]:
    """Seen and converted in a phase, by variant."""
    rows = db.session.execute(
        sa.select(HOURS.c.variant, sa.func.sum(HOURS.c.seen), sa.func.sum(HOURS.c.converted))
        .where(
            HOURS.c.experiment_id == experiment.id,
            HOURS.c.phase == phase.number,
            HOURS.c.excluded_because == "",
        )
        .group_by(HOURS.c.variant)
    )
    return {variant: (seen, converted) for variant, seen, converted in rows}
