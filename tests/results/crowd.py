"""Crowds of visitors, written straight into the roll-up: how they get there is tested elsewhere."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from wbtest.audience.models import HourlyCount, MachineCount
from wbtest.audience.recording import ledger
from wbtest.audience.recording.counting_rules import hour_of
from wbtest.audience.recording.ledger import load_rules
from wbtest.audience.recording.rollup import load_rollup
from wbtest.publishing.models import Experiment
from wbtest.store import insert, writing

# People come between breakfast and bedtime, most of them after work.
HOURS = (7, 9, 12, 13, 17, 18, 19, 20, 21)
# What tells one row of the roll-up from another.
KEY = ("experiment_id", "variant", "hour", "source", "device", "language", "excluded_because")


def split(number: int, parts: int) -> list[int]:
    """Spread a number as evenly as whole numbers allow."""
    return [number * (k + 1) // parts - number * k // parts for k in range(parts)]


def count_hour(
    experiment: Experiment,
    hour: int,
    variant: str = "control",
    *,
    seen: int = 0,
    converted: int = 0,
    source: str = "newsletter",
    excluded_because: str = "",
    **counts: int,
) -> None:
    """Count one hour. Everybody seen was served, and signed up in the same hour or never."""
    cell = {"variant": variant, "source": source, "excluded_because": excluded_because}
    numbers = {"seen": seen, "converted": converted} | counts
    _store(experiment, [cell | {"hour": hour} | numbers])


def _store(experiment: Experiment, hours: list[dict[str, Any]]) -> None:
    """Store these hours, or what they count now, and add all up once."""
    cells = {"experiment_id": experiment.id, "device": "phone", "language": "en"}
    rows = []
    for hour in hours:
        everybody = {"served": hour["seen"]}
        who_signed_up = dict.fromkeys(("arrived", "signups"), hour["converted"])
        rows.append(cells | everybody | who_signed_up | hour)
    with writing() as session:
        statement = insert(session.get_bind().dialect.name, HourlyCount)
        numbers = {name: statement.excluded[name] for name in rows[0] if name not in KEY}
        session.execute(statement.on_conflict_do_update(index_elements=KEY, set_=numbers), rows)
        add_up(experiment)


def add_up(experiment: Experiment) -> None:
    """Let the coarser roll-ups say what the hourly ones say."""
    with writing() as session:
        session.flush()
        connection = session.connection()
        facts = load_rules(connection, experiment.id)
        ledger.rebuild_totals(
            connection, experiment.id, load_rollup(connection, experiment.id), facts
        )


def count_day(experiment: Experiment, day: int, variant: str = "control", **counts: Any) -> None:
    """Count the ``day``-th local day of an experiment, 0 for the one on which it began."""
    count_days(experiment, [day], variant, **counts)


def count_days(
    experiment: Experiment,
    days: Iterable[int],
    variant: str = "control",
    *,
    source: str = "newsletter",
    **counts: int,
) -> None:
    """Count the same on each of these days: how many were ``seen``, how many ``converted``."""
    zone = ZoneInfo(experiment.time_zone)
    assert experiment.started_at is not None
    start = experiment.started_at.astimezone(zone)
    cell = {"variant": variant, "source": source, "excluded_because": ""}
    spread = {name: split(number, len(HOURS)) for name, number in counts.items()}
    hours = []
    for day, (k, hour) in product(days, enumerate(HOURS)):
        moment = datetime(start.year, start.month, start.day, hour, tzinfo=zone).timestamp()
        name = hour_of(int((moment + day * 86400) * 1_000_000), experiment.time_zone)
        hours.append(cell | {"hour": name} | {name: parts[k] for name, parts in spread.items()})
    _store(experiment, hours)


def count_machines(experiment: Experiment, number: int, reason: str = "bot") -> None:
    """Count requests of machines in the hour of the start."""
    assert experiment.started_at is not None
    row = MachineCount(
        experiment_id=experiment.id,
        variant="control",
        hour=int(experiment.started_at.astimezone(UTC).timestamp()) // 3600 * 3600,
        reason=reason,
        family="other",
        count=number,
    )
    with writing() as session:
        session.add(row)
        add_up(experiment)
