"""From the outbox to the mail server by SMTP: claimed in one transaction, settled in another.

Delivery is at least once: a worker that dies between the two leaves the mail to be sent again,
under the same Message-ID.
"""

import re
import smtplib
import ssl
import time
from contextlib import suppress
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

import sqlalchemy as sa
from msgspec import Struct

from wbtest.delivery.models import OutboxMail
from wbtest.delivery.retry_schedule import LONGEST_WAIT, MOST_ATTEMPTS, wait_after
from wbtest.extensions import clock, db, runtime
from wbtest.networks import is_loopback
from wbtest.store import end_reading, writing

TIMEOUT_SECONDS = 20
# Longer than a slow server can keep us, so that no other worker sends the same mail meanwhile.
LEASE = timedelta(minutes=5)
# A webhook may take half a minute for its turn, so one mail a turn would be too few.
MOST_AT_ONCE = 25
TURN_SECONDS = 5.0
# A refusal of us and not of the mail: no log-in, or a sender that the server doesn't send for.
OURS_TO_FIX = re.compile(r"\b5\.7\.\d|\brelay", re.IGNORECASE)


class NotSent(Exception):
    """The mail did not leave; trying again later may help."""


class Bounced(Exception):
    """The server refused this mail for good; trying again will not help."""


class Mail(Struct, frozen=True):
    """What goes into a message."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    body: str
    leave_url: str
    written_at: datetime
    # The test whose page it looks like as HTML, None for plain text alone.
    experiment_id: int | None = None

    @property
    def picture_id(self) -> str:
        """The Content-ID of the picture that comes along: the HTML shows it as ``cid:…``."""
        return f"picture.{self.message_id.strip('<>')}"


class HtmlPart(Struct, frozen=True):
    """What a mail's text says as HTML, and the PNG that it shows; b'' for none."""

    html: str
    picture: bytes = b""


def compose(mail: Mail, part: HtmlPart | None = None) -> EmailMessage:
    """Return the message, the same each time it is sent: plain text, and after it the same as HTML.

    Raises Bounced when no header can be made of what it holds.
    """
    try:
        return _message(mail, part)
    except ValueError as error:
        raise Bounced(str(error)) from error


def _message(mail: Mail, part: HtmlPart | None) -> EmailMessage:
    name, sender = parseaddr(mail.sender)
    local, _, domain = mail.recipient.rpartition("@")
    # Few servers know letters beyond ASCII; a domain can always be written without them.
    domain = domain.encode("idna").decode()
    message = EmailMessage(policy=SMTP if local.isascii() else SMTPUTF8)
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.written_at)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    if mail.leave_url:
        message["List-Unsubscribe"] = f"<{mail.leave_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.body, cte="quoted-printable")
    if part:
        message.add_alternative(part.html, subtype="html", cte="quoted-printable")
    if part and part.picture:
        _, html = message.iter_parts()
        assert isinstance(html, EmailMessage)
        html.add_related(part.picture, "image", "png", cid=f"<{mail.picture_id}>")
    return message


def send_message(
    message: EmailMessage,
    url: str,
    trust: ssl.SSLContext | None = None,
    seconds: float = TIMEOUT_SECONDS,
) -> None:
    """Hand the message to the server at ``url``: smtp:// with STARTTLS if offered, or smtps://.

    ``trust`` says whose certificates are believed (default: the machine's); each answer may take
    that many ``seconds``. Raises Bounced or NotSent, with what the server said.
    """
    try:
        smtp = _connect(urlsplit(url), trust, seconds)
    except (OSError, smtplib.SMTPException) as error:
        # Said before the server knew of the mail, so it is ours to fix and no word about the mail.
        raise NotSent(_words(error)) from error
    try:
        smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _refusal(code, said) from error
    except smtplib.SMTPSenderRefused as error:
        # Ours to fix, not the recipient's: it will leave once the setting is right.
        raise NotSent(_words(error)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Bounced(str(error)) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_words(error)) from error
    finally:
        # The mail is taken or refused by now; how the server parts from us changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def greet(url: str, trust: ssl.SSLContext | None = None) -> None:
    """Reach the server and log in, and send nothing. Raises NotSent with what it said."""
    try:
        with _connect(urlsplit(url), trust) as smtp:
            smtp.noop()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_words(error)) from error


