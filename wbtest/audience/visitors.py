"""Who is this: the signed cookie of a page, the signed token of its form, one key per e-mail.

Values and text only; what is done with them is in ``answers`` and ``signups``. Each page signs with
its own key, so nothing made for one page means anything on another.
"""

import hmac
import ipaddress
import random
import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, NamedTuple, cast
from urllib.parse import quote, unquote

from wbtest.web import NO_TEXT

LONGEST_TEXT = 1_500
LONGEST_EMAIL = 254
FORM_HOURS = 24
# The strictest of the supervisory authorities' limits for a cookie that measures audiences.
LONGEST_LIFE = 395 * 86_400
# Why a visitor does not count who carries the cookie of an earlier test of the same idea.
RETURNING = "returning"
# An address as nearly everybody writes it, of which the library says the same in many times the
# time. A plain letter of another case is for the library: it knows mailboxes whose case is theirs.
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63})"
)
# Nobody has mail there; the library says so.
_NOT_PLAIN_ENDS = frozenset(("arpa", "invalid", "local", "localhost", "onion", "test"))


class Visitor(NamedTuple):
    """What the cookie of a page holds: a random number and what was shown to it first.

    ``issued`` is in whole seconds since 1970. ``excluded_because`` is RETURNING for who was shown
    an earlier test of the same idea, '' for everybody else.
    """

    visitor: str
    variant: str
    issued: int
    source: str
    device: str
    language: str = ""
    excluded_because: str = ""


FormKind = Literal["test", "list"]


class Form(NamedTuple):
    """What the form of a page holds: which variant it stood on, and the UTC hour since 1970.

    ``kind`` says whether it signs up for the test or joins the waiting list after it,
    ``corrections`` how many mistakes were corrected on the page when it was printed.
    """

    experiment_id: int
    kind: FormKind
    variant: str
    hour: int
    corrections: int = 0


class NotAnEmail(ValueError):
    """The text is not one whole e-mail address."""


def new_visitor(at: float) -> str:
    """Return the millisecond of ``at`` (seconds since 1970) and 80 random bits, 32 hex digits.

    Visitors who come one after the other stand so in the database's indexes, too: storing one
    changes few pages of them, and as few when there are millions.

    The bits need to be different, not secret: what they are used for is signed. Those of the system
    would cost a fifth of all visits: asking for them lets go of the interpreter's lock. After a
    fork ``random`` seeds itself anew.
    """
    numbers = int(at * 1000), random.getrandbits(80)
    return "%012x%020x" % numbers  # noqa: UP031 - done for each visit, in three quarters of the time


def hashed_visitor(key: bytes, ip: str, user_agent: str) -> str:
    """Return who it is on a page that sets no cookie: 32 hex digits of a keyed BLAKE2b.

    The same network and browser give the same digits for as long as the experiment's ``key``
    lives, and never the same on another page; once the key is destroyed nobody can find out whose
    they were. People who share a network and a kind of browser are one visitor, and who changes
    either is a new one. Of an IPv6 address the first 64 bits are read: those of a home, as behind
    one IPv4 address, while the rest changes by the day. An address in the form of IPv6 that stands
    for one of IPv4 is that one.
    """
    begun = _keyed(key, "cookieless").copy()
    begun.update(f"{_network(ip)}\n{user_agent}".encode("utf-8", "replace"))
    return begun.hexdigest()


def write_cookie(key: bytes, visitor: Visitor) -> str:
    """Return the signed text that ``read_cookie`` reads with the same key."""
    who, variant, issued, source, device, language, excluded_because = visitor
    # Device, language and reason are of fixed lists, which hold no colon.
    payload = f"{who}:{_quoted(variant)}:{issued}:{_quoted(source)}:{device}:{language}"
    if excluded_because:
        payload += f":{excluded_because}"
    return f"{payload}:{_signature(key, 'visitor', payload)}"


