"""What a workspace tells the coach: its jargon, its acronyms, rules that it does not want."""

from collections.abc import Collection
from functools import cache

from wbtest.extensions import db
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Workspace
from wbtest.writing.coach import House, Rule, all_rules
from wbtest.writing.models import CoachSetting
from wbtest.writing.wording import find_fault, with_plain_breaks

LONGEST_LIST = 5_000


@cache
def mutable() -> tuple[Rule, ...]:
    """The rules that a team may do without. What stops a release is not a matter of taste."""
    return tuple(rule for rule in all_rules() if "stop" not in rule.severity)


def house_of(workspace_id: int) -> House:
    """Return what the workspace has said, nothing at first."""
    found = db.session.get(CoachSetting, workspace_id)
    if found is None:
        return House()
    return House(_lines(found.jargon), _lines(found.allowed), _lines(found.muted))


def furnish(
    workspace: Workspace,
    *,
    jargon: str | None = None,
    allowed: str | None = None,
    muted: Collection[str] | None = None,
) -> None:
    """Replace what the workspace says; lists have a word or phrase a line, None stays as it is.

    Raises Invalid for a list that cannot be kept. Of ``muted`` only rules that never stop count.
    """
    given = {"jargon": jargon, "allowed": allowed}
    lists = {name: with_plain_breaks(text) for name, text in given.items() if text is not None}
    for name, text in lists.items():
        if fault := find_fault(text, LONGEST_LIST):
            raise Invalid(name, fault)
    with writing() as session:
        # Two who are the first to say something would both make the row.
        hold(workspace)
        found = session.get(CoachSetting, workspace.id)
        if found is None:
            found = CoachSetting(workspace_id=workspace.id)
            session.add(found)
        for name, text in lists.items():
            setattr(found, name, "\n".join(_lines(text)))
        if muted is not None:
            found.muted = "\n".join(rule.id for rule in mutable() if rule.id in muted)
        record(workspace.id, "coach.changed")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
