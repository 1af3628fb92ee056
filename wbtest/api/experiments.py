"""Experiments: made on a revision, read, changed as drafts, and checked before they start."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from flask import current_app, request
from msgspec import UNSET, UnsetType

from wbtest.api.answers import Answer
from wbtest.api.bodies import Unfit
from wbtest.api.paging import Page
from wbtest.api.release_shapes import Given
from wbtest.publishing import rule as rules
from wbtest.publishing.experiments import proposed_slug
from wbtest.publishing.given_rule import kept_rule
from wbtest.publishing.launch.facts import findings_of
from wbtest.publishing.launch.passing import check
from wbtest.publishing.launch.readiness import find_objection, missing_before_start
from wbtest.publishing.launch.values import NAMES
from wbtest.publishing.listed import experiments_before
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.sealing import draft_digest
from wbtest.publishing.running.stages import is_checked, stage_of
from wbtest.publishing.whole_draft import GivenVariant, change_draft, make_draft
from wbtest.store import Invalid
from wbtest.team import access
from wbtest.writing.models import Release
from wbtest.writing.releases import find_newest_revision, find_revision

Rate = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]


class Hypothesis(Given, kw_only=True):
    """At least `target` of `who` will `does`. Rates are fractions, visitors totals of a phase."""

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
    conversion: Literal["signup", "confirmed"] = "signup"
    conversion_window_hours: Number | None = None
    disclosure: Literal["before", "after"] = "before"
    lost_beacons: Rate = 0.25


class VariantGiven(Given, kw_only=True):
    """`overrides` replace parts of the approved text. The key `control` is that text itself."""

    key: str
    name: str
    weight: int = 1
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)


class NewExperiment(Given, kw_only=True):
    """Without `revision` it is the newest, without `slug` one of the product's name."""

    hypothesis: Hypothesis
    revision: Number | None = None
    slug: str = ""
    time_zone: str = "UTC"
    asks_name: bool = False
    expected_daily: int | None = None
    variants: list[VariantGiven] = msgspec.field(default_factory=list)


class ExperimentChange(Given):
    """What to replace; each replaces all of it, and the rest stays."""

    hypothesis: Hypothesis | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    asks_name: bool | UnsetType = UNSET
    expected_daily: int | UnsetType | None = UNSET
    variants: list[VariantGiven] | UnsetType = UNSET


class Missing(msgspec.Struct):
    what: str
    sentence: str


class PhaseShown(msgspec.Struct):
    number: int
    started_at: datetime
    weights: dict[str, int]
    seal: str


class VariantShown(msgspec.Struct):
    key: str
    name: str
    weight: int
    overrides: dict[str, Any]


class ExperimentShown(msgspec.Struct, kw_only=True):
    """`missing` is what a draft lacks before its launch check can pass."""

    id: int
    release: int
    revision: int
    slug: str
    url: str
    state: Literal["draft", "running", "paused", "ended"]
    stage: Literal["draft", "checked", "running", "paused", "ended", "decided"]
    time_zone: str
    asks_name: bool
    expected_daily: int | None
    hypothesis: dict[str, Any]
    variants: list[VariantShown]
    phases: list[PhaseShown]
    attempt: int
    seal: str
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
    """A blocker stops the start, a warning wants a reason under its `what`."""

    kind: Literal["blocker", "warning", "fine"]
    what: str
    name: str
    sentence: str


class LaunchCheck(msgspec.Struct):
    """`objection` says why you may not start it yourself."""

    is_checked: bool
    findings: list[LaunchFinding]
    reasons: dict[str, str]
    objection: str


class Passing(Given):
    """A sentence for each warning, by its `what`."""

    reasons: dict[str, str] = msgspec.field(default_factory=dict)


def list_experiments(query: Page) -> Experiments:
    """The experiments of the workspace, the newest first."""
    rows = experiments_before(access.workspace("read"), query.before, query.limit + 1)
    some, onward = query.cut(rows)
    return Experiments([_listed(each) for each in some], onward)


def create_experiment(release_id: int, body: NewExperiment) -> Answer[ExperimentShown]:
    """Make a draft of an experiment on a revision, with its hypothesis and variants."""
    release = access.get(Release, release_id, "edit")
    revision = (
        find_newest_revision(release)
        if body.revision is None
        else find_revision(release, body.revision)
    )
    if revision is None:
        raise Invalid("revision", "There is no such revision. Freeze the draft first.")
    settings = {
        "slug": body.slug or proposed_slug(revision.document["product"]),
        "rule": _rule(msgspec.to_builtins(body.hypothesis)),
        "time_zone": body.time_zone,
        "asks_name": body.asks_name,
        "expected_daily": body.expected_daily,
    }
    return shown(make_draft(revision, access.person(), settings, _variants(body.variants)))


