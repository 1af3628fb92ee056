"""The life of an experiment: started, paused, resumed, ended. What it tests never changes again.

Before the start stands the launch check (``launching``); what is shown at the end is in ``after``.
"""

import secrets
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm.exc import ObjectDeletedError

from wbtest.delivery.worker import for_each
from wbtest.extensions import clock, db
from wbtest.publishing.experiments import count_started
from wbtest.publishing.launch.facts import come_up
from wbtest.publishing.launch.readiness import (
    Missing,
    find_objection,
    find_open_test,
    missing_before_start,
)
from wbtest.publishing.models import Experiment, Step
from wbtest.publishing.running.announcing import announce_step
from wbtest.publishing.running.sealing import draft_digest, seal
from wbtest.publishing.running.seals import sealed_rule
from wbtest.publishing.running.stages import is_checked
from wbtest.review.approvals import NotYours
from wbtest.store import Gone, Invalid, Refused, hold, writing
from wbtest.team.audit import PHRASES, record
from wbtest.team.models import Person
from wbtest.team.settings import announce_change
from wbtest.writing.text_rules import find_fault, joined, on_one_line, seen, with_plain_breaks

LONGEST_WHY = 1_000
UNCHECKED = Missing("checked", "This draft has not passed the launch check since it was changed.")


class NotReady(Refused):
    """A start that lacks something; ``missing`` lists all of it."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__(" ".join(entry.sentence for entry in missing))
        self.missing = missing
        self.faults = {
            what: " ".join(entry.sentence for entry in missing if entry.what == what)
            for what in dict.fromkeys(entry.what for entry in missing)
        }


class AlreadyDone(Refused):
    """The step was taken before, perhaps by the first of two clicks."""


class StillOpen(Refused):
    """A start while another test of the same release is not over: they share one address."""


class ChangedMeanwhile(Refused):
    """A start by somebody who has read another draft."""


def start(experiment: Experiment, person: Person, read: str = "") -> Experiment:
    """Seal rule, variants, weights and salt, open the page, and mail the seal to the approvers.

    ``read`` is the digest of the draft that the person was shown, '' for whoever was shown none.
    Raises AlreadyDone for a second start, StillOpen while another test of the release is not over,
    NotReady with all that is missing, the launch check of
    this very draft among it with each warning of now seen, NotYours when somebody else must
    do it, ChangedMeanwhile when the draft is not what was read.
    """
    with writing():
        # Two experiments of one release start one after the other, so that both know their number.
        _hold_all(experiment)
        hold(experiment.release)
        if experiment.state != "draft":
            raise AlreadyDone(f"/p/{experiment.slug} was started before and is {experiment.state}.")
        if (other := find_open_test(experiment)) is not None:
            raise StillOpen(
                f"Attempt {other.attempt} at /p/{other.slug} is {other.state}. "
                "End it before you start this one."
            )
        if missing := missing_before_start(experiment):
            raise NotReady(missing)
        if objection := find_objection(experiment, person):
            raise NotYours(objection)
        if read and read != draft_digest(experiment):
            raise ChangedMeanwhile(
                "The draft changed after you opened this page. Read it anew, then start it."
            )
        if not is_checked(experiment):
            raise NotReady([UNCHECKED])
        if found := come_up(experiment):
            raise NotReady([Missing("checked", _come_up(found))])
        _close_earlier(experiment, person)
        experiment.attempt = 1 + count_started(experiment.release)
        experiment.identity_key = secrets.token_bytes(32)
        experiment.state, experiment.started_at = "running", clock.now()
        seal(experiment)
        take_step(experiment, "started", person, at=experiment.started_at)
    return experiment


def _hold_all(experiment: Experiment) -> None:
    """Hold all tests of a release, in the order in which *Delete everything* does. Raises Gone."""
    db.session.flush()
    try:
        tests = select(Experiment).where(Experiment.release_id == experiment.release_id)
    except ObjectDeletedError as error:
        raise Gone("Somebody deleted this meanwhile.") from error
    for each in db.session.scalars(tests.order_by(Experiment.id)).all():
        hold(each)


def _close_earlier(experiment: Experiment, person: Person) -> None:
    """Ask nobody any more what stands at the address after an earlier test: it shows this one.

    A waiting list stays, for those who have its form open.
    """
    earlier = select(Experiment).where(
        Experiment.release_id == experiment.release_id,
        Experiment.state == "ended",
        Experiment.afterwards == "",
    )
    for each in db.session.scalars(earlier).all():
        each.afterwards = "closed"
        take_step(each, "closed", person)


def pause(experiment: Experiment, person: Person, why: str = "") -> Experiment:
    """Let the page rest: nobody who comes can sign up or is counted. Raises Invalid for ``why``.

    Whoever has the form open may still send it while the conversion window lasts.
    """
    with writing():
        hold(experiment)
        _demand(experiment, "running", wanted="paused")
        experiment.state = "paused"
        take_step(experiment, "paused", person, reason_of(why))
    return experiment


def resume(experiment: Experiment, person: Person, why: str = "") -> Experiment:
    """Open a paused page again. Raises Refused when its last day is over."""
    with writing():
        hold(experiment)
        _demand(experiment, "paused", wanted="running")
        if ends_at(experiment) <= clock.now():
            raise Refused("The last day of this experiment is over. It can only be ended.")
        experiment.state = "running"
        take_step(experiment, "resumed", person, reason_of(why))
    return experiment


def end(experiment: Experiment, person: Person | None, why: str = "") -> Experiment:
    """Close the page for good. ``person`` is None when the last day is over.

    Raises Invalid for a ``why`` that cannot be kept.
    """
    with writing():
        hold(experiment)
        _demand(experiment, "running", "paused", wanted="ended")
        experiment.state, experiment.ended_at = "ended", clock.now()
        # Nobody can approve them any more.
        for each in [each for each in experiment.corrections if each.approved_at is None]:
            experiment.corrections.remove(each)
        take_step(experiment, "ended", person, reason_of(why), at=experiment.ended_at)
    return experiment


def end_overdue(now: datetime) -> None:
    """End the experiments whose last day is over in their own time zone; a job of the worker."""
    open_ones = db.session.scalars(
        select(Experiment).where(Experiment.state.in_(("running", "paused")))
    ).all()
    for_each(open_ones, lambda experiment: _end_if_over(experiment, now), address_of)


def _end_if_over(experiment: Experiment, now: datetime) -> None:
    if ends_at(experiment) <= now:
        # Somebody may press End in this very moment.
        with suppress(AlreadyDone):
            end(experiment, None)


def _come_up(names: list[str]) -> str:
    return f"Since the launch check something came up: {joined(names)}. Read it, then start."


def address_of(experiment: Experiment) -> str:
    """Return the path of its page, by which the team knows the experiment."""
    return f"/p/{experiment.slug}"


def file_stem(experiment: Experiment) -> str:
    """Return what the names of its files begin with; no two tests of an idea share it."""
    number = f"-attempt-{experiment.attempt}" if experiment.attempt > 1 else ""
    return f"{experiment.slug}{number}"


def ends_at(experiment: Experiment) -> datetime:
    """The moment, in UTC, at which the experiment's last day is over."""
    return sealed_rule(experiment).ends_at(experiment.time_zone)


