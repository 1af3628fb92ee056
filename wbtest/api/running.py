"""The steps of an experiment: started, paused, resumed, ended, and what comes after."""

from typing import Literal

import msgspec
from flask import request

from wbtest.api import etags
from wbtest.api.answers import Answer, reads_if_match
from wbtest.api.experiment_shapes import ExperimentShown, shown
from wbtest.api.release_shapes import Given
from wbtest.publishing.models import Experiment
from wbtest.publishing.running import after, life
from wbtest.publishing.whole_draft import as_it_was_read
from wbtest.team import access


class Reason(Given, kw_only=True):
    """It stands in the experiment's history."""

    why: str


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
    """Seal a checked draft and open its page. Four eyes: who wrote words of it does not."""
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


def _get(experiment_id: int) -> Experiment:
    return access.get(Experiment, experiment_id, "approve")
