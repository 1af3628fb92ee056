"""All checks of an experiment, those that are not in order with their likely causes."""

from __future__ import annotations

from collections.abc import Sequence

from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.results.health import check_trust
from wbtest.results.history import History
from wbtest.results.trust import Check
from wbtest.results.trusting.gathering import around, spots
from wbtest.results.trusting.hints import want_places, with_hints
from wbtest.results.verdict import Life


def ask(
    experiment: Experiment,
    rule: Hypothesis,
    counted: History,
    life: Life,
    faults: Sequence[str],
) -> list[Check]:
    """Return every check of a started experiment.

    ``faults`` say in what it differs from what was sealed. Where people came from and on what is
    read only when a check asks for it.
    """
    run = around(experiment, rule, counted, life)
    checks = check_trust(rule, counted, run, faults)
    if not want_places(checks):
        return checks
    return with_hints(checks, counted, run, spots(experiment, rule))
