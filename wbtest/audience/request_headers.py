"""What a browser says of itself in the headers of a request, read from a WSGI environ."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from wbtest.audience.traffic import BARE, Device, device_of, language_of
from wbtest.publishing.sources import source_of
from wbtest.web import is_known_host

Environ = Mapping[str, Any]
# What waits in memory to be read must not be as long as a stranger likes.
LONGEST_HEADER = 2_000
HINTS = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ")
# Of headers that are longer together nothing is remembered, so that nobody fills our memory.
LONGEST_REMEMBERED = 1_500
# The first is a team member's, for all pages; a page's own is added by ``ignore_name``.
IGNORE = "wb-ignore"


class RequestProfile(NamedTuple):
    """What of a visit follows from the headers alone; ``agent`` is never stored."""

    source: str
    device: Device
    language: str
    agent: str
    takes_gzip: bool


def profile_of(environ: Environ) -> RequestProfile:
    """Return what the request says of where it came from and of the browser.

    Many visitors come from the same place with the same browser, and to look up all of it at once
    takes a quarter of the time of one thing after the other.
    """
    read = environ.get
    query, referrer = read("QUERY_STRING", ""), read("HTTP_REFERER", "")
    host, agent = read("HTTP_HOST", ""), read("HTTP_USER_AGENT", "")
    languages, codings = read("HTTP_ACCEPT_LANGUAGE", ""), read("HTTP_ACCEPT_ENCODING", "")
    length = len(query) + len(referrer) + len(host) + len(agent) + len(languages) + len(codings)
    if length > LONGEST_REMEMBERED:
        return _profile(query, referrer, host, agent, languages, codings)
    return _remembered_profile(query, referrer, host, agent, languages, codings)


def _profile(
    query: str, referrer: str, host: str, agent: str, languages: str, codings: str
) -> RequestProfile:
    agent = agent[:LONGEST_HEADER]
    source = source_of(query[:LONGEST_HEADER], referrer[:LONGEST_HEADER], host[:LONGEST_HEADER])
    gzip = accepts_gzip(codings)
    return RequestProfile(source, device_of(agent), language_of(languages), agent, gzip)


_remembered_profile = lru_cache(maxsize=2048)(_profile)


def is_opted_out(environ: Environ) -> bool:
    """Whether the browser asks not to be counted: Global Privacy Control, or Do Not Track."""
    return environ.get("HTTP_SEC_GPC") == "1" or environ.get("HTTP_DNT") == "1"


def header_of(environ: Environ, name: str) -> str:
    """The beginning of a header or of another text from a stranger, '' without one."""
    text: str = environ.get(name, "")[:LONGEST_HEADER]
    return text


def agent_of(environ: Environ) -> str:
    """What the browser calls itself; only read to tell machines from people, never stored."""
    return header_of(environ, "HTTP_USER_AGENT")


def hints_of(environ: Environ) -> str:
    """What a browser says of a request that perhaps nobody will look at: prefetch, preview.

    BARE is among it where a secure request lacks what newer browsers add to each of them.
    """
    is_bare = "HTTP_SEC_FETCH_MODE" not in environ and environ.get("wsgi.url_scheme") == "https"
    # Asked of every visit, and nearly none has any.
    if not (
        is_bare
        or "HTTP_SEC_PURPOSE" in environ
        or "HTTP_PURPOSE" in environ
        or "HTTP_X_MOZ" in environ
    ):
        return ""
    hints = [header_of(environ, name) for name in HINTS if name in environ]
    return " ".join([*hints, BARE] if is_bare else hints)


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header lets us compress.

    >>> accepts_gzip("br;q=1, gzip"), accepts_gzip("gzip;q=0, *")
    (True, False)
    """
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def is_from_here(environ: Environ, known_hosts: frozenset[str]) -> bool:
    """Whether a form or beacon comes from a page of ours, as far as the browser says.

    A browser that says nothing at all is old; one that says where it comes from must come from us.
    """
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in ("same-origin", "none")
    source = environ.get("HTTP_ORIGIN") or environ.get("HTTP_REFERER")
    if not source:
        return True
    try:
        return is_known_host(urlsplit(source).netloc, known_hosts)
    except ValueError:
        return False


def find_cookie(header: str, name: str) -> str:
    """Return the first value of the cookie called ``name`` in a Cookie header, or ''.

    >>> find_cookie("my-a=1; a=2; b=3", "a")
    '2'
    """
    wanted = name + "="
    start = header.find(wanted)
    while start > 0 and header[start - 1] not in " ;":
        start = header.find(wanted, start + 1)
    if start < 0:
        return ""
    start += len(wanted)
    end = header.find(";", start)
    return header[start:] if end < 0 else header[start:end]


def cookie_name(name: str, *, is_https: bool) -> str:
    """Return the name under which a cookie is set; no other host can set one with ``__Host-``."""
    return f"__Host-{name}" if is_https else name


def ignore_name(release_id: int | None, *, is_https: bool) -> str:
    """Name of the cookie of who is not counted: of an idea's objector, or (None) of the team."""
    page = "" if release_id is None else f"-p{release_id}"
    return cookie_name(IGNORE + page, is_https=is_https)


def set_cookie_header(name: str, value: str, seconds: int, *, is_https: bool) -> tuple[str, str]:
    """Return the header that sets a cookie for this host alone, closed to scripts."""
    secure = "; Secure" if is_https else ""
    return (
        "Set-Cookie",
        f"{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}",
    )
