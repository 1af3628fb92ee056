"""The mail to an address that was just left, the tokens in its links, and webhooks of sign-ups.

The mail says what it's for, how to confirm the address and how to have it erased. There is one for
each address, page and day; on a page that is overrun mails wait their turn.

All mails of a page to one address carry the same token, so the links of an older mail work as long
as those of the newest. We keep a hash of it. Our last mail is written long afterwards: its link is
this hash with the server's own signature, and leads to the same row. The server's key, without
which nobody makes either, isn't in the database.

A webhook names a sign-up by a number that leads to nobody: only the page's own key, which is
destroyed with the data, can tell whose it is. The address is sent only where an owner ticked that.
"""

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_encode
from msgspec.structs import replace

from wbtest import driver
from wbtest.audience.models import SIGNUPS, Signup
from wbtest.audience.recording.counting_rules import (
    HOUR_US,
    SUSPECTED,
    SignupRow,
    microseconds_of,
    moment_at,
)
from wbtest.audience.recording.events import SignedUp
from wbtest.delivery import outbox, webhooks
from wbtest.delivery.models import OutboxEvent, OutboxMail
from wbtest.publishing import live_snapshot, page_options, page_strings
from wbtest.publishing.models import Experiment
from wbtest.publishing.own_hosts import page_address, site_address

# The last paragraphs of each mail: how to leave, why it came or what is stored, and who answers for
# it. As HTML they are its small print.
FOOTER = 3
# Stands for the token where a letter is made before it is known for whom. Nobody can type it.
TOKEN = "\0"  # noqa: S105 - the place of one
SALT = "wbtest.closing"
SIGN_UP_SALT = "wbtest.sign-up"
DAY_US = 86_400_000_000
SentSignups = Sequence[tuple[SignedUp, SignupRow]]
# Those suspected of being machines are not among them, or machines could slow our mails.
_COUNTING = (
    "SELECT count(*) FROM (SELECT 1 FROM signups WHERE experiment_id = ? AND at_us > ? "
    "AND excluded_because != ? LIMIT ?) AS came"
)


class MailText(NamedTuple):
    """A mail to a visitor; ``leave_url`` is what a mail program's button posts to."""

    subject: str
    body: str
    leave_url: str

    def filled_in(self, token: str) -> "MailText":
        """Return the mail with ``token`` in the links that lack theirs."""
        return MailText._make([part.replace(TOKEN, token) for part in self])


class MailParagraph(NamedTuple):
    """A paragraph of a mail, with the address that follows it; '' for none."""

    text: str
    url: str = ""


def welcome_mail(
    live: live_snapshot.LiveExperiment, base_url: str, token: str, mail: page_options.FirstMail
) -> MailText:
    """Return the mail in the page's language. Anybody with ``token`` can confirm and leave.

    Where ``mail`` asks nobody to confirm it thanks, and says the rest.
    """
    strings = page_strings.strings_of(live.control.page)
    product = live.control.page.product
    site = site_address(base_url, live.host)
    page = page_address(base_url, live.slug, live.host)
    leave_url = f"{site}/leave/{token}"
    confirms = mail.asks_to_confirm
    lines = [
        MailParagraph(strings.mail_why.format(product=product, page=page)),
        # The page itself may have left this out until the click; here it is always said.
        MailParagraph(strings.not_yet.format(product=product)),
        MailParagraph(strings.mail_confirm, f"{site}/confirm/{token}")
        if confirms
        else MailParagraph(strings.thanks_next),
        MailParagraph(strings.mail_leave, leave_url),
        MailParagraph(strings.mail_mine, f"{site}/mine/{token}"),
        MailParagraph(f"{live.controller}\n{live.contact}"),
    ]
    subject = (strings.mail_subject if confirms else strings.mail_thanks).format(product=product)
    return MailText(subject, as_text(lines), leave_url)


def as_text(lines: list[MailParagraph]) -> str:
    """Return the lines as plain text, each address under its sentence; the last are the FOOTER."""
    return "\n\n".join(f"{line.text}\n{line.url}".strip() for line in lines) + "\n"


def sign_up_token(identity_key: bytes, email_key: str, secret: str) -> str:
    """Return the token for the mails of the page with this key to this address; always the same.

    ``secret`` is the server's key.
    """
    key = _sign_up_key(secret)
    whom = f"{identity_key.hex()}:{email_key}".encode()
    return base64_encode(hmac.digest(key, whom, "sha256")).decode()


