"""What decides how the events of an experiment are counted, read from its row."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from wbtest import driver
from wbtest.audience.recording.cells import Facts
from wbtest.publishing.models import Experiment

HOUR_US = 3_600_000_000
_FACTS = "SELECT time_zone, sealed, purged_at FROM experiments WHERE id = ?"


class NoExperiment(LookupError):
    """Events of an experiment that somebody deleted meanwhile."""


def load_facts(connection: sa.Connection, experiment_id: int) -> Facts:
    """Return what decides how the experiment's events are counted. Raises NoExperiment."""
    found = driver.ask(connection, _FACTS, (experiment_id,))
    if not found:
        raise NoExperiment(f"there is no experiment {experiment_id}")
    [(zone, sealed, purged_at)] = found
    if sealed:
        conversion, hours, sources = _read_sealed(sealed)
    else:
        rule = sa.select(Experiment.rule).where(Experiment.id == experiment_id)
        conversion, hours, sources = _read(connection.execute(rule).scalar_one())
    return Facts(zone, conversion, hours * HOUR_US, sources, is_purged=purged_at is not None)


@lru_cache(maxsize=64)
def _read_sealed(sealed: str) -> tuple[Any, ...]:
    """The same for the same text, which holds all words of the page."""
    return _read(json.loads(sealed)["rule"])


def _read(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    sources = rule.get("sources")
    counted = None if sources is None else tuple(sources)
    return rule["conversion"], rule["conversion_window_hours"], counted
