"""Email addresses: reading one, whose it is, and which are throwaway. Pure.

Signing up tells addresses apart as they are written (``read_email``). Only checks look at the
domain that somebody owns and at the mailbox behind a spelling.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from disposable_email_domains import blocklist

from wbtest.web import NO_TEXT

_LINES = Path(__file__).with_name("mailbox_providers.txt").read_text(encoding="utf-8").splitlines()
PROVIDERS = frozenset(
    domain for line in _LINES if not line.startswith("#") for domain in line.split()
)
# Where dots in a name mean nothing.
GOOGLE = ("gmail.com", "googlemail.com")
# Under which a country gives its names out, as in example.co.uk.
SECOND_LEVELS = frozenset(
    ("ac", "co", "com", "edu", "gob", "gouv", "gov", "ne", "net", "or", "org")
)


LONGEST_EMAIL = 254
# An address as nearly everybody writes it, of which the library says the same in many times the
# time. A plain letter of another case is for the library: it knows mailboxes whose case is theirs.
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63})"
)
# Nobody has mail there; the library says so.
_NOT_PLAIN_ENDS = frozenset(("arpa", "invalid", "local", "localhost", "onion", "test"))
# Ends the key of its sign-ups. No address holds a blank.
LIST_MARK = " (waiting list)"


class NotAnEmail(ValueError):
    """The text is not one whole email address."""


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


def domain_of(email_key: str) -> str:
    """Return the domain that an address is at, without what its owner puts before it.

    '' for what is no address, as the key of somebody who left.

    >>> domain_of("a@mail.acme.co.uk"), domain_of("a@x1.acme.com"), domain_of("left-5f")
    ('acme.co.uk', 'acme.com', '')
    """
    domain = email_key.rpartition("@")[2] if "@" in email_key else ""
    if domain in PROVIDERS:
        return domain
    labels = domain.split(".")
    is_of_country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVELS
    return ".".join(labels[-3 if is_of_country else -2 :])


def mailbox_of(email_key: str) -> str:
    """Return the mailbox that an address leads to, for what is known of providers.

    >>> mailbox_of("a.da+1@googlemail.com"), mailbox_of("a.da+1@acme.com")
    ('ada@gmail.com', 'a.da@acme.com')
    """
    name, _, domain = email_key.rpartition("@")
    name = name.partition("+")[0] or name
    if domain in GOOGLE:
        return f"{name.replace('.', '')}@{GOOGLE[0]}"
    return f"{name}@{domain}"


def is_disposable(email_key: str) -> bool:
    """Whether an address is of a service that gives them away for an hour.

    >>> is_disposable("a@mailinator.com"), is_disposable("a@eu.mailinator.com")
    (True, True)
    >>> is_disposable("a@example.com")
    False
    """
    labels = email_key.rpartition("@")[2].split(".")
    return any(".".join(labels[start:]) in _disposable() for start in range(len(labels) - 1))


def _is_plain(address: str) -> bool:
    """Whether it is an address that the library finds right, and leaves as it is."""
    found = _PLAIN_EMAIL.fullmatch(address)
    return found is not None and "--" not in address and found[1] not in _NOT_PLAIN_ENDS


@cache
def _disposable() -> frozenset[str]:
    return frozenset(blocklist)


def list_key(email_key: str) -> str:
    """Return the key under which an address stands on the list.

    Who signed up for the test and later joins the list has agreed twice, to be kept for different
    times. So there are two rows: the one goes with the test, the other stays with the list.
    """
    return email_key + LIST_MARK


def keys_of(email_key: str) -> tuple[str, str]:
    """Return both keys under which this address may stand: that of the test, and of the list.

    >>> keys_of(list_key("mia@x.io")) == keys_of("mia@x.io")
    True
    """
    plain = email_key.removesuffix(LIST_MARK)
    return plain, list_key(plain)
