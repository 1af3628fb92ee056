"""The life of an experiment: checked, started, paused, resumed, ended, and what follows.

What it tests never changes after the start. Each step is a row, and webhooks are told of it.
"""

import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.exc import ObjectDeletedError

from wbtest.delivery import webhooks, worker
from wbtest.extensions import clock, db
from wbtest.networks import Reach
from wbtest.publishing import experiment_stages, experiments, launch_check
from wbtest.publishing.corrections import cut_for
from wbtest.publishing.launch_readiness import (
    Missing,
    find_objection,
    find_open_test,
    findings_of,
    missing_before_start,
    news_since_check,
    unseen_warnings,
    warnings_of,
)
from wbtest.publishing.models import Experiment, Step, name_of_test
from wbtest.publishing.own_hosts import page_url
from wbtest.publishing.sealing import draft_digest, seal_experiment, sealed_rule
from wbtest.review.approvals import NotYours
from wbtest.store import Gone, Invalid, Refused, hold, writing
from wbtest.team import audit, settings
from wbtest.team.models import Person
from wbtest.writing.text_rules import find_fault, joined, on_one_line, seen, with_plain_breaks

LONGEST_WHY = 1_000
UNCHECKED = Missing("checked", "This draft changed since its launch check. Check it again.")
AFTERWARDS = {"closed": "The test has ended", "open": "A waiting list"}
LONGEST_OUTCOME = 2_000


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

    ``read`` is the digest of the draft that the person was shown, '' where they were shown none.
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
                f"Test {other.attempt} at /p/{other.slug} is {other.state}. "
                "End it before you start this one."
            )
        if missing := missing_before_start(experiment):
            raise NotReady(missing)
        if objection := find_objection(experiment, person):
            raise NotYours(objection)
        if read and read != draft_digest(experiment):
            raise ChangedMeanwhile(
                "The draft changed after you opened this page. Read it again, then start it."
            )
        if not experiment_stages.is_checked(experiment):
            raise NotReady([UNCHECKED])
        if found := news_since_check(experiment):
            said = f"Since the launch check something came up: {joined(found)}."
            raise NotReady([Missing("checked", f"{said} Read it, then start.")])
        _close_earlier(experiment, person)
        experiment.attempt = 1 + experiments.count_started(experiment.release)
        experiment.identity_key = secrets.token_bytes(32)
        experiment.state, experiment.started_at = "running", clock.now()
        seal_experiment(experiment)
        experiment.typeface = cut_for(experiment)
        take_step(experiment, "started", person, at=experiment.started_at)
    return experiment


def _hold_all(experiment: Experiment) -> None:
    """Hold all tests of a release, in the order in which *Delete everything* does. Raises Gone."""
    db.session.flush()
    try:
        tests = select(Experiment).where(Experiment.release_id == experiment.release_id)
    except ObjectDeletedError as error:
        raise Gone("Someone has deleted this.") from error
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

    A visitor who has the form open may still send it while the conversion window lasts.
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
            raise Refused("The last day of this test is over. You can only end it.")
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
    worker.for_each(open_ones, lambda experiment: _end_if_over(experiment, now), address_of)


def _end_if_over(experiment: Experiment, now: datetime) -> None:
    if ends_at(experiment) <= now:
        # Somebody may press End in this very moment.
        with suppress(AlreadyDone):
            end(experiment, None)


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
        raise AlreadyDone(f"/p/{experiment.slug} is already {wanted}.")
    if experiment.state not in states:
        raise Refused(f"/p/{experiment.slug} is {experiment.state}, so you can’t do this.")


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
        raise Invalid("why", "Say why. It’s kept in the test’s history.")
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
    action = f"experiment.{what}"
    # Of the launch check and the like nobody else is told.
    if action in webhooks.KINDS:
        webhooks.emit(action, event_facts(experiment))
    if action in audit.PHRASES:
        audit.record(action, name_of_test(experiment), by=person)
    # Nobody is shown a draft.
    if experiment.state != "draft":
        settings.announce_change()


def event_facts(experiment: Experiment) -> dict[str, Any]:
    """Return what every event about an experiment says of it."""
    return {
        "experiment": experiment.id,
        "slug": experiment.slug,
        "url": page_url(experiment),
    }


class WarningsUnseen(Invalid):
    """A check by somebody who wasn't shown each warning; ``whats`` are the ones they lack."""

    def __init__(self, whats: list[str]) -> None:
        names = joined([launch_check.NAMES[what] for what in whats])
        super().__init__("seen", f"You haven’t seen every warning: {names}. Read them first.")
        self.whats = whats


