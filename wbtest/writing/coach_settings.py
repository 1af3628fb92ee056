"""What the team tells the coach: its jargon, its acronyms, rules that it does not want."""

from collections.abc import Collection
from functools import cache

from wbtest.store import Invalid, hold, writing
from wbtest.team.access import get_team
from wbtest.team.audit import record
from wbtest.writing.coach import CoachSettings, Rule, all_rules
from wbtest.writing.text_rules import find_fault, with_plain_breaks

LONGEST_LIST = 5_000


@cache
def mutable_rules() -> tuple[Rule, ...]:
    """The rules that a team may do without. What stops a release is not a matter of taste."""
    return tuple(rule for rule in all_rules() if "stop" not in rule.severity)


def get_coach_settings() -> CoachSettings:
    """Return what the team has said, nothing at first."""
    team = get_team()
    return CoachSettings(_lines(team.jargon), _lines(team.allowed), _lines(team.muted))


def update_coach(
    *,
    jargon: str | None = None,
    allowed: str | None = None,
    muted: Collection[str] | None = None,
) -> None:
    """Replace what the team says; lists have a word or phrase a line, None stays as it is.

    Raises Invalid for a list that cannot be kept. Of ``muted`` only rules that never stop count.
    """
    given = {"jargon": jargon, "allowed": allowed}
    lists = {name: with_plain_breaks(text) for name, text in given.items() if text is not None}
    for name, text in lists.items():
        if fault := find_fault(text, LONGEST_LIST):
            raise Invalid(name, fault)
    with writing():
        team = get_team()
        hold(team)
        for name, text in lists.items():
            setattr(team, name, "\n".join(_lines(text)))
        if muted is not None:
            team.muted = "\n".join(rule.id for rule in mutable_rules() if rule.id in muted)
        record("coach.changed")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
