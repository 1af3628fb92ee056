"""Crowds of visitors, written straight into the roll-up: how they get there is tested elsewhere."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from wbtest.audience.models import HourlyCount, MachineCount
from wbtest.audience.recording import totals
from wbtest.audience.recording.facts import load_facts
from wbtest.audience.recording.hours import hour_of
from wbtest.audience.recording.recount import stored
from wbtest.publishing.models import Experiment
from wbtest.store import insert, writing

# People come between breakfast and bedtime, most of them after work.
HOURS = (7, 9, 12, 13, 17, 18, 19, 20, 21)


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
    adds_up: bool = True,
    **counts: int,
) -> None:
    """Count one hour. Everybody seen was served, and signed up in the same hour or never."""
    cell = {
        "experiment_id": experiment.id,
        "variant": variant,
        "hour": hour,
        "source": source,
        "device": "phone",
        "language": "en",
        "excluded_because": excluded_because,
    }
    numbers = {
        "served": seen,
        "seen": seen,
        "converted": converted,
        "arrived": converted,
        "signups": converted,
    } | counts
    with writing() as session:
        row = insert(session.get_bind().dialect.name, HourlyCount).values(cell | numbers)
        session.execute(row.on_conflict_do_update(index_elements=[*cell], set_=numbers))
        if adds_up:
            add_up(experiment)


def add_up(experiment: Experiment) -> None:
    """Let the coarser roll-ups say what the hourly ones say."""
    with writing() as session:
        session.flush()
        connection = session.connection()
        facts = load_facts(connection, experiment.id)
        totals.rebuild(connection, experiment.id, stored(connection, experiment.id), facts)


def count_day(
    experiment: Experiment,
    day: int,
    variant: str = "control",
    *,
    seen: int,
    converted: int,
    source: str = "newsletter",
    **counts: int,
) -> None:
    """Count the ``day``-th local day of an experiment, 0 for the one on which it began."""
    zone = ZoneInfo(experiment.time_zone)
    assert experiment.started_at is not None
    start = experiment.started_at.astimezone(zone)
    spread = {
        name: split(number, len(HOURS))
        for name, number in ({"seen": seen, "converted": converted} | counts).items()
    }
    # One transaction for the day: each one waits for the disk.
    with writing():
        for k, hour in enumerate(HOURS):
            moment = datetime(start.year, start.month, start.day, hour, tzinfo=zone).timestamp()
            at_us = int((moment + day * 86400) * 1_000_000)
            parts = {name: numbers[k] for name, numbers in spread.items()}
            name = hour_of(at_us, experiment.time_zone)
            count_hour(experiment, name, variant, source=source, adds_up=False, **parts)
        add_up(experiment)


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
