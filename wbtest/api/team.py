"""The team: members, invitations, API tokens, settings, and the audit log."""

from datetime import date, datetime
from typing import Annotated, Literal, get_args

import msgspec
from flask import abort
from msgspec import UNSET, UnsetType

from wbtest.api.serialization import Answer, Page, RequestBody, shown
from wbtest.extensions import runtime
from wbtest.review import approvers
from wbtest.store import Invalid, Refused
from wbtest.team import access, audit, passwords, people, settings, tokens
from wbtest.team.models import ApiToken, Invitation, Membership
from wbtest.web import LARGEST_ID
from wbtest.writing import coach_report

Role = Literal["viewer", "editor", "approver", "owner"]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
# What a token needs to do all that a member of this role may do.
SCOPES_OF = {
    "viewer": ("read", "write"),
    "editor": ("read", "write"),
    "approver": ("read", "write", "decide"),
    "owner": ("read", "write", "decide", "admin", "manage"),
}
Scope = Literal["read", "write", "decide", "admin", "manage"]
AuditKind = Literal["people", "texts", "pages", "visitors", "sending", "refusals"]


class Member(msgspec.Struct, kw_only=True):
    id: int
    name: str
    email: str
    role: str
    since: datetime


class Members(msgspec.Struct):
    members: list[Member]


class InvitingAgain(RequestBody, kw_only=True):
    """`password` is that of the person who created the token."""

    password: str


class RoleGiven(InvitingAgain, kw_only=True):
    """`password` is that of the person who created the token."""

    role: Role


class Inviting(RoleGiven, kw_only=True):
    """`password` is that of the person who created the token."""

    email: str


class InvitationShown(msgspec.Struct, kw_only=True):
    """An invitation that nobody has accepted; `link` is shown once, if no email carries it."""

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
    with passwords.writing_with_password(owner, body.password):
        people.change_role(found, body.role, owner)
    return _member_response(found)


def remove_member(person_id: int) -> None:
    """Take a member out of the team, with all their tokens; one owner always stays."""
    people.remove_member(_get_member(person_id), access.person())


def list_invitations() -> Invitations:
    """Pending invitations, the newest first."""
    found = people.list_invitations()
    return Invitations([_invitation_response(each) for each in found])


def invite_person(body: Inviting) -> Answer[InvitationShown]:
    """Invite somebody by email for two days; without a mail server, the answer has the link.

    The token needs the scopes of all that the role may do.
    """
    owner = access.person()
    check_held(*SCOPES_OF[body.role])
    with passwords.writing_with_password(owner, body.password):
        asked = people.invite(owner, body.email, body.role)
    return _secret_response(*asked)


def invite_again(invitation_id: int, body: InvitingAgain) -> Answer[InvitationShown]:
    """Send another link; the old one stops working.

    The token needs the scopes of all that the role may do.
    """
    found, owner = access.get(Invitation, invitation_id, "own"), access.person()
    check_held(*SCOPES_OF[found.role])
    with passwords.writing_with_password(owner, body.password):
        token = people.invite_again(found, owner)
    return _secret_response(found, token)


def take_invitation_back(invitation_id: int) -> None:
    """Withdraw an invitation; its link stops working."""
    people.uninvite(access.get(Invitation, invitation_id, "own"), access.person())


def get_team() -> TeamShown:
    """What the team is called, and who answers for its pages."""
    return shown(TeamShown, access.get_team())


def change_team(body: TeamChange) -> TeamShown:
    """Change what the team is called or who answers for its pages, as visitors read it."""
    given: dict[str, str] = msgspec.to_builtins(body)
    told = {name: " ".join(text.split()) for name, text in given.items()}
    if empty := [name for name, text in told.items() if not text]:
        raise Invalid(empty[0], "Visitors read this, so it can’t be empty.")
    settings.change_team(**told)
    return get_team()


def _get_member(person_id: int) -> Membership:
    return people.find_member(person_id) or abort(404)


def _member_response(found: Membership) -> Member:
    return shown(Member, found.person, role=found.role, since=found.created_at)


def _secret_response(made: Invitation, token: str) -> Answer[InvitationShown]:
    """An invitation with its link where nobody mails it; told again without."""
    again = _invitation_response(made)
    has_mail = bool(runtime().settings.mail_url)
    link = None if has_mail else people.invitation_address(token)
    return Answer(msgspec.structs.replace(again, link=link), again=again)


def _invitation_response(found: Invitation) -> InvitationShown:
    is_over = people.is_invitation_over(found)
    return shown(InvitationShown, found, by=found.invited_by.name, is_over=is_over)