def get_experiment(experiment_id: int) -> Answer[ExperimentShown]:
    """What is tested, by which rule, and where it stands."""
    return shown(access.get(Experiment, experiment_id, "read"))


def change_experiment(experiment_id: int, body: ExperimentChange) -> Answer[ExperimentShown]:
    """Replace parts of a draft, with If-Match of exactly that one. A start seals all of it."""
    found = access.get(Experiment, experiment_id, "edit")
    changes = msgspec.to_builtins(body)
    changes.pop("variants", None)
    if "hypothesis" in changes:
        changes["rule"] = _rule(changes.pop("hypothesis"))
    variants = None if body.variants is UNSET else _variants(body.variants)
    read = _digest_wanted(request.headers.get("If-Match"))
    return shown(change_draft(found, access.person(), changes, variants, read))


def get_launch_check(experiment_id: int) -> LaunchCheck:
    """What stops the start of a draft, what wants a reason, and what is fine."""
    return _launch(_draft(experiment_id))


def pass_launch_check(experiment_id: int, body: Passing) -> LaunchCheck:
    """Pass the launch check, with a reason for each warning. Any change asks for it again."""
    return _launch(check(_draft(experiment_id), access.person(), body.reasons))


def shown(experiment: Experiment) -> Answer[ExperimentShown]:
    """An experiment as a program reads it, with the ETag of its draft."""
    base_url = current_app.extensions["wbtest.settings"].base_url
    is_draft = experiment.state == "draft"
    values = ExperimentShown(
        id=experiment.id,
        release=experiment.revision.release_id,
        revision=experiment.revision.number,
        slug=experiment.slug,
        url=f"{base_url}/p/{experiment.slug}",
        state=experiment.state,  # type: ignore[arg-type]  # the table allows no other
        stage=stage_of(experiment),
        time_zone=experiment.time_zone,
        asks_name=experiment.asks_name,
        expected_daily=experiment.expected_daily,
        hypothesis=experiment.rule,
        variants=[
            VariantShown(each.key, each.name, each.weight, each.overrides)
            for each in experiment.variants
        ],
        phases=[
            PhaseShown(each.number, each.started_at, each.weights, each.seal or experiment.seal)
            for each in experiment.phases
        ],
        attempt=experiment.attempt,
        seal=experiment.seal,
        author=experiment.author.name,
        created_at=experiment.created_at,
        started_at=experiment.started_at,
        ended_at=experiment.ended_at,
        missing=[Missing(*each) for each in missing_before_start(experiment)] if is_draft else [],
    )
    headers = {
        "ETag": f'"{draft_digest(experiment)}"',
        "Location": f"/api/v1/experiments/{experiment.id}",
    }
    return Answer(values, headers)


def _draft(experiment_id: int) -> Experiment:
    return access.get(Experiment, experiment_id, "edit")


def _launch(experiment: Experiment) -> LaunchCheck:
    found = findings_of(experiment) if experiment.state == "draft" else []
    return LaunchCheck(
        is_checked(experiment),
        [LaunchFinding(each.kind, each.what, NAMES[each.what], each.sentence) for each in found],
        experiment.reasons,
        find_objection(experiment, access.person()),
    )


def _rule(values: Mapping[str, Any]) -> rules.Hypothesis:
    """The rule as it is kept. Raises Invalid at the field of the hypothesis that is at fault."""
    day = date.fromisoformat(values["ends_on"])
    try:
        return kept_rule({**values, "ends_on": day})
    except rules.NotARule as error:
        raise Invalid(f"hypothesis.{error.field}", str(error)) from error


def _variants(given: list[VariantGiven]) -> list[GivenVariant]:
    return [GivenVariant(each.key, each.name, each.weight, each.overrides) for each in given]


def _digest_wanted(if_match: str | None) -> str:
    if if_match is None or if_match.strip() == "*":
        return ""
    tag = if_match.strip()
    if len(tag) != 66 or tag[0] + tag[-1] != '""':
        raise Unfit("If-Match takes the ETag of an answer, as it stands there.")
    return tag[1:-1]


def _listed(experiment: Experiment) -> ExperimentListed:
    return ExperimentListed(
        id=experiment.id,
        slug=experiment.slug,
        state=experiment.state,
        created_at=experiment.created_at,
        started_at=experiment.started_at,
        ended_at=experiment.ended_at,
    )
