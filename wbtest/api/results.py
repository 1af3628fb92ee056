"""The figures of an experiment, the rows behind them, links to them, and groups set aside.

The figures beside the sealed ones change with such groups; the sealed ones never move.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from flask import Response, abort, request
from msgspec.structs import astuple

from wbtest.api.serialization import Answer, BadRequest, RequestBody, shown
from wbtest.api.team import check_held
from wbtest.audience import setting_aside as set_aside_verbs
from wbtest.audience.group_counts import Direction, GroupKind, VisitorGroup, largest_groups
from wbtest.audience.models import SettingAside
from wbtest.database import read_one_moment
from wbtest.decisions.decide import mark_of
from wbtest.extensions import clock, runtime
from wbtest.publishing import lifecycle, rule, sealing
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.results import figures_json, history, shared_links
from wbtest.results.exports import COUNTED, EVENT_COLUMNS, event_rows
from wbtest.results.figures import Results
from wbtest.results.models import SharedLink
from wbtest.results.segments import Filters, days_of
from wbtest.results.set_aside import results_and_aside
from wbtest.results.signup_list import questions_of, signup_records, signup_rows, signups
from wbtest.store import Refused
from wbtest.team import access, audit
from wbtest.web import as_csv, as_ndjson, send_file

FIRST_DAY = date(2000, 1, 1)
# As the command prints it.
Moment = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
Ends = tuple[float | None, float | None]
NDJSON, CSV = "application/x-ndjson", "text/csv"


class Filter(msgspec.Struct, forbid_unknown_fields=True):
    """A part of the visitors: of a source, a device, and local days."""

    source: str = ""
    device: Literal["", "phone", "tablet", "desktop"] = ""
    since: date | None = msgspec.field(name="from", default=None)
    until: date | None = msgspec.field(name="to", default=None)


class VariantFigures(msgspec.Struct, kw_only=True):
    """Rates are fractions, intervals their two ends; null means that end is open."""

    key: str
    served: int
    seen: int
    signups: int
    converted: int
    without_beacon: int
    confirmed: int
    answered: int
    price: int
    price_no: int
    call: int
    call_no: int
    preorder: int
    excluded: dict[str, int]
    rate: float | None
    rate_of_served: float | None
    wilson: Ends
    credible: Ends
    sequence: Ends
    decision: Ends
    probability_best: float | None
    expected_loss: float | None


class TargetOfVariant(msgspec.Struct):
    key: str
    log_e_above: float | None
    log_e_below: float | None
    probability_above: float | None


class Target(msgspec.Struct):
    rate: float
    floor: float
    variants: list[TargetOfVariant]


class Pair(msgspec.Struct):
    a: str
    b: str
    log_e: float | None
    ratio: Ends


class Split(msgspec.Struct):
    p_value: float | None
    log_e: float | None
    mismatch: bool
    chi_square: float | None
    expected: list[float]


class Trust(msgspec.Struct):
    check: str
    state: str
    reason: str


class Fragility(msgspec.Struct):
    """How many sign-ups or views of a variant would have to be false to undo the verdict.

    Sign-ups came from so many networks and mail domains, as far as is known of so many of them.
    """

    kind: Literal["signups", "views"]
    variant: str
    false: int
    of: int
    days: int
    networks: int
    domains: int
    known: int


class AllEqual(msgspec.Struct):
    log_e: float | None


class WithOrWithout(msgspec.Struct, kw_only=True):
    seen: int
    converted: int
    rate: float | None
    verdict: Literal["met", "not_met", "not_enough"]
    recommendation: str
    withheld: bool


class CrowdShown(msgspec.Struct, kw_only=True):
    """An announced crowd: it counts. `admitted` is how many of its `people` were counted."""

    name: str
    people: int
    admitted: int
    networks: int
    with_it: WithOrWithout = msgspec.field(name="with")
    without: WithOrWithout


class Filtered(msgspec.Struct):
    """What a filter lets through. It never changes the verdict or its figures."""

    words: str
    variants: list[dict[str, int | str]]


class ResultsShown(msgspec.Struct, kw_only=True):
    """The shape of `wbtest results --json`; `mark` goes along with a decision on these figures."""

    as_of: Moment
    variants: list[VariantFigures]
    target: Target
    comparison: list[Pair]
    best: str | None
    split: Split
    trust: list[Trust]
    fragility: Fragility | None
    verdict: Literal["met", "not_met", "not_enough"]
    recommendation: str
    withheld: bool
    reached_at: Moment | None
    final: bool
    all_equal: AllEqual
    without_beacon: int
    attempt: int
    why: str
    crowds: list[CrowdShown] = msgspec.field(default_factory=list)
    mark: str
    filtered: Filtered | None


def get_results(experiment_id: int, query: Filter) -> ResultsShown:
    """What is known of an experiment now. A filter adds a section and never changes the verdict."""
    experiment = access.get(Experiment, experiment_id, "read")
    found, aside = results_and_aside(experiment, clock.now())
    values = figures_json.results_json(found) | {
        "mark": mark_of(experiment, found, aside),
        "filtered": _filtered(experiment, found, query) if query != Filter() else None,
    }
    return msgspec.convert(values, ResultsShown)


def _filtered(experiment: Experiment, found: Results, query: Filter) -> Filtered:
    for name, day in (("from", query.since), ("to", query.until)):
        if day and not FIRST_DAY <= day <= rule.LAST_DAY:
            raise BadRequest(f"{name}: no test ran on that day.")
    if query.since and query.until and query.since > query.until:
        raise BadRequest("from: it’s after to.")
    asked = Filters(query.source, query.device, query.since, query.until)
    days = days_of(experiment, found, asked).values()
    return Filtered(
        asked.words,
        [
            {"key": variant.key}
            | dict(zip(COUNTED, astuple(history.total(row[place] for row in days)), strict=True))
            for place, variant in enumerate(found.variants)
        ],
    )


class NoSuchKind(Refused):
    """Rows that are wanted as a kind of file that is not made."""

    status = 406

    def __init__(self) -> None:
        super().__init__(f"These rows come as {NDJSON} or {CSV}. Name one of them in Accept.")


def sends_rows(function: Callable[[int], Response]) -> Callable[[int], Response]:
    """Declare of which kinds the answer may be, for the description."""
    function.media_types = (NDJSON, CSV)  # type: ignore[attr-defined]
    return function


@sends_rows
def get_signups(experiment_id: int) -> Response:
    """Every address with the record of its consent; the audit log says who downloaded them."""
    experiment, kind = _take_rows(experiment_id, "signups.exported")
    found = signups(experiment, sealing.sealed_rule(experiment))
    if kind == CSV:
        rows = signup_rows(found, questions_of(experiment))
        return send_file(as_csv(rows), f"{lifecycle.file_stem(experiment)}-signups.csv")
    return send_file(
        as_ndjson(signup_records(found)),
        f"{lifecycle.file_stem(experiment)}-signups.ndjson",
        NDJSON,
    )


@sends_rows
def get_events(experiment_id: int) -> Response:
    """Every visit, sighting and sign-up, without addresses, so that you can recount them."""
    experiment, kind = _take_rows(experiment_id, "events.exported")
    rows = event_rows(experiment)
    if kind == CSV:
        return send_file(as_csv(_with_head(rows)), f"{lifecycle.file_stem(experiment)}-events.csv")
    records = (dict(zip(EVENT_COLUMNS, row, strict=True)) for row in rows)
    return send_file(as_ndjson(records), f"{lifecycle.file_stem(experiment)}-events.ndjson", NDJSON)


def _take_rows(experiment_id: int, action: str) -> tuple[Experiment, str]:
    """The experiment whose rows are taken away now, and as which kind of file."""
    experiment = access.get(Experiment, experiment_id, "own")
    wanted = request.accept_mimetypes
    kind = wanted.best_match((NDJSON, CSV)) if wanted else NDJSON
    if kind is None:
        raise NoSuchKind
    audit.record_download(action, name_of_test(experiment))
    read_one_moment()
    return experiment, kind


def _with_head(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    yield EVENT_COLUMNS
    yield from rows


class NewShared(RequestBody, kw_only=True):
    """`label` says whom it is for. With a password the link asks for it."""

    label: str
    days: int = shared_links.USUAL_DAYS
    password: str = ""


class SharedShown(msgspec.Struct, kw_only=True):
    """A link, and how often it was opened. Its `url` is shown once."""

    number: int
    label: str
    by: str
    made_at: datetime
    expires_at: datetime
    is_over: bool
    has_password: bool
    opened: int
    opened_on: date | None
    url: str | None = None


class Shared(msgspec.Struct):
    shared: list[SharedShown]


def list_shared(experiment_id: int) -> Shared:
    """Links to the figures: for whom, until when, and how often they were opened."""
    found = shared_links.shared_links_of(access.get(Experiment, experiment_id, "read"))
    return Shared([_shared_response(each) for each in found])


def make_shared(experiment_id: int, body: NewShared) -> Answer[SharedShown]:
    """Make a link for somebody outside. It shows figures, so the token needs `read` as well."""
    experiment = access.get(Experiment, experiment_id, "approve")
    check_held("read")
    made = shared_links.create_shared_link(
        experiment, access.person(), body.label, body.days, body.password
    )
    return _secret_response(*made)


def renew_shared(experiment_id: int, number: int) -> Answer[SharedShown]:
    """Give a link another address; the old one stops working. It takes `read` as well."""
    link = _get_link(experiment_id, number)
    check_held("read")
    return _secret_response(link, shared_links.renew_shared_link(link, access.person()))


def close_shared(experiment_id: int, number: int) -> None:
    """Close a link from now on."""
    shared_links.revoke_shared_link(_get_link(experiment_id, number), access.person())


def _get_link(experiment_id: int, number: int) -> SharedLink:
    experiment = access.get(Experiment, experiment_id, "approve")
    found = (link for link in shared_links.shared_links_of(experiment) if link.number == number)
    return next(found, None) or abort(404)


def _secret_response(link: SharedLink, token: str) -> Answer[SharedShown]:
    again = _shared_response(link)
    base_url = runtime().settings.base_url
    return Answer(msgspec.structs.replace(again, url=f"{base_url}/shared/{token}"), again=again)


def _shared_response(link: SharedLink) -> SharedShown:
    return shown(
        SharedShown,
        link,
        by=link.made_by.name,
        is_over=shared_links.is_over(link),
        has_password=bool(link.password_hash),
    )


MOST_LISTED = 100


class SettingGroupAside(RequestBody, kw_only=True):
    """Which group leaves the figures (`out`) or joins them (`in`), and how you know.

    `value` is a network's mark, the start of an hour in seconds since 1970, a mail domain or a
    source; with `in` it is a crowded network's mark, or the reason for which people were left out:
    `team`, `suspected`, `paused` or `crowd`.
    """

    direction: Direction
    kind: GroupKind
    value: str
    why: str


class SettingAsideShown(msgspec.Struct, kw_only=True):
    number: int
    direction: str
    kind: str
    value: str
    name: str
    why: str
    by: str
    at: datetime
    withdrawn_by: str | None
    withdrawn_at: datetime | None


class VariantBeside(msgspec.Struct, kw_only=True):
    key: str
    seen: int
    converted: int
    rate: float | None


class BesideShown(msgspec.Struct, kw_only=True):
    """The figures and the verdict as they would be."""

    variants: list[VariantBeside]
    verdict: str
    recommendation: str
    withheld: bool
    said: str


class AsideShown(msgspec.Struct, kw_only=True):
    """Every group, the newest first; `beside` is null while none stands."""

    set_aside: list[SettingAsideShown]
    beside: BesideShown | None


class GroupShown(msgspec.Struct, kw_only=True):
    kind: str
    value: str
    name: str
    seen: int
    converted: int


class Groups(msgspec.Struct):
    groups: list[GroupShown]


def get_aside(experiment_id: int) -> AsideShown:
    """What is set aside or taken in, and the figures beside the sealed ones."""
    return _response(access.get(Experiment, experiment_id, "read"))


def set_group_aside(experiment_id: int, body: SettingGroupAside) -> AsideShown:
    """Set a group aside, or take one in. The sealed figures never move."""
    experiment = access.get(Experiment, experiment_id, "own")
    group = VisitorGroup(body.direction, body.kind, body.value)
    set_aside_verbs.set_aside(experiment, access.person(), group, body.why)
    return _response(experiment)


def list_groups(experiment_id: int) -> Groups:
    """The largest groups that can be set aside."""
    experiment = access.get(Experiment, experiment_id, "own")
    return Groups(
        [
            shown(
                GroupShown,
                size,
                kind=size.group.kind,
                value=size.group.value,
                name=set_aside_verbs.name_of(size.group, experiment.time_zone),
            )
            for size in largest_groups(experiment, MOST_LISTED)
        ]
    )


def withdraw_aside(experiment_id: int, number: int) -> AsideShown:
    """Withdraw a group; the record of it stays."""
    experiment = access.get(Experiment, experiment_id, "own")
    set_aside_verbs.take_back(experiment, access.person(), number)
    return _response(experiment)


def _response(experiment: Experiment) -> AsideShown:
    _, aside = results_and_aside(experiment, clock.now())
    beside: dict[str, Any] | None = aside.beside.values() if aside else None
    return AsideShown(
        set_aside=[
            _setting_response(each, experiment.time_zone)
            for each in set_aside_verbs.settings_aside(experiment)
        ],
        beside=msgspec.convert(beside, BesideShown) if beside else None,
    )


def _setting_response(found: SettingAside, zone: str) -> SettingAsideShown:
    return shown(
        SettingAsideShown,
        found,
        name=set_aside_verbs.name_of(set_aside_verbs.group_of(found), zone),
        by=found.person.name,
        withdrawn_by=found.withdrawn_by.name if found.withdrawn_by else None,
    )
