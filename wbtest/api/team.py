"""The team: members, invitations, settings, approval rules and what the coach looks for."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from flask import abort
from msgspec import UNSET, UnsetType

from wbtest.api.serialization import Answer, RequestBody
from wbtest.api.tokens import SCOPES_OF, check_held
from wbtest.extensions import runtime
from wbtest.review import approvers
from wbtest.store import Invalid
from wbtest.team import access, people, settings
from wbtest.team.models import Invitation, Membership, TeamSettings
from wbtest.team.passwords import writing_with_password
from wbtest.writing import coach_report

Role = Literal["viewer", "editor", "approver", "owner"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class Member(msgspec.Struct, kw_only=True):
    id: int
    name: str
    email: str
    role: str
    since: datetime


class Members(msgspec.Struct):
    members: list[Member]


class InvitingAgain(RequestBody, kw_only=True):
    """`password` is that of who made the token, as on the page."""

    password: str


class RoleGiven(InvitingAgain, kw_only=True):
    """`password` is that of who made the token, as on the page."""

    role: Role


class Inviting(RoleGiven, kw_only=True):
    """`password` is that of who made the token, as on the page."""

    email: str


class InvitationShown(msgspec.Struct, kw_only=True):
    """An invitation that nobody has accepted; `link` is told once, where no mail carries it."""

    id: int
    email: str
    role: str
    by: str
    expires_at: datetime
    is_over: bool
    link: str | None = None


class Invitations(msgspec.Struct):
    members: list[InvitationShown]


class TeamShown(msgspec.Struct, kw_only=True):
    """`controller` answers for the pages, and visitors write to `contact_email`."""

    name: str
    controller: str
    contact_email: str


class TeamChange(RequestBody):
    """What to replace; the rest stays."""

    name: Name | UnsetType = UNSET
    controller: Annotated[str, msgspec.Meta(min_length=1, max_length=300)] | UnsetType = UNSET
    contact_email: str | UnsetType = UNSET


def list_members() -> Members:
    """Everybody in the team, in the order they joined."""
    return Members([_member_response(each) for each in people.list_members()])


def change_member(person_id: int, body: RoleGiven) -> Member:
    """Give a member another role. Their tokens of a higher one end, and one owner always stays.

    The token needs the scopes of all that the new role may do.
    """
    found, owner = _get_member(person_id), access.person()
    check_held(*SCOPES_OF[body.role])
    with writing_with_password(owner, body.password):
        people.change_role(found, body.role, owner)
    return _member_response(found)


def remove_member(person_id: int) -> None:
    """Take a member out of the team, with all their tokens; one owner always stays."""
    people.remove_member(_get_member(person_id), access.person())


def list_invitations() -> Invitations:
    """Everybody who was asked in and has not come yet, the newest first."""
    found = people.list_invitations()
    return Invitations([_invitation_response(each) for each in found])


def invite_person(body: Inviting) -> Answer[InvitationShown]:
    """Ask somebody in for two days, by mail; without a mail server the answer holds the link.

    The token needs the scopes of all that the role may do.
    """
    owner = access.person()
    check_held(*SCOPES_OF[body.role])
    with writing_with_password(owner, body.password):
        asked = people.invite(owner, body.email, body.role)
    return _secret_response(*asked)


def invite_again(invitation_id: int, body: InvitingAgain) -> Answer[InvitationShown]:
    """Send another link; the old one opens nothing any more.

    The token needs the scopes of all that the role may do.
    """
    found, owner = access.get(Invitation, invitation_id, "own"), access.person()
    check_held(*SCOPES_OF[found.role])
    with writing_with_password(owner, body.password):
        token = people.invite_again(found, owner)
    return _secret_response(found, token)


def take_invitation_back(invitation_id: int) -> None:
    """Take an invitation back; its link opens nothing from now on."""
    people.uninvite(access.get(Invitation, invitation_id, "own"), access.person())


def get_team() -> TeamShown:
    """What the team is called, and who answers for its pages."""
    return _team_response(access.get_team())


def change_team(body: TeamChange) -> TeamShown:
    """Change what the team is called or who answers for its pages, as visitors read it."""
    given: dict[str, str] = msgspec.to_builtins(body)
    told = {name: " ".join(text.split()) for name, text in given.items()}
    if empty := [name for name, text in told.items() if not text]:
        raise Invalid(empty[0], "Visitors read this, so it says something.")
    settings.change_team(**told)
    return _team_response(access.get_team())


def _get_member(person_id: int) -> Membership:
    return people.find_member(person_id) or abort(404)


def _member_response(found: Membership) -> Member:
    return Member(
        id=found.person_id,
        name=found.person.name,
        email=found.person.email,
        role=found.role,
        since=found.created_at,
    )


def _secret_response(made: Invitation, token: str) -> Answer[InvitationShown]:
    """An invitation with its link where nobody mails it; told again without."""
    shown = _invitation_response(made)
    has_mail = bool(runtime().settings.mail_url)
    link = None if has_mail else people.invitation_address(token)
    return Answer(msgspec.structs.replace(shown, link=link), again=shown)


def _invitation_response(found: Invitation) -> InvitationShown:
    return InvitationShown(
        id=found.id,
        email=found.email,
        role=found.role,
        by=found.invited_by.name,
        expires_at=found.expires_at,
        is_over=people.is_invitation_over(found),
    )


def _team_response(found: TeamSettings) -> TeamShown:
    return TeamShown(
        name=found.name, controller=found.controller, contact_email=found.contact_email
    )


class Needed(msgspec.Struct):
    """So many approvals, those of the `required` people (their ids) among them."""

    approvals: int
    required: list[int]


class NeedsChange(RequestBody, kw_only=True):
    approvals: int
    required: list[int] = msgspec.field(default_factory=list)


class CoachShown(msgspec.Struct):
    """A word or phrase an entry; `muted` are rules that do not speak, of those that `may_rest`."""

    jargon: list[str]
    allowed: list[str]
    muted: list[str]
    may_rest: list[str]


class CoachChange(RequestBody):
    """What to replace; each replaces the whole list, and the rest stays."""

    jargon: list[str] | UnsetType = UNSET
    allowed: list[str] | UnsetType = UNSET
    muted: list[str] | UnsetType = UNSET


def get_approving() -> Needed:
    """How many approve a text, and who must be among them."""
    return _approving_response()


def change_approving(body: NeedsChange) -> Needed:
    """Change how many approve a text, and who must be among them."""
    approvers.set_needs(body.approvals, body.required)
    return _approving_response()


def get_coach() -> CoachShown:
    """What the coach looks for."""
    return _coach_response()


def change_coach(body: CoachChange) -> CoachShown:
    """Change what the coach looks for. It reads every draft so from now on."""
    muted = None if body.muted is UNSET else set(body.muted)
    if strange := (muted or set()) - {rule.id for rule in coach_report.mutable_rules()}:
        raise Invalid("muted", f"“{min(strange)[:40]}” is no rule that may rest.")
    lists = {
        name: "\n".join(words)
        for name, words in (("jargon", body.jargon), ("allowed", body.allowed))
        if words is not UNSET
    }
    coach_report.update_coach(**lists, muted=muted)
    return _coach_response()


def _approving_response() -> Needed:
    kept = approvers.needs_of()
    return Needed(kept.approvals, sorted(kept.required))


def _coach_response() -> CoachShown:
    kept = coach_report.get_coach_settings()
    may_rest = [rule.id for rule in coach_report.mutable_rules()]
    return CoachShown([*kept.jargon], [*kept.allowed], [*kept.muted], may_rest)
