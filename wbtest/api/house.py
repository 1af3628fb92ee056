"""What the team asks of an approval, and what it tells the coach."""

import msgspec
from msgspec import UNSET, UnsetType

from wbtest.api.release_shapes import Given
from wbtest.review import approvers
from wbtest.store import Invalid
from wbtest.writing import coach_settings


class Needed(msgspec.Struct):
    """So many approvals, those of the `required` people (their ids) among them."""

    approvals: int
    required: list[int]


class NeedsChange(Given, kw_only=True):
    approvals: int
    required: list[int] = msgspec.field(default_factory=list)


class CoachShown(msgspec.Struct):
    """A word or phrase an entry; `muted` are rules that do not speak, of those that `may_rest`."""

    jargon: list[str]
    allowed: list[str]
    muted: list[str]
    may_rest: list[str]


class CoachChange(Given):
    """What to replace; each replaces the whole list, and the rest stays."""

    jargon: list[str] | UnsetType = UNSET
    allowed: list[str] | UnsetType = UNSET
    muted: list[str] | UnsetType = UNSET


def get_approving() -> Needed:
    """How many approve a text, and who must be among them."""
    return _needed()


def change_approving(body: NeedsChange) -> Needed:
    """Change how many approve a text, and who must be among them."""
    approvers.set_needs(body.approvals, body.required)
    return _needed()


def get_coach() -> CoachShown:
    """What the coach looks for."""
    return _coach()


def change_coach(body: CoachChange) -> CoachShown:
    """Change what the coach looks for. It reads every draft so from now on."""
    muted = None if body.muted is UNSET else set(body.muted)
    if strange := (muted or set()) - {rule.id for rule in coach_settings.mutable_rules()}:
        raise Invalid("muted", f"“{min(strange)[:40]}” is no rule that may rest.")
    lists = {
        name: "\n".join(words)
        for name, words in (("jargon", body.jargon), ("allowed", body.allowed))
        if words is not UNSET
    }
    coach_settings.update_coach(**lists, muted=muted)
    return _coach()


def _needed() -> Needed:
    kept = approvers.needs_of()
    return Needed(kept.approvals, sorted(kept.required))


def _coach() -> CoachShown:
    kept = coach_settings.get_coach_settings()
    may_rest = [rule.id for rule in coach_settings.mutable_rules()]
    return CoachShown([*kept.jargon], [*kept.allowed], [*kept.muted], may_rest)
