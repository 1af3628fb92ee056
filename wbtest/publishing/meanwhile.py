"""Two people at one draft: nobody replaces what they have not read."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from wbtest.publishing import rule as rules
from wbtest.publishing.models import Experiment, Variant
from wbtest.store import Invalid

CHANGED = (
    "Somebody else changed this after you opened it. What you typed still stands below. Look at "
    "theirs on the page of the experiment, then save again to put yours in its place."
)


class Overtaken(Invalid):
    """A change of something that is not what its author was shown."""


def part_digest(*values: Any) -> str:
    """SHA-256 of a part of a draft as a form shows it, 64 hex digits."""
    return rules.digest(json.dumps(values, sort_keys=True))


def demand_same(read: str, *values: Any) -> None:
    """Raise Overtaken when ``values`` are not those of which ``read`` is the digest.

    ``read`` is '' for whoever was shown none.
    """
    if read and read != part_digest(*values):
        raise Overtaken("", CHANGED)


def rule_parts(experiment: Experiment) -> tuple[Any, ...]:
    """Return everything of an experiment but its variants, as ``change_rule`` replaces it."""
    settings = (experiment.time_zone, experiment.asks_name, experiment.expected_daily)
    return experiment.slug, experiment.rule, *settings


def variant_parts(variant: Variant) -> tuple[Any, ...]:
    """Return what a change of a variant replaces."""
    return variant.name, variant.weight, variant.overrides


def find_same(
    variants: Iterable[Variant], name: str, weight: int, overrides: Mapping[str, Any]
) -> Variant | None:
    """The one of the variants that says and weighs just this, or None."""
    wanted = (name.strip(), weight, overrides)
    return next((each for each in variants if variant_parts(each) == wanted), None)
