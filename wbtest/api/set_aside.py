"""Groups that owners set aside or take in: the figures beside the sealed ones, which never move."""

from datetime import datetime
from typing import Any

import msgspec

from wbtest.api.serialization import RequestBody, shown
from wbtest.audience import setting_aside as set_aside_verbs
from wbtest.audience.group_counts import Direction, GroupKind, VisitorGroup, largest_groups
from wbtest.audience.models import SettingAside
from wbtest.extensions import clock
from wbtest.publishing.models import Experiment
from wbtest.results.set_aside import results_and_aside
from wbtest.team import access

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
