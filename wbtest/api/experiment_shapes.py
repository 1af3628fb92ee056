"""An experiment as JSON: what a program sends, and what it gets."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from wbtest.api import etags
from wbtest.api.answers import Answer
from wbtest.api.release_shapes import Given
from wbtest.publishing.conversions import Conversion
from wbtest.publishing.corrections import in_force
from wbtest.publishing.launch.readiness import missing_before_start
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.stages import stage_of
from wbtest.publishing.whole_draft import whole_digest
from wbtest.runtime import runtime

Rate = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Reckoning(Given, kw_only=True):
    """What the target was worked out from, each number with where it comes from."""

    customers: int
    reachable: int
    buy: Annotated[float, msgspec.Meta(gt=0, le=1)]
    customers_from: str = ""
    reachable_from: str = ""
    buy_from: str = ""


class CrowdGiven(Given, kw_only=True, rename={"from_at": "from", "until_at": "until"}):
    """An event, a class or an office: up to `people` of them count. At most 48 hours."""

    name: str
    from_at: Moment
    until_at: Moment
    people: Number
    networks: Number = 1


class Hypothesis(Given, kw_only=True):
    """At least `target` of `who` will `does`. Rates are fractions, visitors of all variants."""

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
    conversion: Conversion = "signup"
    conversion_window_hours: Number | None = None
    disclosure: Literal["before", "after"] = "before"
    lost_beacons: Rate = 0.25
    reckoning: Reckoning | None = None
    crowds: list[CrowdGiven] = msgspec.field(default_factory=list)


class VariantGiven(Given, kw_only=True):
    """`overrides` replace parts of the approved text. The key `control` is that text itself."""

    key: str
    name: str
    weight: int = 1
    overrides: dict[str, Any] = msgspec.field(default_factory=dict)


class NewExperiment(Given, kw_only=True):
    """Without `revision` it is the newest. `slug` is for the first test of a release alone.

    The others have the same; without one it is made of the product's name.
    """

    hypothesis: Hypothesis
    revision: Number | None = None
    slug: str = ""
    time_zone: str = "UTC"
    asks_name: bool = False
    expected_daily: int | None = None
    variants: list[VariantGiven] = msgspec.field(default_factory=list)


class ExperimentChange(Given):
    """What to replace; each replaces all of it. Once a test has started the `slug` stays."""

    hypothesis: Hypothesis | UnsetType = UNSET
    slug: str | UnsetType = UNSET
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


class Passing(Given):
    """The `what` of each warning that you have seen."""

    seen: list[str] = msgspec.field(default_factory=list)


def shown(experiment: Experiment) -> Answer[ExperimentShown]:
    """An experiment as a program reads it, with the ETag of its draft."""
    base_url = runtime().settings.base_url
    is_draft = experiment.state == "draft"
    values = ExperimentShown(
        id=experiment.id,
        release=experiment.release_id,
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
        attempt=experiment.attempt,
        seal=experiment.seal,
        corrections=[
            CorrectionShown(
                number=each.number,
                variant=each.variant,
                field=each.field,
                before=each.before,
                after=each.after,
                why=each.why,
                author=each.author_id,
                asked_by=each.author.name,
                asked_at=each.asked_at,
                approver=each.approver_id,
                approved_by=each.approver.name,
                approved_at=each.approved_at,
                seal=each.seal,
            )
            for each in in_force(experiment.corrections)
        ],
        author=experiment.author.name,
        created_at=experiment.created_at,
        started_at=experiment.started_at,
        ended_at=experiment.ended_at,
        missing=[Missing(*each) for each in missing_before_start(experiment)] if is_draft else [],
    )
    headers = tag_of(experiment) | {"Location": f"/api/v1/experiments/{experiment.id}"}
    return Answer(values, headers)


def tag_of(experiment: Experiment) -> dict[str, str]:
    """The ETag of a draft: one for all that its start would seal."""
    return {"ETag": etags.of_digest(whole_digest(experiment))}


def listed(experiment: Experiment) -> ExperimentListed:
    """The line of an experiment in a list."""
    return ExperimentListed(
        id=experiment.id,
        slug=experiment.slug,
        state=experiment.state,
        created_at=experiment.created_at,
        started_at=experiment.started_at,
        ended_at=experiment.ended_at,
    )
