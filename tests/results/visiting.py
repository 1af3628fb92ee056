"""Visitors with rows of their own, sent to the recorder as the page would."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wbtest.audience.models import Visit
from wbtest.audience.recording.events import Seen, Served, SignedUp
from wbtest.extensions import runtime
from wbtest.publishing.models import Experiment
from wbtest.store import writing

HOUR = 3600
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)


@dataclass(frozen=True)
class Group:
    """So many visitors who have all of this in common; ``signups`` of them sign up a minute later.

    ``at`` is in seconds after the start of the test.
    """

    visitors: int
    signups: int = 0
    at: int = HOUR
    variant: str = "control"
    source: str = "newsletter"
    mark: int = -1
    domain: str = "example.com"
    excluded_because: str = ""
    signed_because: str = ""


def come(experiment: Experiment, *groups: Group) -> None:
    """Let these visitors come, each of them served and seen."""
    recorder = runtime().recorder
    assert experiment.started_at is not None
    start_us = int(experiment.started_at.timestamp()) * 1_000_000
    marks = {}
    for number, group in enumerate(groups):
        for member in range(group.visitors):
            visitor = f"{experiment.id}-{number}-{member}"
            marks[visitor] = group.mark
            at_us = start_us + group.at * 1_000_000
            who: dict[str, Any] = {
                "experiment_id": experiment.id,
                "variant": group.variant,
                "visitor": visitor,
                "source": group.source,
                "device": "phone",
                "user_agent": PHONE,
                "excluded_because": group.excluded_because,
            }
            recorder.put(Served(at_us=at_us, **who))
            recorder.put(Seen(at_us=at_us + 5_000_000, **who))
            if member < group.signups:
                email = f"{visitor}@{group.domain}"
                reason = group.signed_because or group.excluded_because
                sent = who | {"excluded_because": reason}
                recorder.put(
                    SignedUp(at_us=at_us + 65_000_000, email=email, email_key=email, **sent)
                )
    recorder.flush()
    is_one = (Visit.experiment_id == experiment.id) & (Visit.visitor == sa.bindparam("who"))
    statement = sa.update(Visit.__table__).where(is_one).values(mark=sa.bindparam("as_mark"))
    rows = [{"who": visitor, "as_mark": mark} for visitor, mark in marks.items()]
    with writing() as session:
        session.execute(statement, rows)