def record_check(
    experiment: Experiment,
    person: Person,
    seen: Collection[str],
    read: str = "",
    reach: Reach = "",
) -> Experiment:
    """Remember that this draft passed the launch check, and the warnings that the person saw.

    ``seen`` is what the warnings are about that they were shown; ``read`` is the digest of the
    draft that they were shown, ``reach`` how they reached the server. Raises NotReady with the
    blockers, WarningsUnseen, ChangedMeanwhile when the draft is not what was read, AlreadyDone
    after the start.
    """
    with writing():
        hold(experiment)
        if experiment.state != "draft":
            raise AlreadyDone(f"/p/{experiment.slug} was started before.")
        if read and read != draft_digest(experiment):
            raise ChangedMeanwhile("The draft changed after you opened this page. Check it again.")
        found = findings_of(experiment, reach)
        blockers = [entry for entry in found if entry.kind == "blocker"]
        if blockers:
            raise NotReady([Missing(entry.what, entry.sentence) for entry in blockers])
        if unseen := unseen_warnings(found, seen):
            raise WarningsUnseen(unseen)
        experiment.warnings_seen = warnings_of(found)
        experiment.checked_digest = draft_digest(experiment)
        names = [f"“{launch_check.NAMES[what]}”" for what in experiment.warnings_seen]
        why = f"The launch check warned about {joined(names)}." if names else ""
        take_step(experiment, "checked", person, why)
    return experiment


def check_and_start(
    experiment: Experiment,
    person: Person,
    seen: Collection[str],
    read: str = "",
    reach: Reach = "",
) -> Experiment:
    """Pass the launch check and start, both or neither. Raises what each of them does."""
    with writing():
        record_check(experiment, person, seen, read, reach)
        return start(experiment, person, read)


class NotOver(Refused):
    """A choice for the time after the end, while the test is not over."""


class Replaced(Refused):
    """A choice for an address that shows a newer test."""


def demand_choice(experiment: Experiment) -> None:
    """Raise NotOver or Replaced where what stands at the address is not this test's to choose."""
    if experiment.state != "ended":
        raise NotOver("This test hasn’t ended yet.")
    if newer := experiments.find_newer_test(experiment):
        raise Replaced(
            f"/p/{newer.slug} now shows test {newer.attempt}. "
            "Once that test is over, choose there what the page shows next."
        )


def choose_afterwards(
    experiment: Experiment,
    person: Person,
    afterwards: str,
    *,
    outcome: str = "",
    waiting_variant: str = "",
    leaves_host: bool = False,
) -> Experiment:
    """Close the address with the outcome in the team's words, or open a waiting list there.

    ``leaves_host`` takes their own hosts from all ended tests of the idea: links that name one lead
    nowhere then, and nobody who gets the domain next gets visitors.

    ``waiting_variant`` is the key of the page that everybody is shown then. The list counts as open
    from its first opening on, since that is what those were promised who joined. Raises NotOver,
    Replaced, or Invalid naming the field; the same once more changes nothing.
    """
    with writing():
        hold(experiment)
        demand_choice(experiment)
        told = with_plain_breaks(outcome).strip()
        if afterwards not in AFTERWARDS:
            raise Invalid("afterwards", "Choose one of the two.")
        if fault := find_fault(told, LONGEST_OUTCOME):
            raise Invalid("outcome", fault)
        if afterwards == "open":
            _check_list(experiment, waiting_variant)
        chosen = (afterwards, told, waiting_variant if afterwards == "open" else "")
        left = _leave_hosts(experiment) if leaves_host else []
        now = (experiment.afterwards, experiment.outcome, experiment.waiting_variant)
        if chosen == now and not left:
            return experiment
        experiment.afterwards, experiment.outcome, experiment.waiting_variant = chosen
        if afterwards == "open" and experiment.opened_at is None:
            experiment.opened_at = clock.now()
        what = "opened" if afterwards == "open" else "closed"
        moved = f"Left {joined(left)}. " if left else ""
        take_step(experiment, what, person, f"{moved}{told}".rstrip())
    return experiment


def _leave_hosts(experiment: Experiment) -> list[str]:
    """Take their own hosts from all ended tests of the idea; return the hosts."""
    left = ended_with_host(experiment)
    hosts = sorted({each.host for each in left})
    for each in left:
        each.host = ""
    return hosts


def ended_with_host(experiment: Experiment) -> Sequence[Experiment]:
    """Return the ended tests of the idea that have a host of their own."""
    ended = select(Experiment).where(
        Experiment.release_id == experiment.release_id,
        Experiment.state == "ended",
        Experiment.host != "",
    )
    return db.session.scalars(ended).all()


def _check_list(experiment: Experiment, key: str) -> None:
    if experiment.identity_key is None:
        raise Invalid(
            "afterwards",
            "This test’s visitor data is deleted, and with it the key that signs the forms. Create "
            "a new test for a new list.",
        )
    if key not in {variant.key for variant in experiment.variants}:
        raise Invalid("waiting_variant", "Choose the page for the waiting list.")
