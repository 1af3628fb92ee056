"""One's own account: logging in with a password, a new password or email.

A link in a mail works once. The mails contain no names and no typed text except addresses.
"""

import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from wbtest.delivery.models import OutboxMail
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import clock, db, runtime
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team import passwords, people, rate_limits, sessions, tokens
from wbtest.team.audit import first_person, record, record_wrong_log_in
from wbtest.team.models import AccountLink, LoginSession, Person
from wbtest.team.two_factor import (
    CodeAsked,
    has_second_factor,
)

WRONG_LOG_IN = "Wrong email or password. Check both and try again."
PACE = timedelta(minutes=10)
Kind = Literal["reset", "email"]
LINK_LIFE = timedelta(hours=1)
_LINK = re.compile(r"/(reset|email)/([\w-]{43})$", re.MULTILINE)
# By name, the subject and the text of a mail.
LETTERS = msgspec.toml.decode(
    Path(__file__).with_suffix(".toml").read_bytes(), type=dict[str, dict[str, str]]
)


def log_in(email: str, password: str, former_token: str = "") -> str:
    """Open a session and return its token; one that the device had before is over.

    Raises Invalid and RateLimited in the same words and after the same time, no matter whose
    email it is, and CodeAsked when the password is right and a code is wanted too: no session is
    open then.
    """
    account = _account_of(email)
    with passwords.count_try(account, sessions.find_device_name(account)):
        person = people.find_person(email)
        stored = person.password_hash if person else None
        if not passwords.is_right(stored, password) or person is None or stored is None:
            record_wrong_log_in(person)
            raise Invalid("password", WRONG_LOG_IN)
    renewed = passwords.hash_password(password) if passwords.is_outdated(stored) else stored
    with writing():
        hold(person)
        # Somebody changed the password while we compared: what was right is right no longer.
        if person.password_hash != stored:
            raise Invalid("password", WRONG_LOG_IN)
        person.password_hash = renewed
        if not has_second_factor(person):
            sessions.end_session(former_token)
            record("login.succeeded", by=person)
            return sessions.open_session(person)
    raise CodeAsked(person)


def _account_of(email: str) -> str:
    """Whose log-in is tried: the email as we compare it, or what was typed instead."""
    try:
        return people.clean_email(email)
    except Invalid:
        return email.strip().lower()


def change_password(person: Person, old: str, new: str, *, ends_tokens: bool = False) -> str:
    """Change one's own password, log out everywhere, and return the token of a new session.

    With ``ends_tokens`` programs are shut out too. Raises Invalid at ``old_password`` or
    ``new_password``.
    """
    stored = passwords.check_password(person, old, "old_password")
    if new == old:
        raise Invalid("new_password", "This is the password you have. Choose another one.")
    hashed = people.hash_good_password(new, "new_password", (person.name, person.email))
    with writing():
        passwords.hold_with_password(person, stored, "old_password")
        people.replace_hash(person, hashed)
        record("login.password_changed", by=person)
        if ends_tokens:
            tokens.end_tokens(person)
        return sessions.open_session(person)


def ask_for_reset(email: str) -> None:
    """Mail a link to the person who logs in with this email, at most one in ten minutes.

    Nobody learns here whether there is such a person: for a stranger the same is done for somebody
    else, and taken back. Raises Invalid at ``email`` for what is no address at all.
    """
    wanted = people.clean_email(email)
    person = people.find_person(wanted)
    names = rate_limits.names_of(f"reset mail {wanted}")
    with writing() as session:
        total, _ = rate_limits.count(session.connection(), names, 1, PACE)
        if total > 1:
            return
        # Looked up for those who are known, too.
        first = first_person()
        somebody = person or first
        if somebody is None:
            return
        point = session.begin_nested()
        _mail_link(somebody)
        if person is None:
            point.rollback()
        else:
            point.commit()


def reset_password(token: str, new: str, *, ends_tokens: bool = False) -> Person:
    """Set the password of whom the link is for, and end all their sessions and links; return them.

    With ``ends_tokens`` their programs are shut out too. Nobody is logged in by it. Raises
    LinkOver, or Invalid at ``new_password``.
    """
    person = get_link(token, "reset").person
    hashed = people.hash_good_password(new, "new_password", (person.name, person.email))
    with writing():
        hold(person)
        spend_link(token, "reset")
        people.replace_hash(person, hashed)
        record("login.reset", by=person)
        if ends_tokens:
            tokens.end_tokens(person)
        _write(person.email, "reset_done", reset_url=link_address("/reset"))
    return person


def _mail_link(person: Person) -> None:
    hold(person)
    token = make_link(person, "reset")
    _write(person.email, "reset", url=link_address(f"/reset/{token}"))
    record("login.reset_asked", by=person)
    db.session.flush()


