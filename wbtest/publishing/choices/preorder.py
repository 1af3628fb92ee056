"""The link to the founder's own page for a pre-order: what it may be, and where it leads. Pure.

We take no money: the page after the sign-up sends people there and counts that they went.
"""

import re

LONGEST_LINK = 500
HTTPS = "Give the whole address of your payment page, from https:// on."
# What an address is made of (RFC 3986) and nothing else, so no browser reads another host out of it
# and nothing in it ends a header or a policy.
_LINK = re.compile(
    r"(?P<origin>https://(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::[0-9]{1,5})?)"
    r"(?:[/?#](?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)?",
)


def find_link_fault(link: str) -> str:
    """Return what is wrong with a link, as a sentence; '' for one that can be opened.

    >>> find_link_fault("https://buy.example.com/p?id=7")
    ''
    >>> find_link_fault("http://buy.example.com/")
    'Give the whole address of your payment page, from https:// on.'
    """
    if len(link) > LONGEST_LINK:
        return f"This link has {len(link):,} characters; {LONGEST_LINK} is the most."
    return "" if _LINK.fullmatch(link) else HTTPS


def origin_of(link: str) -> str:
    """Return where a link leads, as a security policy names it.

    >>> origin_of("https://buy.example.com:8443/p")
    'https://buy.example.com:8443'
    """
    return _parts(link)["origin"].lower()


def host_of(link: str) -> str:
    """Return where a link leads, as a person reads it.

    >>> host_of("https://buy.example.com:8443/p")
    'buy.example.com'
    """
    return _parts(link)["host"].lower()


def _parts(link: str) -> re.Match[str]:
    found = _LINK.fullmatch(link)
    if found is None:
        raise ValueError("this link was never checked")
    return found