def _demand(experiment: Experiment, *states: str, wanted: str) -> None:
    if experiment.state == wanted:
        raise AlreadyDone(f"/p/{experiment.slug} is {wanted} already.")
    if experiment.state not in states:
        raise Refused(f"/p/{experiment.slug} is {experiment.state}, so this cannot be done.")


def reason_of(why: str) -> str:
    """Return a typed reason as it is kept. Raises Invalid for one that cannot be."""
    text = seen(on_one_line(with_plain_breaks(why)))
    if fault := find_fault(text, LONGEST_WHY):
        raise Invalid("why", fault)
    return text


def needed_reason(why: str) -> str:
    """Return the reason that a person gives for a step. Raises Invalid without one."""
    text = reason_of(why)
    if not text:
        raise Invalid("why", "Say why: it stands in the experiment’s history. Go back, and add it.")
    return text


def take_step(
    experiment: Experiment,
    what: str,
    person: Person | None,
    why: str = "",
    *,
    at: datetime | None = None,
) -> None:
    """Write the step down, ``at`` now or the moment that the row has of it, too.

    Lets doors and webhooks know. Joins the open transaction.
    """
    number = len(experiment.steps) + 1
    at = at or clock.now()
    experiment.steps.append(Step(number=number, what=what, person=person, at=at, why=why))
    announce_step(experiment, what)
    if (action := f"experiment.{what}") in PHRASES:
        record(action, f"/p/{experiment.slug}", by=person)
    # Nobody is shown a draft.
    if experiment.state != "draft":
        announce_change()
