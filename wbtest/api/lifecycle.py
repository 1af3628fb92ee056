"""Start, pause and end an experiment; what follows for its page and its visitors."""

from datetime import datetime
from typing import Literal

import msgspec
from flask import request

from wbtest.api import parsing
from wbtest.api.experiments import ExperimentShown, experiment_answer
from wbtest.api.serialization import Answer, RequestBody, reads_if_match
from wbtest.audience.erasure import erase_for
from wbtest.audience.outcome_mail import count_recipients
from wbtest.audience.retention import is_purge_done, purge_now
from wbtest.decisions.decision_views import tell_signups
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.publishing.whole_drafts import unchanged_draft
from wbtest.store import Invalid
from wbtest.team import access


class Reason(RequestBody, kw_only=True):
    """It appears in the test's history."""

    why: str


class Afterwards(RequestBody, kw_only=True):
    """`open` is a waiting list, on the page of `waiting_variant`; `closed` tells the outcome."""

    afterwards: Literal["closed", "open"]
    outcome: str = ""
    waiting_variant: str = ""


class AfterwardsShown(msgspec.Struct):
    """What is shown at the address of an ended test; '' is nothing chosen yet."""

    afterwards: str
    outcome: str
    waiting_variant: str


@reads_if_match
def start_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Lock a checked draft and open its page. Nobody who wrote any of it can."""
    experiment = _get_running(experiment_id)
    with unchanged_draft(experiment, parsing.digest_wanted(request.headers.get("If-Match"))):
        lifecycle.start(experiment, access.person())
    return experiment_answer(experiment)


def pause_experiment(experiment_id: int, body: Reason) -> Answer[ExperimentShown]:
    """Pause the page; nobody is counted meanwhile."""
    why = lifecycle.needed_reason(body.why)
    return experiment_answer(lifecycle.pause(_get_running(experiment_id), access.person(), why))


def resume_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Resume a paused page."""
    return experiment_answer(lifecycle.resume(_get_running(experiment_id), access.person()))


def end_experiment(experiment_id: int, body: Reason) -> Answer[ExperimentShown]:
    """Close the page for good."""
    why = lifecycle.needed_reason(body.why)
    return experiment_answer(lifecycle.end(_get_running(experiment_id), access.person(), why))


def get_afterwards(experiment_id: int) -> AfterwardsShown:
    """What is shown at the address of an ended test."""
    return _afterwards_response(access.get(Experiment, experiment_id, "own"))


def choose_afterwards(experiment_id: int, body: Afterwards) -> AfterwardsShown:
    """Choose what is shown at the address of an ended test; it can be changed later."""
    experiment = access.get(Experiment, experiment_id, "own")
    lifecycle.choose_afterwards(
        experiment,
        access.person(),
        body.afterwards,
        outcome=body.outcome,
        waiting_variant=body.waiting_variant,
    )
    return _afterwards_response(experiment)


def _afterwards_response(experiment: Experiment) -> AfterwardsShown:
    return AfterwardsShown(experiment.afterwards, experiment.outcome, experiment.waiting_variant)


def _get_running(experiment_id: int) -> Experiment:
    return access.get(Experiment, experiment_id, "approve")


class LastLetter(RequestBody, kw_only=True):
    """What everybody who signed up and agreed to email is told, once."""

    text: str


class LoopShown(msgspec.Struct, kw_only=True):
    """How many have their mail, how many still get it, and whether visitors are erased."""

    text: str
    told_at: datetime | None
    told: int
    to_tell: int
    purged_at: datetime | None
    is_purged: bool


class Purging(RequestBody, kw_only=True):
    """The address of the test, typed once more: nothing brings back what is erased."""

    slug: str


class Erasing(RequestBody, kw_only=True):
    """The address of whoever asked for it."""

    email: str


def get_closing(experiment_id: int) -> LoopShown:
    """Progress of the final email and of the deletion."""
    return _loop_response(access.get(Experiment, experiment_id, "approve"))


def tell_visitors(experiment_id: int, body: LastLetter) -> LoopShown:
    """Email everybody who signed up what was decided; once, after the test ends."""
    experiment = access.get(Experiment, experiment_id, "approve")
    return _loop_response(tell_signups(experiment, access.person(), body.text))


def purge_visitors(experiment_id: int, body: Purging) -> LoopShown:
    """Erase what is known of the visitors before the day that was promised."""
    experiment = access.get(Experiment, experiment_id, "own")
    if body.slug.strip().lower().removeprefix("/p/") != experiment.slug:
        raise Invalid("slug", f"Give {experiment.slug} to erase what is known of its visitors.")
    purge_now(experiment, access.person())
    return _loop_response(experiment)


def erase_signup(experiment_id: int, body: Erasing) -> None:
    """Delete somebody's data at their request. No count changes."""
    experiment = access.get(Experiment, experiment_id, "own")
    erase_for(experiment, access.person(), body.email)


def _loop_response(experiment: Experiment) -> LoopShown:
    hearers = count_recipients(experiment)
    return LoopShown(
        text=experiment.last_letter,
        told_at=experiment.last_letter_at,
        told=hearers.told,
        to_tell=hearers.to_tell,
        purged_at=experiment.purged_at,
        is_purged=is_purge_done(experiment),
    )
