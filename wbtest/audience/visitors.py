"""Who a visitor is: the signed cookie of a page, the signed token of its form, the variant. Pure.

What is done with them is in ``page_server`` and ``signups``. Each page signs with its own key, so
nothing made for one page means anything on another.
"""

import hashlib
import hmac
import random
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from typing import Literal, NamedTuple, cast
from urllib.parse import quote, unquote

from wbtest.networks import line_of

LONGEST_TEXT = 1_500
FORM_HOURS = 24
# The strictest of the supervisory authorities' limits for a cookie that measures audiences.
LONGEST_LIFE = 395 * 86_400
# Why a visitor does not count who carries the cookie of an earlier test of the same idea.
RETURNING = "returning"
FormKind = Literal["test", "list"]


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


class FormToken(NamedTuple):
    """What the form of a page holds: which variant it stood on, and the UTC hour since 1970.

    ``kind`` says whether it signs up for the test or joins the waiting list after it,
    ``corrections`` how many mistakes were corrected on the page when it was printed.
    """

    experiment_id: int
    kind: FormKind
    variant: str
    hour: int
    corrections: int = 0


def new_visitor(at: float) -> str:
    """Return the millisecond of ``at`` (seconds since 1970) and 80 random bits, 32 hex digits.

    Visitors who come one after the other stand so in the database's indexes, too: storing one
    changes few pages of them, and as few when there are millions.

    The bits need to be different, not secret: what they are used for is signed. Those of the system
    would cost a fifth of all visits: asking for them lets go of the interpreter's lock. After a
    fork ``random`` reseeds itself.
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
    # Not remembered: an address must not stay in memory.
    network = line_of(ip) if ":" in ip else ip
    begun.update(f"{network}\n{user_agent}".encode("utf-8", "replace"))
    return begun.hexdigest()


def sign_cookie(key: bytes, visitor: Visitor) -> str:
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


def utc_hour(at: float) -> int:
    """The UTC hour since 1970 of ``at``, in seconds since then."""
    return int(at) // 3600


def sign_form(key: bytes, form: FormToken) -> str:
    """Return the signed text that ``read_form`` reads with the same key."""
    shown = f"{_quoted(form.variant)}:{form.hour}:{form.corrections}"
    payload = f"{form.experiment_id}:{form.kind}:{shown}"
    return f"{payload}:{_signature(key, 'form', payload)}"


def read_form(key: bytes, text: str, hour: int) -> FormToken | None:
    """Return what a form says at the UTC ``hour``, or None when forged or a day old."""
    payload = _verified(key, "form", text)
    if payload is None:
        return None
    experiment_id, kind, variant, *numbers = payload.split(":")
    # Our own signature vouches for the kind.
    form = FormToken(int(experiment_id), cast(FormKind, kind), unquote(variant), *map(int, numbers))
    return form if hour - form.hour <= FORM_HOURS else None


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


class Draw:
    """Gives one visitor after the other a variant; what is the same for all is reckoned once.

    ``variants`` are (key, weight) in a fixed order, weights from 1 to 1,000.

    >>> Draw("salt", [("control", 1)]).variant_of("visitor-7")
    'control'
    """

    __slots__ = ("_begun", "_ends", "_total")

    def __init__(self, salt: str, variants: Sequence[tuple[str, int]]) -> None:
        # A hash that has read the salt already, to be copied: to begin a new one takes longer.
        self._begun = hashlib.sha256(f"{salt}:".encode())
        ends = accumulate([weight for _, weight in variants])
        self._ends = tuple(zip([key for key, _ in variants], ends, strict=True))
        self._total = self._ends[-1][1]

    def variant_of(self, visitor: str) -> str:
        """Return the key of the visitor's variant, in proportion to the weights.

        The first 8 bytes of SHA-256(salt, visitor) are spread over the sum of the weights; the
        bias is below 1e-15.
        """
        begun = self._begun.copy()
        begun.update(visitor.encode())
        point = int.from_bytes(begun.digest()[:8]) % self._total
        for key, end in self._ends:
            if point < end:
                return key
        raise AssertionError("the point lies within the sum of the weights")
