"""Owners set a group of visitors aside, or take one that was left out back in.

The figures that follow then stand beside the sealed ones, which never move: what counts was sealed
before anybody came, and an owner who could change it afterwards could choose the result.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from wbtest.audience import email_addresses, quality_counts
from wbtest.audience.group_counts import GroupHour, VisitorGroup, hours_of_groups, people_seen
from wbtest.audience.models import SettingAside
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment, name_of_test
from wbtest.store import Gone, Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.web import number_of
from wbtest.writing.text_rules import find_fault, gives_reason, seen, with_plain_breaks

# Why people were left out who may be taken back in, as a page says it.
REASONS = {
    "team": "people of the team",
    "suspected": "people suspected of being machines",
    "paused": "people who came while the test was paused",
    "crowd": "people over the limit for one network",
}
LONGEST_WHY = 1_000
LONGEST_VALUE = 2_000
MARKS = 1 << 16
# As many marks as there are, each of up to five digits and a comma.
LONGEST_MARKS = MARKS * 6
# Of several networks so many are named.
MOST_NAMED = 3
# Before the year 5000: a database keeps no larger numbers.
LATEST_HOUR = 10**11


def set_aside(
    experiment: Experiment, person: Person, group: VisitorGroup, why: str
) -> SettingAside:
    """Show the figures without a group of those who count, or with one that was left out.

    While one stands for a group, a second one is that same one. Raises Invalid for a group of
    which nobody came, or a ``why`` that says nothing; Refused once the visitors' rows are purged.
    """
    why = seen(with_plain_breaks(why))
    if not gives_reason(why):
        raise Invalid("why", "Say how you know in a sentence. Everyone on the team reads it.")
    if fault := find_fault(why, LONGEST_WHY):
        raise Invalid("why", fault)
    with writing() as session:
        hold(experiment)
        group = check_group(experiment, group)
        for found in standing(experiment):
            if group_of(found) == group:
                return found
        setting = SettingAside(
            experiment_id=experiment.id,
            number=len(settings_aside(experiment)) + 1,
            **group._asdict(),
            why=why,
            person_id=person.id,
            at=clock.now(),
        )
        session.add(setting)
        action = "visitors.set_aside" if group.direction == "out" else "visitors.taken_in"
        record(action, _told(experiment, group), by=person)
    return setting


def check_group(experiment: Experiment, group: VisitorGroup) -> VisitorGroup:
    """Return the group as it is kept.

    Raises Invalid for one of which nobody came, Refused once the visitors' rows are purged.
    """
    group = _read(group)
    if experiment.purged_at is not None:
        raise Refused("The visitors’ data is deleted, so nobody can tell who’s in a group.")
    rows = hours_of_groups(experiment, {0: group})
    # The name of a smaller one may be a person's, and what is logged outlives the sign-ups.
    if group.kind == "domain" and people_seen(rows) < quality_counts.FEWEST_AT_DOMAIN:
        raise Invalid("group", "Choose an email domain that at least six people signed up from.")
    if not rows:
        who = "counts" if group.direction == "out" else "was left out"
        raise Invalid("group", f"Nobody in this group {who}. Choose one from the list.")
    return group


def take_back(experiment: Experiment, person: Person, number: int) -> SettingAside:
    """Withdraw a setting aside; the log keeps it. Once is enough. Raises Gone without one."""
    with writing() as session:
        hold(experiment)
        setting = session.get(SettingAside, (experiment.id, number))
        if setting is None:
            raise Gone("No such group was set aside.")
        if setting.withdrawn_at is None:
            setting.withdrawn_by_id = person.id
            setting.withdrawn_at = clock.now()
            record("visitors.aside_withdrawn", _told(experiment, group_of(setting)), by=person)
    return setting


def standing(experiment: Experiment) -> list[SettingAside]:
    """Return what is set aside or taken in and was not withdrawn, the oldest first."""
    return [each for each in reversed(settings_aside(experiment)) if each.withdrawn_at is None]


def settings_aside(experiment: Experiment) -> Sequence[SettingAside]:
    """Return all of them, also those withdrawn, the newest first."""
    return db.session.scalars(
        sa.select(SettingAside)
        .where(SettingAside.experiment_id == experiment.id)
        .options(joinedload(SettingAside.person), joinedload(SettingAside.withdrawn_by))
        .order_by(SettingAside.number.desc())
    ).all()


def group_of(setting: SettingAside) -> VisitorGroup:
    """Return which group it is, and which way it goes."""
    return VisitorGroup(setting.direction, setting.kind, setting.value)  # type: ignore[arg-type]


def hours_aside(experiment: Experiment, settings: Sequence[SettingAside]) -> list[GroupHour]:
    """Return who belongs to these groups, by hour and variant."""
    return hours_of_groups(experiment, {each.number: group_of(each) for each in settings})


def name_of(group: VisitorGroup, zone: str) -> str:
    """Return a group as a page names it; a network never by an IP.

    >>> name_of(VisitorGroup("out", "mark", "4093"), "UTC")
    'network 0ffd'
    """
    if group.kind in ("mark", "domain") and not group.value:
        return lasting_name_of(group, zone)
    if group.kind == "mark":
        codes = [f"{mark:04x}" for mark in group.marks]
        crowded = "crowded " if group.direction == "in" else ""
        more = f" and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else ""
        named = ", ".join(codes[:MOST_NAMED])
        if len(codes) == 1:
            return f"{crowded}network {named}"
        # The number first: where there is little room the rest is cut off.
        return f"{len(codes):,} {crowded}networks ({named}{more})"
    if group.kind == "hour":
        start = datetime.fromtimestamp(int(group.value), ZoneInfo(zone))
        return f"the hour from {start:%Y-%m-%d %H:%M}"
    if group.kind == "domain":
        return f"addresses at {group.value}"
    return REASONS[group.value] if group.kind == "reason" else f"source {group.value}"


def lasting_name_of(group: VisitorGroup, zone: str) -> str:
    """Return its name in what outlives the visitors' rows, which tells no mark and no domain.

    >>> lasting_name_of(VisitorGroup("out", "mark", "7,4093"), "UTC")
    '2 networks'
    """
    if group.kind == "mark":
        return number_of(len(group.marks), "network", "networks") if group.marks else "networks"
    return "addresses at an email domain" if group.kind == "domain" else name_of(group, zone)


def forget_names(experiment: Experiment) -> None:
    """Forget the marks and mail domains; joins the open transaction of a purge."""
    for each in settings_aside(experiment):
        if each.kind in ("mark", "domain"):
            each.value = ""


def _told(experiment: Experiment, group: VisitorGroup) -> str:
    return f"{lasting_name_of(group, experiment.time_zone)}, on {name_of_test(experiment)}"


def _read(group: VisitorGroup) -> VisitorGroup:
    """Return the group as it is kept. Raises Invalid for one that cannot be any."""
    direction, kind, value = group
    unknown = Invalid("group", "Choose a group from the list.")
    longest = LONGEST_MARKS if kind == "mark" else LONGEST_VALUE
    if direction not in ("out", "in") or find_fault(value, longest):
        raise unknown
    if kind == "reason" or direction == "in":
        is_possible = value in REASONS if kind == "reason" else kind == "mark"
        if direction == "out" or not is_possible:
            raise Invalid("group", "Choose who to include. Bots and people who objected stay out.")
    if kind in ("mark", "hour"):
        most = MARKS if kind == "mark" else LATEST_HOUR
        numbers = value.split(",") if kind == "mark" else [value]
        if not all(each.isascii() and each.isdigit() and len(each) <= 12 for each in numbers):
            raise unknown
        known = sorted(set(map(int, numbers)))
        if known[-1] >= most:
            raise unknown
        return group._replace(value=",".join(map(str, known)))
    if kind == "domain":
        domain = email_addresses.domain_of(f"@{value.strip().lower()}")
        if "." not in domain:
            raise unknown
        return group._replace(value=domain)
    if kind not in ("source", "reason"):
        raise unknown
    return group
