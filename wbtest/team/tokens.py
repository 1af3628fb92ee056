"""API tokens: made and revoked by owners, shown once, stored as a hash."""

import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from wbtest.extensions import clock, db
from wbtest.store import Invalid, Refused, end_reading, hold, writing
from wbtest.team import access, audit, passwords, sessions
from wbtest.team.models import ApiToken, Membership, Person

# What a token may be given, and what it lets a program do within its maker's role.
SCOPES = {
    "read": "Read ideas, reviews, tests and results",
    "write": "Create and edit releases, draft tests, comments, forecasts, costs and notes",
    "decide": "Approve releases, start, pause and end tests, and record decisions",
    "admin": "See sign-ups’ email addresses, members, webhooks, tokens and the audit log",
    "manage": "Manage people, webhooks and tokens. After a test, email the people who signed up or "
    "delete their data",
}
BEGINS = "wbt_"
LONGEST_NAME = 80
LONGEST_LIFE = 3650
MOST_TOKENS = 100


def make_token(
    maker: Person,
    *,
    name: str,
    scopes: Collection[str],
    days: int | None = None,
) -> tuple[ApiToken, str]:
    """Make a token that acts as ``maker``; return it with its text, told once.

    It ends after ``days``, or never by itself. Raises Invalid at ``name``, ``scopes`` or ``days``.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid("name", f"Name the program with 1 to {LONGEST_NAME} characters.")
    if not scopes or not set(scopes) <= SCOPES.keys():
        raise Invalid("scopes", f"Choose what it may do: {', '.join(SCOPES)}.")
    if days is not None and not 1 <= days <= LONGEST_LIFE:
        raise Invalid("days", f"Enter 1 to {LONGEST_LIFE} days, or leave it empty.")
    text = BEGINS + secrets.token_urlsafe(32)
    with writing() as session:
        membership = session.get(Membership, maker.id)
        if membership is None:
            raise Refused(f"{maker.name} is not in the team.")
        if len(list_tokens()) >= MOST_TOKENS:
            raise Refused(f"You have {MOST_TOKENS} tokens, the most allowed. Delete one first.")
        token = ApiToken(
            person_id=maker.id,
            name=name,
            prefix=text[:12],
            token_hash=sessions.digest(text),
            scopes=" ".join(scope for scope in SCOPES if scope in scopes),
            role=membership.role,
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=days) if days else None,
        )
        session.add(token)
        audit.record("token.made", _called(token))
    return token, text


def make_with_password(
    maker: Person,
    password: str,
    *,
    name: str,
    scopes: Collection[str],
    days: int | None,
) -> tuple[ApiToken, str]:
    """The same, by somebody who proves once more who they are. Raises Invalid at ``password``."""
    # A new password may have ended all tokens meanwhile: then none comes after it by the old.
    with passwords.writing_with_password(maker, password):
        return make_token(maker, name=name, scopes=scopes, days=days)


def revoke_token(token: ApiToken) -> None:
    """End a token; what it is used for fails from the next request on.

    Raises Gone when somebody ended it meanwhile.
    """
    with writing() as session:
        hold(token)
        audit.record("token.revoked", _called(token))
        session.delete(token)


def revoke_above(membership: Membership, by: Person | None) -> None:
    """End what a member made in a higher role: it shall not open again when that is given back."""
    with writing() as session:
        for token in hold_tokens(
            ApiToken.person_id == membership.person_id,
            ApiToken.role.in_(access.ROLES[access.ROLES.index(membership.role) + 1 :]),
        ):
            audit.record("token.revoked", _called(token), by=by)
            session.delete(token)


def list_tokens() -> list[ApiToken]:
    """The tokens, the newest first, those among them that open nothing now."""
    return list(
        db.session.scalars(
            db.select(ApiToken)
            .options(joinedload(ApiToken.person), joinedload(ApiToken.membership))
            .order_by(ApiToken.id.desc())
        )
    )


def find_live(text: str) -> ApiToken | None:
    """The token with this text, or None when it is unknown or over."""
    if not text.startswith(BEGINS):
        return None
    found: ApiToken | None = db.session.scalar(_by_hash(), {"token_hash": sessions.digest(text)})
    return found if found is not None and not why_dead(found) else None


@cache
def _by_hash() -> sa.Select[ApiToken]:
    """Made once: every request of a program asks it, and making it takes longer than running it.

    Not at once: such options tie all models together that are loaded by then, and more come.
    """
    return (
        sa.select(ApiToken)
        .where(ApiToken.token_hash == sa.bindparam("token_hash"))
        .options(joinedload(ApiToken.person), joinedload(ApiToken.membership))
    )


def why_dead(token: ApiToken) -> str:
    """Why a token opens nothing, in a few words, or '' while it does."""
    if token.expires_at is not None and token.expires_at <= clock.now():
        return "expired"
    if access.ROLES.index(token.membership.role) < access.ROLES.index(token.role):
        return "its creator’s role is lower now"
    return ""


def note_use(token: ApiToken) -> None:
    """Write down the day on which a token was last used; a second time on one day is no write.

    No request waits for it: while others write it is left to the next one.
    """
    today = clock.now().date()
    if token.last_used_on == today:
        return
    ours = sa.update(ApiToken).where(ApiToken.id == token.id).values(last_used_on=today)
    # A request that waits for a second connection while it has one may wait for itself.
    end_reading()
    sessions.write_at_once(ours, "when a token was used")


def _called(token: ApiToken) -> str:
    return f"“{token.name}” ({token.prefix}…, {token.scopes})"


def count_tokens(person: Person) -> int:
    """How many tokens this person made that are not ended."""
    ours = sa.select(sa.func.count()).where(ApiToken.person_id == person.id)
    return db.session.scalar(ours) or 0


def hold_tokens(*which: sa.ColumnElement[bool]) -> Sequence[ApiToken]:
    """Return these tokens, locked for a caller that ends them inside ``writing``.

    A second caller waits here, and finds those that are left.
    """
    ours = sa.select(ApiToken).where(*which).order_by(ApiToken.id).with_for_update()
    return db.session.scalars(ours).all()


def end_tokens(person: Person) -> None:
    """End them all, each with a line in the audit log."""
    with writing() as session:
        for token in hold_tokens(ApiToken.person_id == person.id):
            audit.record("token.revoked", f"{token.called}, {token.scopes}", person)
            session.delete(token)
