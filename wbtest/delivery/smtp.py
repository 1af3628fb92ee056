"""One mail to one mail server. Knows no database; the clock and the trust are arguments."""

import ipaddress
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from msgspec import Struct

TIMEOUT_SECONDS = 20


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
    # The same as ``body`` for mail programs that show pages, '' for none.
    html: str = ""


def compose(mail: Mail) -> EmailMessage:
    """Return the message, the same each time it is sent: plain text, and after it the same as HTML.

    Raises Bounced when no header can be made of what it holds.
    """
    try:
        return _message(mail)
    except ValueError as error:
        raise Bounced(str(error)) from error


def _message(mail: Mail) -> EmailMessage:
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
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def send(
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
        # Said before the server knew of the mail, so it is ours to mend and no word about the mail.
        raise NotSent(_words(error)) from error
    try:
        smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _refusal(code, said) from error
    except smtplib.SMTPSenderRefused as error:
        # Ours to mend, not the recipient's: it will leave once the setting is right.
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
    is_near = _is_loopback(host)
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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refusal(code: int, said: bytes | str) -> Exception:
    words = f"{code} {_text(said)}"
    return Bounced(words) if 500 <= code < 600 else NotSent(words)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error) or type(error).__name__


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    # PostgreSQL keeps no text with a NUL in it.
    return " ".join(text.replace("\0", " ").split())