def _connect(
    server: SplitResult, trust: ssl.SSLContext | None, seconds: float = TIMEOUT_SECONDS
) -> smtplib.SMTP:
    host = server.hostname or ""
    is_near = is_loopback(host)
    context = trust or _trust(is_near)
    if server.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            host, server.port or 465, timeout=seconds, context=context
        )
    else:
        port = server.port or (587 if server.username else 25)
        smtp = smtplib.SMTP(host, port, timeout=seconds)
    try:
        _log_in(smtp, server, context, is_near)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _trust(is_near: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if is_near:
        # Nobody listens on a wire inside this machine, and its certificate is rarely a real one.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _log_in(
    smtp: smtplib.SMTP, server: SplitResult, context: ssl.SSLContext, is_near: bool
) -> None:
    smtp.ehlo_or_helo_if_needed()
    is_private = server.scheme == "smtps"
    if not is_private and smtp.has_extn("starttls"):
        smtp.starttls(context=context)
        smtp.ehlo()
        is_private = True
    if server.username:
        if not (is_private or is_near):
            raise NotSent("the server offers no encryption, so the password was not sent")
        smtp.login(unquote(server.username), unquote(server.password or ""))


def _refusal(code: int, said: bytes | str) -> Exception:
    words = f"{code} {_text(said)}"
    is_for_good = 500 <= code < 600 and not OURS_TO_FIX.search(words)
    return Bounced(words) if is_for_good else NotSent(words)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error) or type(error).__name__


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    # PostgreSQL keeps no text with a NUL in it.
    return " ".join(text.replace("\0", " ").split())


class ClaimedMail(NamedTuple):
    """A mail that is ours until its lease runs out."""

    id: int
    mail: Mail


def claim_mail() -> ClaimedMail | None:
    """Take the mail that has been due longest, or None. One transaction.

    One that must not be sent any more, as a later area says, is deleted instead.
    """
    may_leave = runtime().hooks.may_leave
    now = clock.now()
    # What is further away than the longest wait was noted by a clock that was ahead.
    is_due = sa.or_(OutboxMail.due_at <= now, OutboxMail.due_at > now + LONGEST_WAIT)
    next_due = (
        sa.select(OutboxMail)
        .where(OutboxMail.state == "waiting", is_due)
        .order_by(OutboxMail.due_at, OutboxMail.id)
        .limit(1)
    )
    # Asked every second, and mostly for nothing: that must not keep others from writing.
    if db.session.scalar(next_due.with_only_columns(OutboxMail.id)) is None:
        return None
    with writing() as session:
        due = next_due.with_for_update(skip_locked=True)
        while (row := session.scalars(due).first()) is not None and not may_leave(row):
            session.delete(row)
            session.flush()
        if row is None:
            return None
        row.attempts += 1
        row.due_at = now + LEASE
        return ClaimedMail(row.id, mail_of(row))


def mail_of(row: OutboxMail) -> Mail:
    """Return what goes into the message of a mail in the outbox."""
    return Mail(
        message_id=row.message_id,
        sender=runtime().settings.mail_from,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        leave_url=row.leave_url,
        written_at=row.created_at,
        experiment_id=row.experiment_id,
    )


def find_html_part(mail: Mail) -> HtmlPart | None:
    """Return the same as HTML where somebody outside the team gets the mail, else None."""
    return None if mail.experiment_id is None else runtime().hooks.as_html(mail)


def settle_mail(claim: ClaimedMail, error: Bounced | NotSent | None) -> None:
    """Note what became of a claimed mail: sent, bounced, to be tried again, or given up.

    What will not be sent again loses its text: the links in it open something, and of those we
    keep nothing but hashes. What was given up keeps it, since an owner may send it again.
    """
    with writing() as session:
        row = session.get(OutboxMail, claim.id)
        # Its recipient may have left meanwhile, or a slower worker have sent it.
        if row is None or row.state == "sent":
            return
        row.error = str(error or "")[:500]
        row.due_at = now = clock.now()
        if error is None:
            row.state, row.sent_at = "sent", now
        elif isinstance(error, Bounced):
            row.state = "bounced"
        elif row.attempts >= MOST_ATTEMPTS:
            row.state = "failed"
        else:
            row.due_at = now + wait_after(row.attempts)
        if row.state in ("sent", "bounced"):
            row.body = row.leave_url = ""


def send_mail() -> bool:
    """Try the next mail that is due; False when there is none, or no mail server is set."""
    settings = runtime().settings
    claim = claim_mail() if settings.mail_url else None
    if claim is None:
        return False
    error: Bounced | NotSent | None = None
    part = find_html_part(claim.mail)
    # A mail server may keep us for long: nobody waits for our connection meanwhile.
    end_reading()
    try:
        send_message(compose(claim.mail, part), settings.mail_url)
    except (Bounced, NotSent) as refused:
        error = refused
    settle_mail(claim, error)
    return True


def send_mails() -> bool:
    """Try mails that are due until the turn is over; False when there is none."""
    ends = time.monotonic() + TURN_SECONDS
    for number in range(MOST_AT_ONCE):
        if not send_mail():
            return number > 0
        if time.monotonic() >= ends:
            break
    return True