def hash_of_new(token: str) -> str:
    """Return the same as ``hash_of`` for a token that was just made and so carries no signature."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def link_token(token_hash: str) -> str:
    """Return what stands for the token in a link to the sign-up of this hash; always the same."""
    return _signer().sign(token_hash).decode()


def hash_of(token: str) -> str:
    """Return the hash under which the sign-up is kept, for the first mail's token or the last's."""
    try:
        return _signer().unsign(token.encode("utf-8", "replace")).decode()
    except BadSignature:
        return hash_of_new(token)


def leads_to(token_hash: str) -> sa.ColumnElement[bool]:
    """Whether a sign-up is the one to which links with the token of this hash lead.

    A link names no experiment, and every key of an event begins with one: so each of them is asked.
    """
    experiments = sa.select(Experiment.id)
    return sa.and_(Signup.experiment_id.in_(experiments), Signup.token_hash == token_hash)


def _signer() -> Signer:
    return _token(current_app.config["SECRET_KEY"], SALT)


@lru_cache(maxsize=8)
def _token(secret: str, salt: str, digest_method: Any = None) -> Signer:
    """Made once: to make one takes longer than to sign."""
    return Signer(secret, salt=salt, digest_method=digest_method)


@lru_cache(maxsize=8)
def _sign_up_key(secret: str) -> bytes:
    """The key of the signer of sign-ups, which would derive it again for each of them."""
    return _token(secret, SIGN_UP_SALT, sha256).derive_key()


class BatchMails:
    """The mails of a group of sign-ups; ``new`` are the ids of the rows that are kept.

    ``stored`` are the rows that were there before under their addresses: to ask for them once more
    took so long that the time of an answer told who had signed up.

    Nobody is written to because of a machine, which may want us to write to somebody else.
    ``later`` says of the new rows whose mail waits when it leaves, by their ids.
    """

    def __init__(
        self,
        connection: sa.Connection,
        sent: SentSignups,
        new: Collection[int],
        stored: Sequence[SignupRow],
        now: datetime,
    ) -> None:
        self._connection = connection
        self._stored = stored
        self._now = now
        trusted = [(event, row) for event, row in sent if row.excluded_because != SUSPECTED]
        self._known = [(event, row) for event, row in trusted if id(row) not in new]
        fresh = [(event, row) for event, row in trusted if id(row) in new]
        self._pace = MailPace(connection, now)
        self._due: list[tuple[SignedUp, int | None]] = []
        self.later: dict[int, int] = {}
        for event, row in fresh:
            if event.subject:
                due_us = self._pace.due_us(event, is_new=True)
                self._due.append((event, due_us))
                if due_us is not None:
                    self.later[id(row)] = due_us

    def write(self, mail_domain: str) -> None:
        """Queue the mails, once the new rows are stored."""
        connection = self._connection
        for event in _asked_again(connection, self._known, self._stored):
            due_us = self._pace.due_us(event, is_new=False)
            self._due.append((event, due_us))
            if due_us is not None:
                connection.execute(
                    sa.update(SIGNUPS)
                    .where(
                        SIGNUPS.c.experiment_id == event.experiment_id,
                        SIGNUPS.c.email_key == event.email_key,
                    )
                    .values(mailed_us=due_us)
                )
        outbox.insert_mails(
            connection,
            [
                _mail(event, self._now, mail_domain)
                | {"due_at": self._now if due_us is None else moment_at(due_us)}
                for event, due_us in self._due
            ],
        )


class MailPace:
    """When the mails of a group leave: at once, or on an overrun page after the last that waits.

    The sign-up remembers that moment as the one of its mail, and so the next group finds it.
    """

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self._connection = connection
        self._now_us = microseconds_of(now)
        self._came: dict[int, int] = {}
        self._last: dict[int, int] = {}

    def due_us(self, event: SignedUp, *, is_new: bool) -> int | None:
        """Return the moment in microseconds since 1970, None for at once.

        ``is_new`` says that the sign-up is not stored yet, and counts from now on.
        """
        page, most = event.experiment_id, event.most_an_hour
        if not most:
            return None
        if page not in self._came:
            counted = (page, self._now_us - HOUR_US, SUSPECTED, most)
            [[self._came[page]]] = driver.ask(self._connection, _COUNTING, counted)
        is_overrun = self._came[page] >= most
        self._came[page] += is_new
        if not is_overrun:
            return None
        if page not in self._last:
            self._last[page] = _last_due(self._connection, page, self._now_us)
        self._last[page] += HOUR_US // most
        return self._last[page]


def _last_due(connection: sa.Connection, experiment_id: int, now_us: int) -> int:
    """When the last mail of a page leaves that waits; now when none does."""
    newest = "SELECT max(mailed_us) FROM signups WHERE experiment_id = ? AND mailed_us > ?"
    [[found]] = driver.ask(connection, newest, (experiment_id, now_us))
    return found or now_us


def _asked_again(
    connection: sa.Connection, known: SentSignups, stored: Sequence[SignupRow]
) -> list[SignedUp]:
    """Those whose address is there, unconfirmed, and had its last mail a day ago, earlier or never.

    Its token is the one of the mails before, unless the server's key is another since then. The new
    mail takes the place of one which still waits; all else stays as it was, since a stranger may
    have sent the form. So the mail goes to the spelling that is stored.
    """
    asked = {
        (row.experiment_id, row.email_key): event
        for event, row in known
        if event.asks_to_confirm and event.subject
    }
    again = []
    for row in stored:
        event = asked.get((row.experiment_id, row.email_key))
        if row.confirmed_us is not None or row.excluded_because == SUSPECTED:
            continue
        # Without a mail server none was sent. Now the page tells them to open one.
        is_due = event and (row.mailed_us is None or event.at_us - row.mailed_us >= DAY_US)
        if event is not None and is_due:
            connection.execute(
                sa.update(SIGNUPS)
                .where(
                    SIGNUPS.c.experiment_id == row.experiment_id,
                    SIGNUPS.c.email_key == row.email_key,
                )
                .values(token_hash=event.token_hash, mailed_us=event.at_us)
            )
            _take_back(connection, row)
            again.append(replace(event, email=row.email))
    return again


def _take_back(connection: sa.Connection, signup: Any) -> None:
    """Delete the mail with the sign-up's last token if it has not left yet."""
    waiting = connection.execute(
        sa.select(OutboxMail.id, OutboxMail.leave_url).where(
            OutboxMail.recipient == signup.email, OutboxMail.state == "waiting"
        )
    ).all()
    for mail in waiting:
        token = mail.leave_url.rpartition("/")[2]
        if hash_of_new(token) == signup.token_hash:
            connection.execute(sa.delete(OutboxMail).where(OutboxMail.id == mail.id))


