"""How long the rows of an experiment are kept, read from its own row."""

from wbtest.audience.leaving.dates import Terms
from wbtest.publishing.models import Experiment
from wbtest.publishing.sealing import sealed_options, sealed_rule
from wbtest.runtime import runtime


def terms_of(experiment: Experiment) -> Terms:
    """Return the terms of an experiment that has ended; a worker may have noticed the end late."""
    rule = sealed_rule(experiment)
    ends_at = rule.ends_at(experiment.time_zone)
    usual = runtime().settings.retention_days
    return Terms(
        over_at=min(experiment.ended_at or ends_at, ends_at),
        days=sealed_options(experiment).retention_days or usual,
        zone=experiment.time_zone,
        window_hours=rule.conversion_window_hours,
        opened_at=experiment.opened_at,
    )
