"""From a memo's file back to its figures, without a database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wbtest.publishing.models import Experiment, Phase, Variant
from wbtest.publishing.running.seals import is_whole
from wbtest.results.deciding.data import counted_from
from wbtest.results.figures import results_from, sealed_rule
from wbtest.results.figures_json import results_json
from wbtest.results.health import check_measurement
from wbtest.results.history import History
from wbtest.results.trust import Check


def figures_from(export: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures that follow from the counts by the sealed rule.

    What counts alone cannot tell is taken as the memo states it: the checks of trust that rest on
    rows. Raises ValueError for counts that cannot be.
    """
    experiment = experiment_of(export)
    counted = counted_from(export["data"])
    now = datetime.fromisoformat(export["memo"]["figures"]["as_of"])
    results = results_from(experiment, counted, _trust(export, experiment, counted), now)
    return results_json(results) | {"seal": experiment.seal}


def experiment_of(export: Mapping[str, Any]) -> Experiment:
    """Return the experiment as the file describes it; no database knows it."""
    memo, sealed = export["memo"], export["sealed"]
    facts, seals = memo["experiment"], memo["digests"]["seals"]
    first = json.loads(sealed[0])
    started_at = datetime.fromisoformat(facts["started_at"])
    ended_at = facts["ended_at"]
    state = "ended" if ended_at else "paused" if facts["is_paused"] else "running"
    return Experiment(
        slug=first["slug"],
        state=state,
        time_zone=first["time_zone"],
        rule=first["rule"],
        sealed=sealed[0],
        seal=seals[0],
        attempt=memo["figures"]["attempt"],
        started_at=started_at,
        ended_at=datetime.fromisoformat(ended_at) if ended_at else None,
        variants=[
            Variant(key=entry["key"], position=position, name=entry["name"], weight=1)
            for position, entry in enumerate(facts["variants"])
        ],
        phases=[_phase(export, number) for number in range(1, len(sealed) + 1)],
    )


def _phase(export: Mapping[str, Any], number: int) -> Phase:
    sealed = export["sealed"][number - 1]
    values = json.loads(sealed)
    # Figures say the moment exactly, counts in whole seconds.
    started_at = export["memo"]["figures"]["phases"][number - 1]["started_at"]
    return Phase(
        number=number,
        salt=values["salt"],
        weights={entry["key"]: entry["weight"] for entry in values["variants"]},
        started_at=datetime.fromisoformat(started_at).astimezone(UTC),
        sealed=sealed if number > 1 else "",
        seal=export["memo"]["digests"]["seals"][number - 1] if number > 1 else "",
    )


def _trust(export: Mapping[str, Any], experiment: Experiment, counted: History) -> list[Check]:
    """The checks that counts can tell, anew, in the order of the memo, and the others as stated."""
    rule = sealed_rule(experiment)
    told = check_measurement(rule, counted, is_seal_whole=is_whole(experiment))
    anew = {check.check: check for check in told}
    stated = [check for check in export["memo"]["trust"] if check["check"] != "since"]
    return [
        anew.get(check["check"])
        or Check(check["check"], check["state"], check["reason"], check["title"], check["value"])
        for check in stated
    ] + [check for check in told if check.check not in {each["check"] for each in stated}]
