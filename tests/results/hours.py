"""Short ways to write down what was counted hour by hour, for rules that read nothing else."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from tests.factories import make_rule
from wbtest.publishing.rule import Hypothesis
from wbtest.results.evidence_path import HourCounts, look
from wbtest.results.verdict import RunPeriod, Verdict, judge

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
HOUR = 3600
# One pair a variant: how many saw the page in an hour, how many of them signed up in that hour.
Hour = Sequence[tuple[int, int]]


def eager_rule(**changes: Any) -> Hypothesis:
    """A rule that lets a verdict come as early as any rule may."""
    return make_rule(**({"minimum_visitors": 1, "minimum_days": 1} | changes))


def hourly(hours: Sequence[Hour], weights: Sequence[int] = ()) -> HourCounts:
    """Hours that follow each other; nobody comes later than they signed up."""
    first = int(START.timestamp())
    counts = np.array(hours, dtype=np.int64)
    converted = counts[:, :, 1]
    return HourCounts(
        started=first,
        weights=tuple(weights) or (1,) * counts.shape[1],
        hours=first + HOUR * np.arange(len(hours)),
        seen=counts[:, :, 0],
        arrived=converted,
        converted=converted,
    )


def judged(
    hours: HourCounts, *, rule: Hypothesis, days: float = 10, is_trusted: bool = True, **life: Any
) -> Verdict:
    """The verdict ``days`` after the start."""
    now = START + timedelta(days=days)
    lived = RunPeriod(START, life.get("ended_at"), now, life.get("time_zone", "UTC"))
    looks = look(hours, rule, now)
    return judge(rule, hours, looks, lived, is_trusted=is_trusted)


LATE = {"ends_on": date(2027, 12, 31), "maximum_visitors": 10_000_000}
