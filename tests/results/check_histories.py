"""Short ways to write down what was counted, for checks that read nothing else."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from tests.factories import make_rule
from tests.results.hours import hourly
from wbtest.audience.result_counts import Totals
from wbtest.results.history import History
from wbtest.results.quality_checks import check_trust
from wbtest.results.trust import Check, CheckContext

WEEK = [date(2027, 3, 1) + timedelta(days=k) for k in range(7)]
SOUND = Totals(served=1000, seen=850, converted=70, arrived=70, signups=75, unseen=5, confirmed=50)
NAMES = ("A", "B", "C", "D", "E", "F")


def counted(*variants: Totals, weights: tuple[int, ...] = (), **parts: Any) -> History:
    """A test in which these were counted, in one source and on every weekday."""
    values: dict[str, Any] = {
        "hours": hourly([[(0, 0)] * len(variants)], weights),
        "variants": list(variants),
        "days": {day: list(variants) for day in WEEK},
        "sources": {"newsletter": list(variants)},
        "left_out": {},
        "machines": {},
    }
    return History(**(values | parts))


def checked(
    history: History, around: CheckContext | None = None, *, faults: Sequence[str] = (), **rule: Any
) -> dict[str, Check]:
    """All checks by their keys."""
    run = around or CheckContext(names=NAMES[: len(history.variants)])
    checks = check_trust(make_rule(**rule), history, run, faults)
    return {check.check: check for check in checks}


def visitors(served: int, seen: int, **more: int) -> Totals:
    return Totals(served=served, seen=seen, **more)
