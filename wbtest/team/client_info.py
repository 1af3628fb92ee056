"""Which browser and network a request comes from, as coarsely as we keep it."""

import ipaddress

from flask import has_request_context, request

from wbtest.extensions import runtime
from wbtest.networks import Reach, network_of

# The first that is found: each says that it is like the ones behind it.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def is_asked() -> bool:
    """Whether somebody's request is being answered, and not a command or a job done."""
    return has_request_context()


def find_device() -> str:
    """What the asking browser says it is, in a few words; '' outside a request."""
    return describe_browser(request.user_agent.string) if is_asked() else ""


def find_network() -> str:
    """The part of the asking address that many share, a /24 or /48; '' outside a request."""
    try:
        asking = ipaddress.ip_address(request.remote_addr or "") if is_asked() else None
    except ValueError:
        return ""
    if isinstance(asking, ipaddress.IPv6Address) and asking.ipv4_mapped:
        asking = asking.ipv4_mapped
    if asking is None:
        return ""
    return str(ipaddress.ip_network((asking, 24 if asking.version == 4 else 48), strict=False))


def find_reach() -> Reach:
    """How the request that is being answered reached us; '' outside a request."""
    if not is_asked():
        return ""
    if "X-Forwarded-For" in request.headers and not runtime().settings.trusted_proxies:
        return "untold"
    return "known" if network_of(request.remote_addr or "") else "private"


def describe_browser(agent: str) -> str:
    """Return browser and system of a user agent.

    >>> describe_browser("Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0")
    'Firefox on Linux'
    >>> [describe_browser(each) for each in ("curl/8.5.0", "Dalvik/2.1.0 (Linux; U; Android 14)")]
    ['an unknown program', 'a browser on Android']
    """
    browser = _first(_BROWSERS, agent)
    system = _first(_SYSTEMS, agent)
    if system:
        return f"{browser or 'a browser'} on {system}"
    return browser or "an unknown program"


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((words for mark, words in known if mark in agent), "")
