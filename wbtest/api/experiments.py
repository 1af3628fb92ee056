"""Experiments: drafts with their rule and variants, the launch check, each step, and the end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from flask import request
from msgspec import UNSET, UnsetType

from wbtest.api.serialization import (
    Answer,
    Page,
    RequestBody,
    digest_etag,
    digest_wanted,
    map_errors,
    reads_if_match,
    shown,
)
from wbtest.audience import erasure, outcome_mail, retention
from wbtest.decisions.decision_views import tell_signups
from wbtest.publishing import experiments, launch_check, launch_readiness, lifecycle, rule
from wbtest.publishing.corrections import in_force
from wbtest.publishing.experiment_stages import experiment_stage, is_checked
from wbtest.publishing.models import Correction, Experiment
from wbtest.publishing.own_hosts import page_url
from wbtest.publishing.whole_drafts import (
    VariantInput,
    change_draft,
    clone_experiment,
    make_draft,
    unchanged_draft,
    whole_digest,
)
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.models import Release
from wbtest.writing.releases import find_newest_revision, find_revision

Rate = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
MEMBERS = {
    "daily": "expected_daily",
    "ends_on": "hypothesis.ends_on",
    "crowds": "hypothesis.crowds",
}


class Reckoning(RequestBody, kw_only=True):
    """What the target was worked out from, each number with where it comes from."""

    customers: int
    reachable: int
    buy: Annotated[float, msgspec.Meta(gt=0, le=1)]
    customers_from: str = ""
    reachable_from: str = ""
    buy_from: str = ""


class CrowdGiven(RequestBody, kw_only=True, rename={"from_at": "from", "until_at": "until"}):
    """An event, a class or an office: up to `people` of them count. At most 48 hours."""

    name: str
    from_at: Moment
    until_at: Moment
    people: Number
    networks: Number = 1


class Hypothesis(RequestBody, kw_only=True):
    """At least `target` of `who` will `does`. Rates are fractions, visitors of all variants.

    Without `hoped_for` it is 1.5 × the target, at most half way to 1; only another one is shown.
    Visitors who `knows_team` are no strangers: the check *Mostly strangers* doesn’t apply, nor does
    *Believable rate* to a rate over 40%.
    """

    who: str
    does: str
    target: Rate
    floor: Rate
    minimum_visitors: Number
    maximum_visitors: Number
    minimum_days: Number
    ends_on: date
    if_met: str
    if_not_met: str
    if_unclear: str
    alpha: Rate = 0.05
    beta: Rate = 0.05
    sources: list[str] | None = None
    conversion: rule.Conversion = "signup"
    conversion_window_hours: Number | None = None
    disclosure: Literal["before", "after"] = "before"
    lost_beacons: Rate = 0.25
    reckoning: Reckoning | None = None
    crowds: list[CrowdGiven] = msgspec.field(default_factory=list)
    hoped_for: Rate | None = None
    knows_team: bool = False


class VariantGiven(RequestBody, kw_only=True):
    """`overrides` replace parts of the approved text. The key `control` is that text itself."""

    key: str
    name: str
    weight: int = 1
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)


class NewExperiment(RequestBody, kw_only=True):
    """Without `revision` it is the newest. `slug` is for the first test of a release alone.

    The others have the same; without one it is made of the product's name. `host` is one of the
    page's own.
    """

    hypothesis: Hypothesis
    revision: Number | None = None
    slug: str = ""
    host: str = ""
    time_zone: str = "UTC"
    asks_name: bool = False
    expected_daily: int | None = None
    variants: list[VariantGiven] = msgspec.field(default_factory=list)


class ExperimentChange(RequestBody):
    """What to replace; each replaces all of it. Once a test has started the `slug` stays."""

    hypothesis: Hypothesis | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    host: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    asks_name: bool | UnsetType = UNSET
    expected_daily: int | UnsetType | None = UNSET
    variants: list[VariantGiven] | UnsetType = UNSET


class Missing(msgspec.Struct):
    what: str
    sentence: str


class VariantShown(msgspec.Struct):
    key: str
    name: str
    weight: int
    overrides: dict[str, Any]


class CorrectionShown(msgspec.Struct):
    """A mistake corrected on the running page. Without `variant` it was in the approved text.

    Each `seal` is SHA-256 of the one before it, at first the experiment's, and the correction as
    JSON: these values without the two names and the seal. `author` and `approver` are people's ids.
    """

    number: int
    variant: str
    field: str
    before: str
    after: str
    why: str
    author: int
    asked_by: str
    asked_at: datetime
    approver: int
    approved_by: str
    approved_at: datetime
    seal: str


class ExperimentShown(msgspec.Struct, kw_only=True):
    """`missing` is what a draft lacks before its launch check can pass."""

    id: int
    release: int
    revision: int
    slug: str
    host: str
    url: str
    state: Literal["draft", "running", "paused", "ended"]
    stage: Literal["draft", "checked", "running", "paused", "ended", "decided"]
    time_zone: str
    asks_name: bool
    expected_daily: int | None
    hypothesis: dict[str, Any]
    variants: list[VariantShown]
    attempt: int
    seal: str
    corrections: list[CorrectionShown]
    author: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    missing: list[Missing]


class ExperimentListed(msgspec.Struct, kw_only=True):
    id: int
    slug: str
    state: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class Experiments(msgspec.Struct):
    items: list[ExperimentListed]
    next: str | None


class LaunchFinding(msgspec.Struct):
    """A blocker stops the start, a warning must be seen."""

    kind: Literal["blocker", "warning", "fine"]
    what: str
    name: str
    sentence: str


class LaunchCheck(msgspec.Struct):
    """`objection` says why you may not start it yourself."""

    is_checked: bool
    findings: list[LaunchFinding]
    warnings_seen: list[str]
    objection: str


class Passing(RequestBody):
    """The `what` of each warning that you have seen."""

    seen: list[str] = msgspec.field(default_factory=list)


def experiment_answer(experiment: Experiment) -> Answer[ExperimentShown]:
    """An experiment as a program reads it, with the ETag of its draft."""
    is_draft = experiment.state == "draft"
    values = shown(
        ExperimentShown,
        experiment,
        release=experiment.release_id,
        revision=experiment.revision.number,
        url=page_url(experiment),
        stage=experiment_stage(experiment),
        hypothesis=_rule_response(experiment),
        corrections=[_correction_response(each) for each in in_force(experiment.corrections)],
        author=experiment.author.name,
        missing=[Missing(*each) for each in launch_readiness.missing_before_start(experiment)]
        if is_draft
        else [],
    )
    headers = experiment_etag(experiment) | {"Location": f"/api/v1/experiments/{experiment.id}"}
    return Answer(values, headers)


def experiment_etag(experiment: Experiment) -> dict[str, str]:
    """The ETag of a draft: one for all that its start would seal."""
    return {"ETag": digest_etag(whole_digest(experiment))}


def digest_read() -> str:
    """The ETag of the draft that somebody has read."""
    return digest_wanted(request.headers.get("If-Match"))


def _correction_response(found: Correction) -> CorrectionShown:
    assert found.approver is not None, "one in force has both people"
    return shown(
        CorrectionShown,
        found,
        author=found.author_id,
        asked_by=found.author.name,
        approver=found.approver_id,
        approved_by=found.approver.name,
    )


def list_experiments(query: Page) -> Experiments:
    """The experiments, the newest first."""
    rows = experiments.experiments_before(query.before, query.limit + 1)
    some, onward = query.cut(rows)
    return Experiments([shown(ExperimentListed, each) for each in some], onward)


def create_experiment(release_id: int, body: NewExperiment) -> Answer[ExperimentShown]:
    """Make a draft of an experiment on a revision, with its hypothesis and variants."""
    release = access.get(Release, release_id, "edit")
    revision = (
        find_newest_revision(release)
        if body.revision is None
        else find_revision(release, body.revision)
    )
    if revision is None:
        raise Invalid("revision", "There is no such revision. Create it first.")
    settings = {
        "slug": body.slug,
        "host": body.host,
        "rule": _rule(msgspec.to_builtins(body.hypothesis)),
        "time_zone": body.time_zone,
        "asks_name": body.asks_name,
        "expected_daily": body.expected_daily,
    }
    variants = _variants(body.variants)
    with map_errors(**MEMBERS):
        return experiment_answer(make_draft(revision, access.person(), settings, variants))


def get_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """What is tested, by which rule, and how far it is."""
    return experiment_answer(access.get(Experiment, experiment_id, "read"))


@reads_if_match
def change_experiment(experiment_id: int, body: ExperimentChange) -> Answer[ExperimentShown]:
    """Replace parts of a draft, with its ETag as If-Match. Starting the test locks all of it."""
    found = access.get(Experiment, experiment_id, "edit")
    changes = msgspec.to_builtins(body)
    changes.pop("variants", None)
    if "hypothesis" in changes:
        changes["rule"] = _rule(changes.pop("hypothesis"))
    variants = None if body.variants is UNSET else _variants(body.variants)
    with map_errors(**MEMBERS):
        changed = change_draft(found, access.person(), changes, variants, digest_read())
    return experiment_answer(changed)


def delete_experiment(experiment_id: int) -> None:
    """Delete a draft, and free its address if it was the only test. Pages strangers saw stay."""
    experiments.remove_experiment(access.get(Experiment, experiment_id, "edit"))


def copy_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Begin another draft with the same rule, variants, look and options."""
    return experiment_answer(
        clone_experiment(access.get(Experiment, experiment_id, "edit"), access.person())
    )


