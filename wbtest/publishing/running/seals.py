"""Whether what an experiment shows is still what was sealed, phase by phase."""

import json
from collections.abc import Mapping
from typing import Any

from wbtest.publishing import copy, rule
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.models import Experiment, Phase


class NotPublishable(Exception):
    """A row that differs from what was approved and sealed; the text says in what."""


def check_seals(experiment: Experiment, pages: Mapping[str, PageCopy]) -> None:
    """Raise NotPublishable unless each phase is as it was sealed, and each page as in its phases.

    ``pages`` are those of all variants that stand in a phase, by key.
    """
    digests = {key: copy.digest(page) for key, page in pages.items()}
    sealed_pages: set[str] = set()
    before = ""
    for phase in experiment.phases:
        seal = _seal_of(experiment, phase)
        sealed = _read(experiment, phase, seal)
        if sealed.get("seal_before", "") != before:
            raise NotPublishable(f"phase {phase.number} does not follow the one before it")
        _check_phase(experiment, phase, sealed)
        if any(digests.get(key) != found for key, found in sealed["pages"].items()):
            raise NotPublishable("the words of a variant differ from the sealed ones")
        sealed_pages.update(sealed["pages"])
        before = seal
    if sealed_pages != digests.keys():
        raise NotPublishable("a variant was never sealed")


def is_whole(experiment: Experiment) -> bool:
    """Whether the sealed text of every phase still has the digest that was mailed."""
    return all(
        rule.digest(_text_of(experiment, phase)) == _seal_of(experiment, phase)
        for phase in experiment.phases
    )


def _seal_of(experiment: Experiment, phase: Phase) -> str:
    """The first phase has no seal of its own: the experiment's is that."""
    return experiment.seal if phase.number == 1 else phase.seal


def _text_of(experiment: Experiment, phase: Phase) -> str:
    return experiment.sealed if phase.number == 1 else phase.sealed


def _read(experiment: Experiment, phase: Phase, seal: str) -> dict[str, Any]:
    text = _text_of(experiment, phase)
    if rule.digest(text) != seal:
        raise NotPublishable("the sealed text differs from its seal")
    sealed: dict[str, Any] = json.loads(text)
    return sealed


def _check_phase(experiment: Experiment, phase: Phase, sealed: Mapping[str, Any]) -> None:
    if (sealed["slug"], sealed["revision"]) != (experiment.slug, experiment.revision.digest):
        raise NotPublishable("address or revision differ from the sealed ones")
    if sealed["rule"] != experiment.rule or sealed["time_zone"] != experiment.time_zone:
        raise NotPublishable("the rule differs from the sealed one")
    if sealed.get("options", {}) != experiment.options:
        raise NotPublishable("the options differ from the sealed ones")
    if phase.number == 1 and sealed.get("reasons", experiment.reasons) != experiment.reasons:
        raise NotPublishable("the reasons of the launch check differ from the sealed ones")
    weights = {entry["key"]: entry["weight"] for entry in sealed["variants"]}
    if (phase.salt, phase.weights) != (sealed["salt"], weights):
        raise NotPublishable("salt or weights differ from the sealed ones")
