"""Whose mailboxes addresses are: the domain that somebody owns, and the mailbox behind a spelling.

Only for checks. Signing up tells addresses apart as they are written. Pure.
"""

from pathlib import Path

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
