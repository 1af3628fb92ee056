"""What decides how the events of an experiment are counted, read from its row."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from wbtest import driver
from wbtest.audience.recording.cells import Facts
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import BROKEN

HOUR_US = 3_600_000_000
_FACTS = "SELECT time_zone, sealed, purged_at FROM experiments WHERE id = ?"


class NoExperiment(LookupError):
    """Events of an experiment that is deleted, or whose rule or time zone can't be read."""


def load_facts(connection: sa.Connection, experiment_id: int) -> Facts:
    """Return what decides how the experiment's events are counted. Raises NoExperiment.

    That is the sealed rule; the row's copy of it where there is none that can be read.
    """
    found = driver.ask(connection, _FACTS, (experiment_id,))
    if not found:
        raise NoExperiment(f"there is no experiment {experiment_id}")
    [(zone, sealed, purged_at)] = found
    try:
        ZoneInfo(zone)
    except BROKEN as error:
        raise NoExperiment(f"experiment {experiment_id}: its time zone can’t be read") from error
    try:
        conversion, hours, sources = _read_sealed(sealed)
    except BROKEN:
        conversion, hours, sources = _read_copy(connection, experiment_id)
    return Facts(zone, conversion, hours * HOUR_US, sources, is_purged=purged_at is not None)


@lru_cache(maxsize=64)
def _read_sealed(sealed: str) -> tuple[Any, ...]:
    """The same for the same text, which holds all words of the page."""
    return _read(json.loads(sealed)["rule"])


def _read_copy(connection: sa.Connection, experiment_id: int) -> tuple[Any, ...]:
    rule = sa.select(Experiment.rule).where(Experiment.id == experiment_id)
    try:
        return _read(connection.execute(rule).scalar_one())
    except BROKEN as error:
        raise NoExperiment(f"experiment {experiment_id}: its rule can’t be read") from error


def _read(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    sources = rule.get("sources")
    counted = None if sources is None else tuple(sources)
    return rule["conversion"], rule["conversion_window_hours"], counted