def get_launch_check(experiment_id: int) -> LaunchCheck:
    """What blocks the start of a draft, its warnings, and the checks it passed."""
    return _launch_response(access.get(Experiment, experiment_id, "edit"))


def pass_launch_check(experiment_id: int, body: Passing) -> LaunchCheck:
    """Pass the launch check, having seen each warning. Any change asks for it again."""
    return _launch_response(
        lifecycle.record_check(
            access.get(Experiment, experiment_id, "edit"), access.person(), body.seen
        )
    )


def _launch_response(experiment: Experiment) -> LaunchCheck:
    found = launch_readiness.findings_of(experiment) if experiment.state == "draft" else []
    return LaunchCheck(
        is_checked(experiment),
        [
            LaunchFinding(each.kind, each.what, launch_check.NAMES[each.what], each.sentence)
            for each in found
        ],
        experiment.warnings_seen,
        launch_readiness.find_objection(experiment, access.person()),
    )


def _rule_response(experiment: Experiment) -> dict[str, Any]:
    """The rule; without a usual rate hoped for, as it may come back with another target."""
    values = dict(experiment.rule)
    # One that can't be read is shown as it is.
    with suppress(rule.NotARule):
        if rule.from_json(values).chosen_hope is None:
            values.pop("hoped_for", None)
    return values


