"""The rules by which the events of an experiment are counted, read from its row."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from wbtest import driver
from wbtest.audience.recording.hours import HOUR_US
from wbtest.audience.recording.rollup_cells import AnnouncedCrowd, CountingRules
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import NetworkLimits
from wbtest.publishing.rule import crowd_from_json as read_crowd
from wbtest.publishing.sealing import BROKEN

USUAL_LIMITS = NetworkLimits()
_RULES = "SELECT time_zone, sealed, purged_at, identity_key FROM experiments WHERE id = ?"


class NoExperiment(LookupError):
    """Events of an experiment that is deleted, or whose rule or time zone can't be read."""


def load_rules(connection: sa.Connection, experiment_id: int) -> CountingRules:
    """Return what decides how the experiment's events are counted. Raises NoExperiment.

    That is the sealed rule; the row's copy of it where there is none that can be read.
    """
    rows = driver.ask(connection, _RULES, (experiment_id,))
    if not rows:
        raise NoExperiment(f"there is no experiment {experiment_id}")
    [(zone, sealed, purged_at, key)] = rows
    try:
        ZoneInfo(zone)
    except BROKEN as error:
        raise NoExperiment(f"experiment {experiment_id}: its time zone can’t be read") from error
    try:
        found = _read_sealed(sealed)
    except BROKEN:
        found = _read_copy(connection, experiment_id)
    return found._replace(zone=zone, is_purged=purged_at is not None, key=key)


@lru_cache(maxsize=64)
def _read_sealed(sealed: str) -> CountingRules:
    """The same for the same text, which holds all words of the page."""
    found = json.loads(sealed)
    return _read(found["rule"], NetworkLimits(**found["network_limits"]))


def _read_copy(connection: sa.Connection, experiment_id: int) -> CountingRules:
    rule = sa.select(Experiment.rule).where(Experiment.id == experiment_id)
    try:
        return _read(connection.execute(rule).scalar_one())
    except BROKEN as error:
        raise NoExperiment(f"experiment {experiment_id}: its rule can’t be read") from error


def _read(rule: Mapping[str, Any], limits: NetworkLimits = USUAL_LIMITS) -> CountingRules:
    """What the rule alone decides; the zone is still missing."""
    sources = rule.get("sources")
    return CountingRules(
        zone="",
        conversion=rule["conversion"],
        window_us=rule["conversion_window_hours"] * HOUR_US,
        sources=None if sources is None else tuple(sources),
        limits=limits,
        crowds=tuple(_crowd_of(crowd) for crowd in rule.get("crowds", ())),
    )


def _crowd_of(values: Mapping[str, Any]) -> AnnouncedCrowd:
    crowd = read_crowd(values)
    from_us, until_us = (round(at.timestamp() * 1e6) for at in (crowd.from_at, crowd.until_at))
    return AnnouncedCrowd(from_us, until_us, crowd.people, crowd.networks)