class Needed(msgspec.Struct):
    """The number of approvals; the `required` people (ids) must be among them."""

    approvals: int
    required: list[int]


class NeedsChange(RequestBody, kw_only=True):
    approvals: int
    required: list[int] = msgspec.field(default_factory=list)


class CoachShown(msgspec.Struct):
    """One word or phrase per entry; `muted` rules are off, of those that `may_rest`."""

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
    kept = approvers.needs_of()
    return Needed(kept.approvals, sorted(kept.required))


def change_approving(body: NeedsChange) -> Needed:
    """Change how many approve a text, and who must be among them."""
    approvers.set_needs(body.approvals, body.required)
    return get_approving()


def get_coach() -> CoachShown:
    """What the coach looks for."""
    kept = coach_report.get_coach_settings()
    may_rest = [rule.id for rule in coach_report.mutable_rules()]
    return CoachShown([*kept.jargon], [*kept.allowed], [*kept.muted], may_rest)


def change_coach(body: CoachChange) -> CoachShown:
    """Change what the coach looks for. This applies to every draft from now on."""
    muted = None if body.muted is UNSET else set(body.muted)
    if strange := (muted or set()) - {rule.id for rule in coach_report.mutable_rules()}:
        raise Invalid("muted", f"“{min(strange)[:40]}” isn’t a rule you can turn off.")
    lists = {
        name: "\n".join(words)
        for name, words in (("jargon", body.jargon), ("allowed", body.allowed))
        if words is not UNSET
    }
    coach_report.update_coach(**lists, muted=muted)
    return get_coach()


class ScopeMissing(Refused):
    """The token was not given what this takes."""

    status = 403


def check_held(*scopes: str) -> None:
    """Raise ScopeMissing unless the token that asks holds all of these."""
    token = access.find_token()
    held = token.scopes.split() if token else []
    for scope in scopes:
        if scope not in held:
            access.turn_away("scope")
            raise ScopeMissing(
                f"This token lacks the scope “{scope}”. An owner can create one that has it."
            )


class NewToken(RequestBody, kw_only=True):
    """`password`: that of the person who created this token; the new one ends in `days`."""

    name: str
    scopes: list[Scope]
    password: str
    days: int | None = None


class TokenShown(msgspec.Struct, kw_only=True):
    """A token; `over` says why it stopped working, '' while it works. `text` is shown once."""

    id: int
    name: str
    begins: str
    scopes: list[str]
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_on: date | None
    over: str
    text: str | None = None


class Tokens(msgspec.Struct):
    tokens: list[TokenShown]


def list_tokens() -> Tokens:
    """The tokens, the newest first, without their text."""
    return Tokens([_token_response(each) for each in tokens.list_tokens()])


def make_token(body: NewToken) -> Answer[TokenShown]:
    """Create a token for the same person, with at most this token's scopes; shown once."""
    check_held(*body.scopes)
    made, text = tokens.make_with_password(
        access.person(),
        body.password,
        name=body.name,
        scopes=body.scopes,
        days=body.days,
    )
    again = _token_response(made)
    return Answer(msgspec.structs.replace(again, text=text), again=again)


def end_token(token_id: int) -> None:
    """End a token; what it is used for fails from the next request on."""
    tokens.revoke_token(access.get(ApiToken, token_id, "own"))


def _token_response(token: ApiToken) -> TokenShown:
    return shown(
        TokenShown,
        token,
        begins=token.prefix,
        scopes=token.scopes.split(),
        made_by=token.person.name,
        over=tokens.why_dead(token),
    )


assert get_args(AuditKind) == tuple(audit.AUDIT_KINDS)


class LinesWanted(Page):
    """Lines of a kind, of a person (id), of days in UTC, both ends included."""

    kind: AuditKind | None = None
    person: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_ID)] | None = None
    first: date | None = None
    last: date | None = None


class Line(msgspec.Struct, kw_only=True):
    """A line of the audit log; `token` names the one with which a program did it, '' without."""

    id: int
    at: datetime
    who: str
    action: str
    about: str
    said: str
    token: str


class Lines(msgspec.Struct):
    items: list[Line]
    next: str | None


def list_audit_lines(query: LinesWanted) -> Lines:
    """Who did what, the newest first.

    Who was turned away stands in the kind `refusals`, and only there.
    """
    wanted = audit.AuditFilter(query.person, query.kind or "", query.first, query.last)
    rows = list(audit.list_lines(wanted, query.before, query.limit + 1))
    some, onward = query.cut(rows)
    return Lines(
        [shown(Line, each, said=audit.describe_action(each.action, each.about)) for each in some],
        onward,
    )