def read_cookie(key: bytes, text: str) -> Visitor | None:
    """Return what a cookie says, or None for one that we did not sign with this key."""
    payload = _verified(key, "visitor", text)
    if payload is None:
        return None
    visitor, variant, issued, *rest = payload.split(":")
    if "%" in payload:
        variant, rest = unquote(variant), [unquote(part) for part in rest]
    return Visitor(visitor, variant, int(issued), *rest)


def hour_of(at: float) -> int:
    """The UTC hour since 1970 of ``at``, in seconds since then."""
    return int(at) // 3600


def write_form(key: bytes, form: Form) -> str:
    """Return the signed text that ``read_form`` reads with the same key."""
    shown = f"{_quoted(form.variant)}:{form.hour}:{form.corrections}"
    payload = f"{form.experiment_id}:{form.kind}:{shown}"
    return f"{payload}:{_signature(key, 'form', payload)}"


def read_form(key: bytes, text: str, hour: int) -> Form | None:
    """Return what a form says at the UTC ``hour``, or None when forged or a day old."""
    payload = _verified(key, "form", text)
    if payload is None:
        return None
    experiment_id, kind, variant, *numbers = payload.split(":")
    # Our own signature vouches for the kind.
    form = Form(int(experiment_id), cast(FormKind, kind), unquote(variant), *map(int, numbers))
    return form if hour - form.hour <= FORM_HOURS else None


def read_email(text: str) -> tuple[str, str]:
    """Return an address as it is written to, and the key that is the same for one mailbox.

    Both are in NFC, trimmed and without a final dot. The key is in lower case and its domain in
    ASCII. What follows a plus sign stays: whether it is the same person only they know.
    Raises NotAnEmail.

    >>> read_email(" A+b@Bücher.example. ")
    ('A+b@bücher.example', 'a+b@xn--bcher-kva.example')
    """
    trimmed = unicodedata.normalize("NFC", text).strip().removesuffix(".")
    if len(trimmed) > LONGEST_EMAIL or NO_TEXT.search(trimmed):
        raise NotAnEmail
    if _is_plain(trimmed):
        return trimmed, trimmed
    # Read here, where somebody types one: it takes a while to load.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(trimmed, check_deliverability=False)
    except EmailNotValidError as error:
        raise NotAnEmail from error
    key = f"{found.local_part}@{found.ascii_domain}".lower()
    if len(key) > LONGEST_EMAIL:
        raise NotAnEmail
    return found.normalized, key


def _is_plain(address: str) -> bool:
    """Whether it is an address that the library finds right, and leaves as it is."""
    found = _PLAIN_EMAIL.fullmatch(address)
    return found is not None and "--" not in address and found[1] not in _NOT_PLAIN_ENDS


def _network(ip: str) -> str:
    """What of an address the people behind it share. Not remembered: it must not stay in memory."""
    if ":" not in ip:
        return ip
    try:
        # A zone, as in fe80::1%eth0, is of our own machine.
        found = ipaddress.IPv6Address(ip.partition("%")[0])
    except ValueError:
        return ip
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), 64), strict=False))


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    """Percent-encoded: a colon or a semicolon in it cannot end a part of the cookie."""
    return quote(text, safe="")


def _signature(key: bytes, purpose: str, payload: str) -> str:
    """The keyed BLAKE2b of 128 bits in hex, several times as fast as an HMAC of OpenSSL's.

    A form's is never a cookie's.
    """
    begun = _keyed(key, purpose).copy()
    begun.update(payload.encode())
    return begun.hexdigest()


@lru_cache(maxsize=1024)
def _keyed(key: bytes, purpose: str) -> blake2b:
    """A hash that has read its key already, to be copied."""
    return blake2b(key=key, person=purpose.encode(), digest_size=16)


def _verified(key: bytes, purpose: str, text: str) -> str | None:
    if len(text) > LONGEST_TEXT or not text.isascii():
        return None
    payload, _, signature = text.rpartition(":")
    is_ours = hmac.compare_digest(_signature(key, purpose, payload), signature)
    return payload if is_ours else None