def ask_to_change_email(person: Person, new: str, password: str) -> str:
    """Write to both addresses and return the new one; nothing changes yet.

    One mail in ten minutes goes to each new address.

    Whether the new address has a log-in of its own, only its owner learns. Raises Invalid at
    ``password`` or ``new_email``.
    """
    wanted = people.clean_email(new, "new_email")
    stored = passwords.check_password(person, password)
    if wanted == person.email:
        raise Invalid("new_email", "You already log in with this email. Enter another one.")
    names = rate_limits.names_of(f"email mail {wanted}")
    with writing() as session:
        passwords.hold_with_password(person, stored)
        total, _ = rate_limits.count(session.connection(), names, 1, PACE)
        if total > 1:
            return wanted
        is_taken = people.find_person(wanted) is not None
        token = make_link(person, "email", wanted)
        reset_url = link_address("/reset")
        _write(person.email, "email_asked", new_email=wanted, reset_url=reset_url)
        if is_taken:
            # The link of an address that is taken is told to nobody.
            _write(wanted, "email_taken", login_url=link_address("/login"))
        else:
            _write(wanted, "email_link", url=link_address(f"/email/{token}"))
        record("login.email_asked", by=person)
    return wanted


def change_email(token: str, kept_session: str = "") -> Person:
    """Let a person log in with the address that the link went to, and end all other sessions.

    ``kept_session`` is the token of the browser that confirms; it stays logged in when it is the
    same person's. Raises LinkOver, also when somebody else got a log-in with the address meanwhile.
    """
    link = get_link(token, "email")
    person, new = link.person, link.new_email
    others = LoginSession.token_hash != sessions.digest(kept_session)
    try:
        with writing() as session:
            hold(person)
            spend_link(token, "email")
            old, person.email = person.email, new
            session.flush()
            spend_all_links(person)
            session.execute(
                sa.delete(LoginSession).where(LoginSession.person_id == person.id, others)
            )
            record("login.email_changed", old, by=person)
            _write(old, "email_changed", new_email=new)
    except IntegrityError as error:
        raise LinkOver("email") from error
    return person


def _write(recipient: str, name: str, **told: str) -> None:
    """Queue one of LETTERS; ``told`` are the addresses that it names."""
    letter = LETTERS[name]
    queue_mail(recipient=recipient, subject=letter["subject"], body=letter["body"].format(**told))


class LinkOver(Refused):
    """The link was used, is too old, or never was one; nobody learns which of these it is."""

    status = 404
    title = "This link no longer works"

    def __init__(self, kind: Kind) -> None:
        super().__init__("Links work once, for an hour. A newer link replaces an older one.")
        self.kind = kind


def make_link(person: Person, kind: Kind, new_email: str = "") -> str:
    """Return the token of a new link; an earlier one of the kind is over. Inside ``writing``."""
    token = secrets.token_urlsafe(32)
    session = db.session
    ours = (AccountLink.person_id == person.id) & (AccountLink.kind == kind)
    session.execute(sa.delete(AccountLink).where(ours))
    session.add(
        AccountLink(
            token_hash=sessions.digest(token),
            person_id=person.id,
            kind=kind,
            new_email=new_email,
            expires_at=clock.now() + LINK_LIFE,
        )
    )
    return token


def get_link(token: str, kind: Kind) -> AccountLink:
    """Return the link that this token opens; it is not spent. Raises LinkOver."""
    found: AccountLink | None = db.session.scalar(
        sa.select(AccountLink).where(_is_open(token, kind))
    )
    if found is None:
        raise LinkOver(kind)
    return found


def spend_link(token: str, kind: Kind) -> None:
    """Delete the link inside ``writing``, its person held. LinkOver when another was faster."""
    spent = sa.delete(AccountLink).where(_is_open(token, kind)).returning(AccountLink.token_hash)
    if db.session.scalar(spent) is None:
        raise LinkOver(kind)


def spend_all_links(person: Person) -> None:
    """Delete every link of a person, inside ``writing``."""
    db.session.execute(sa.delete(AccountLink).where(AccountLink.person_id == person.id))


def forget_old_links(now: datetime) -> None:
    """Delete the links that are too old; a job of the worker."""
    with writing() as session:
        session.execute(sa.delete(AccountLink).where(AccountLink.expires_at <= now))


def link_address(path: str) -> str:
    """Return the whole address of a path of ours, for a mail: never from what a request says."""
    settings = runtime().settings
    return settings.base_url + path


def may_leave(mail: OutboxMail) -> bool:
    """Whether a mail may still be sent: one with a link of ours only while that works."""
    found = None if mail.leave_url else _LINK.search(mail.body)
    if found is None:
        return True
    is_open = _is_open(found[2], "reset" if found[1] == "reset" else "email")
    return db.session.scalar(sa.select(sa.exists().where(is_open))) is True


def _is_open(token: str, kind: Kind) -> sa.ColumnElement[bool]:
    return sa.and_(
        AccountLink.token_hash == sessions.digest(token),
        AccountLink.kind == kind,
        AccountLink.expires_at > clock.now(),
    )