def _mail(event: SignedUp, now: datetime, mail_domain: str) -> dict[str, Any]:
    return outbox.mail_row(
        event.email,
        event.subject,
        event.body,
        event.leave_url,
        now,
        mail_domain,
        event.experiment_id,
    )


def announce_signups(
    connection: sa.Connection, rows: Sequence[SignupRow], new: Collection[int], now: datetime
) -> None:
    """Write an event for each new sign-up of a group; ``new`` are the ids of the rows kept.

    One look-up for the whole group; a group without new sign-ups asks nothing.
    """
    fresh = [row for row in rows if id(row) in new]
    if fresh:
        _announce(connection, "signup.created", fresh, now)


def announce_confirmed(connection: sa.Connection, signup: Any, at_us: int) -> None:
    """Write an event that the address of this stored sign-up was confirmed."""
    _announce(connection, "signup.confirmed", [signup], moment_at(at_us))


def signup_number(identity_key: bytes | None, email_key: str) -> str:
    """Return the number under which events name a sign-up; '' when the key is destroyed.

    >>> signup_number(b"key", "ada@x.io") == signup_number(b"other key", "ada@x.io")
    False
    """
    if identity_key is None:
        return ""
    return hmac.digest(identity_key, f"event {email_key}".encode(), "sha256").hex()[:24]


def _announce(connection: sa.Connection, kind: str, signups: Sequence[Any], now: datetime) -> None:
    hooks = webhooks.find_wanting(connection, [kind])
    if not hooks:
        return
    pages = {
        page.id: page
        for page in connection.execute(
            sa.select(Experiment.id, Experiment.slug, Experiment.identity_key).where(
                Experiment.id.in_({row.experiment_id for row in signups})
            )
        )
    }
    rows = []
    for signup in signups:
        page = pages[signup.experiment_id]
        data = {
            "experiment": page.id,
            "slug": page.slug,
            "signup": signup_number(page.identity_key, signup.email_key),
            "variant": signup.variant,
            "source": signup.source,
            "device": signup.device,
            "excluded_because": signup.excluded_because,
        }
        rows += webhooks.event_rows(hooks, kind, data, now, signup.email)
    if rows:
        connection.execute(sa.insert(OutboxEvent), rows)
