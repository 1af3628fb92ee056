"""Where a visitor came from: one name for each place, and what kind of place it is. Pure.

The addresses that referrers come in are used here and never stored.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast
from urllib.parse import unquote_plus, urlsplit

import msgspec

LONGEST_SOURCE = 64
LONGEST_READ = 2_000
DIRECT = "direct"


class Channel(msgspec.Struct, frozen=True):
    """Where founders post a link; ``length`` is the most characters of a text to post there.

    ``title`` is that of its title, 0 where there is none; on a channel that ``asks`` it is a
    question. ``is_weighted``: characters are counted as X does. Without ``has_link`` a QR code
    stands beside the text.
    """

    name: str
    medium: str
    length: int
    title: int = 0
    asks: bool = False
    is_weighted: bool = False
    is_paragraph: bool = False
    has_link: bool = True


class _Texts(msgspec.Struct, frozen=True):
    sites: dict[str, list[str]]
    groups: dict[str, list[str]]
    channels: dict[str, Channel]


_TEXTS = msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes(), type=_Texts)
SITES = _TEXTS.sites
# By the source of their links.
CHANNELS = _TEXTS.channels
_SITE_OF = {host: name for name, hosts in SITES.items() for host in hosts}
_GOOGLE = re.compile(r"(?:news\.)?google\.(?:com?\.)?[a-z]{2,3}")
_YANDEX = re.compile(r"yandex\.(?:com?\.)?[a-z]{2,3}")
_GROUP_OF = {name: group for group, names in _TEXTS.groups.items() for name in names}
_MAIL_HOST = re.compile(r"(?:web)?mail\.|outlook\.|newsletter\b")
Group = Literal["social", "search", "mail", "direct", "other"]


def source_of(query_string: str, referrer: str, own_host: str = "") -> str:
    """Return where a visitor came from, in lower case, 64 characters at most.

    The first ``utm_source`` decides, then the referrer: a plain name for well-known sites, else its
    bare host. No referrer, or one of our own host, is "direct".

    >>> source_of("utm_source=Newsletter&utm_source=b", "https://t.co/x")
    'newsletter'
    >>> source_of("", "https://www.google.co.uk/"), source_of("", "https://blog.example.org/post")
    ('google', 'blog.example.org')
    """
    if not query_string and not referrer:
        return DIRECT
    return _source(query_string[:LONGEST_READ], referrer[:LONGEST_READ], own_host)


def source_name(named: str) -> str:
    """Return the name under which visits from ``named`` are recorded, '' for nothing.

    >>> source_name(" Newsletter "), source_name("www.twitter.com"), source_name("https://t.co/x")
    ('newsletter', 'x', 'x')
    """
    text = _clean(named[:LONGEST_READ])
    host = _host(text if "//" in text else f"//{text}") if "." in text else ""
    return _clean(_site(host)) if host else text


def group_of(source: str) -> Group:
    """Return what kind of place a recorded source is.

    >>> group_of("x"), group_of("google"), group_of("outlook.live.com"), group_of("direct")
    ('social', 'search', 'mail', 'direct')
    >>> group_of("blog.example.org"), group_of("unknown")
    ('other', 'other')
    """
    usual = "mail" if _MAIL_HOST.match(source) else "other"
    return cast(Group, _GROUP_OF.get(source, usual))


# What is remembered is cut to LONGEST_READ, so that nobody can fill our memory with it.
@lru_cache(maxsize=1024)
def _source(query_string: str, referrer: str, own_host: str) -> str:
    named = source_name(_utm_source(query_string))
    if named:
        return named
    host = _host(referrer)
    if not host or host == _host(f"//{own_host}"):
        return DIRECT
    return _clean(_site(host)) or DIRECT


def _utm_source(query_string: str) -> str:
    for part in query_string.split("&"):
        name, _, value = part.partition("=")
        if name.lower() == "utm_source":
            # WSGI hands over bytes as Latin-1; a link may hold UTF-8 that was never encoded.
            text = value.encode("latin-1", "replace").decode("utf-8", "replace")
            return unquote_plus(text, errors="replace")
    return ""


def _clean(text: str) -> str:
    """One line in lower case, without characters that do not print."""
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST_SOURCE])
    return " ".join(printable.lower().split())[:LONGEST_SOURCE].strip()


def _host(address: str) -> str:
    """The host of an address, without port and www; '' when it has none."""
    try:
        host = urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").removeprefix("www.")


def _site(host: str) -> str:
    """A plain name for the sites everybody knows, else the host itself."""
    labels = host.split(".")
    for start in range(len(labels)):
        name = _SITE_OF.get(".".join(labels[start:]))
        if name:
            return name
    if _GOOGLE.fullmatch(host):
        return "google"
    return "yandex" if _YANDEX.fullmatch(host) else host