def _rule(values: Mapping[str, Any]) -> rule.Hypothesis:
    """The rule as it is kept. Raises Invalid at the field of the hypothesis that is at fault."""
    kept = {**values, "ends_on": date.fromisoformat(values["ends_on"])}
    numbers = kept.pop("reckoning")
    with _map_rule_errors("hypothesis.reckoning"):
        reckoning = rule.parse_calculation(numbers) if numbers else None
    announced = msgspec.convert(kept.pop("crowds"), list[rule.Crowd])
    with _map_rule_errors("hypothesis"):
        return rule.parse_rule(kept, reckoning, announced)


@contextmanager
def _map_rule_errors(place: str) -> Iterator[None]:
    """Let what is no rule be said at a member of this part of the body."""
    try:
        yield
    except rule.NotARule as error:
        raise Invalid(f"{place}.{error.field}", str(error)) from error


def _variants(given: list[VariantGiven]) -> list[VariantInput]:
    return [VariantInput(each.key, each.name, each.weight, each.overrides) for each in given]


class Reason(RequestBody, kw_only=True):
    """It appears in the test's history."""

    why: str


class Afterwards(RequestBody, kw_only=True):
    """`open` is a waiting list, on the page of `waiting_variant`; `closed` tells the outcome.

    `leaves_host` gives up the own hosts of all ended tests of the idea: their links stop working.
    """

    afterwards: Literal["closed", "open"]
    outcome: str = ""
    waiting_variant: str = ""
    leaves_host: bool = False


class AfterwardsShown(msgspec.Struct):
    """What is shown at the address of an ended test; '' is nothing chosen yet."""

    afterwards: str
    outcome: str
    waiting_variant: str


@reads_if_match
def start_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Lock a checked draft and open its page. Nobody who wrote any of it can."""
    experiment = access.get(Experiment, experiment_id, "approve")
    with unchanged_draft(experiment, digest_read()):
        lifecycle.start(experiment, access.person())
    return experiment_answer(experiment)


def pause_experiment(experiment_id: int, body: Reason) -> Answer[ExperimentShown]:
    """Pause the page; nobody is counted meanwhile."""
    why = lifecycle.needed_reason(body.why)
    return experiment_answer(
        lifecycle.pause(access.get(Experiment, experiment_id, "approve"), access.person(), why)
    )


def resume_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """Resume a paused page."""
    return experiment_answer(
        lifecycle.resume(access.get(Experiment, experiment_id, "approve"), access.person())
    )


def end_experiment(experiment_id: int, body: Reason) -> Answer[ExperimentShown]:
    """Close the page for good."""
    why = lifecycle.needed_reason(body.why)
    return experiment_answer(
        lifecycle.end(access.get(Experiment, experiment_id, "approve"), access.person(), why)
    )


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
        leaves_host=body.leaves_host,
    )
    return _afterwards_response(experiment)


def _afterwards_response(experiment: Experiment) -> AfterwardsShown:
    return AfterwardsShown(experiment.afterwards, experiment.outcome, experiment.waiting_variant)


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
    """The address of the person who asked to be erased."""

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
        raise Invalid("slug", f"Give {experiment.slug} to delete what is known about its visitors.")
    retention.purge_now(experiment, access.person())
    return _loop_response(experiment)


def erase_signup(experiment_id: int, body: Erasing) -> None:
    """Delete somebody's data at their request. No count changes."""
    experiment = access.get(Experiment, experiment_id, "own")
    erasure.erase_for(experiment, access.person(), body.email)


def _loop_response(experiment: Experiment) -> LoopShown:
    hearers = outcome_mail.count_recipients(experiment)
    return LoopShown(
        text=experiment.last_letter,
        told_at=experiment.last_letter_at,
        told=hearers.told,
        to_tell=hearers.to_tell,
        purged_at=experiment.purged_at,
        is_purged=retention.is_purge_done(experiment),
    )
