"""The steps of an experiment: started, paused, resumed, ended, new phases, and what comes after."""

from typing import Any, Literal

import msgspec
from flask import abort, request

from wbtest.api import etags
from wbtest.api.answers import Answer, reads_if_match
from wbtest.api.experiment_shapes import ExperimentShown, VariantShown, shown
from wbtest.api.faults import told_as
from wbtest.api.release_shapes import Given
from wbtest.publishing.experiments import find_variant
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.running import after, life, phases
from wbtest.publishing.running.stages import unopened
from wbtest.publishing.whole_draft import as_it_was_read
from wbtest.team import access


class Reason(Given, kw_only=True):
    """It stands in the experiment's history."""

    why: str


class Weights(Given, kw_only=True):
    """The weight of each variant in the new phase; who is left out gets nobody new."""

    weights: dict[str, int]
    why: str


class WaitingVariant(Given, kw_only=True):
    """A variant that waits for a new phase; it gets its weight there."""

    name: str
    overrides: dict[str, Any]


class Afterwards(Given, kw_only=True):
    """`open` is a waiting list, on the page of `waiting_variant`; `closed` tells the outcome."""

    afterwards: Literal["closed", "open"]
    outcome: str = ""
    waiting_variant: str = ""


class AfterwardsShown(msgspec.Struct):
    """What stands at the address of a test that is over; '' is nothing chosen yet."""

    afterwards: str
    outcome: str
    waiting_variant: str


@reads_if_match
def start_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Seal a checked draft and open its page. Four eyes: who wrote a variant does not start it."""
    experiment = _get(experiment_id)
    with as_it_was_read(experiment, etags.digest_wanted(request.headers.get("If-Match"))):
        life.start(experiment, access.person())
    return shown(experiment)


def pause_experiment(experiment_id: int, body: Reason) -> Answer[ExperimentShown]:
    """Let the page rest; nobody is counted meanwhile."""
    why = life.needed_reason(body.why)
    return shown(life.pause(_get(experiment_id), access.person(), why))


def resume_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Open a page that rests."""
    return shown(life.resume(_get(experiment_id), access.person()))


def end_experiment(experiment_id: int, body: Reason) -> Answer[ExperimentShown]:
    """Close the page for good."""
    why = life.needed_reason(body.why)
    return shown(life.end(_get(experiment_id), access.person(), why))


def open_phase(experiment_id: int, body: Weights) -> Answer[ExperimentShown]:
    """Open a new phase with other weights. Its rates are never pooled with those before."""
    experiment = _get(experiment_id)
    with told_as(**{each.key: f"weights.{each.key}" for each in experiment.variants}):
        phases.open_phase(experiment, access.person(), body.weights, body.why)
    return shown(experiment)


def write_waiting_variant(experiment_id: int, body: WaitingVariant) -> VariantShown:
    """Write a variant for a new phase. Nobody sees it before somebody else opens one with it."""
    experiment = access.get(Experiment, experiment_id, "edit")
    writer = access.person()
    written = phases.write_variant(experiment, writer, name=body.name, overrides=body.overrides)
    return _variant(written)


def change_waiting_variant(experiment_id: int, key: str, body: WaitingVariant) -> VariantShown:
    """Replace name and words of a variant that waits for a new phase."""
    variant, writer = _waiting(experiment_id, key), access.person()
    phases.rewrite_variant(variant, writer, name=body.name, overrides=body.overrides)
    return _variant(variant)


def delete_waiting_variant(experiment_id: int, key: str) -> None:
    """Take a variant away that waits for a new phase."""
    phases.drop_variant(_waiting(experiment_id, key))


def get_afterwards(experiment_id: int) -> AfterwardsShown:
    """What stands at the address of a test that is over."""
    return _afterwards(access.get(Experiment, experiment_id, "own"))


def choose_afterwards(experiment_id: int, body: Afterwards) -> AfterwardsShown:
    """Choose what stands at the address of a test that is over; it can be changed later."""
    experiment = access.get(Experiment, experiment_id, "own")
    after.choose(
        experiment,
        access.person(),
        body.afterwards,
        outcome=body.outcome,
        waiting_variant=body.waiting_variant,
    )
    return _afterwards(experiment)


def _afterwards(experiment: Experiment) -> AfterwardsShown:
    return AfterwardsShown(experiment.afterwards, experiment.outcome, experiment.waiting_variant)


def _variant(found: Variant) -> VariantShown:
    return VariantShown(found.key, found.name, found.weight, found.overrides)


def _waiting(experiment_id: int, key: str) -> Variant:
    experiment = access.get(Experiment, experiment_id, "edit")
    found = find_variant(experiment, key)
    return found if found is not None and found in unopened(experiment) else abort(404)


def _get(experiment_id: int) -> Experiment:
    return access.get(Experiment, experiment_id, "approve")
