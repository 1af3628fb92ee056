"""How long the rows of an experiment are kept, read from its own row."""

from wbtest.audience.leaving.dates import Terms
from wbtest.publishing import rule as rules
from wbtest.publishing.choices import options
from wbtest.publishing.models import Experiment
from wbtest.runtime import runtime


def terms_of(experiment: Experiment) -> Terms:
    """Return the terms of an experiment that has ended; a worker may have noticed the end late."""
    rule = rules.from_json(experiment.rule)
    ends_at = rule.ends_at(experiment.time_zone)
    usual = runtime().settings.retention_days
    return Terms(
        over_at=min(experiment.ended_at or ends_at, ends_at),
        days=options.from_json(experiment.options).retention_days or usual,
        zone=experiment.time_zone,
        window_hours=rule.conversion_window_hours,
        opened_at=experiment.opened_at,
    )
