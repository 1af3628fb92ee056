"""From a memo's file back to its figures and to the checks of trust, without a database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.running.seals import is_whole
from wbtest.results.deciding.data import counted_from
from wbtest.results.deciding.recounting import checks_from
from wbtest.results.figures import Results, results_from


class Recomputed(NamedTuple):
    """The figures that follow, and what of each check only the memo states."""

    results: Results
    stated: Mapping[str, frozenset[str]]


def recompute(export: Mapping[str, Any], *, is_ours: bool) -> Recomputed:
    """Return what follows from the counts by the sealed rule.

    Taken as the memo states it: the moment, the end, the number of the attempt, and the checks of
    trust that rest on rows. ``is_ours``: this very version made it, so its checks are ours. Raises
    ValueError, LookupError, TypeError or ArithmeticError for counts that cannot be.
    """
    experiment, counted = experiment_of(export), counted_from(export["data"])
    now = datetime.fromisoformat(export["memo"]["figures"]["as_of"])
    checks, stated = checks_from(
        export["memo"]["trust"],
        experiment,
        counted,
        now,
        is_seal_whole=is_whole(experiment),
        is_ours=is_ours,
    )
    return Recomputed(results_from(experiment, counted, checks, now), stated)


def experiment_of(export: Mapping[str, Any]) -> Experiment:
    """Return the experiment as the file describes it; no database knows it."""
    memo, sealed = export["memo"], json.loads(export["sealed"])
    facts, names = memo["experiment"], names_of(sealed)
    weights = {variant["key"]: variant["weight"] for variant in sealed["variants"]}
    ended_at = facts["ended_at"]
    state = "ended" if ended_at else "paused" if facts["is_paused"] else "running"
    return Experiment(
        slug=sealed["slug"],
        state=state,
        time_zone=sealed["time_zone"],
        rule=sealed["rule"],
        options=sealed.get("options", {}),
        sealed=export["sealed"],
        seal=memo["digests"]["seal"],
        attempt=memo["figures"]["attempt"],
        started_at=datetime.fromisoformat(facts["started_at"]).astimezone(UTC),
        ended_at=datetime.fromisoformat(ended_at) if ended_at else None,
        variants=[
            Variant(key=key, position=position, name=names[key], weight=weights[key])
            for position, key in enumerate(export["data"]["variants"])
        ],
    )


def names_of(sealed: Mapping[str, Any]) -> dict[str, str]:
    """Return the name of each variant that was sealed, by its key."""
    return {variant["key"]: variant["name"] or variant["key"] for variant in sealed["variants"]}
