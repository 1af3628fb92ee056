"""Who is asking, read from a request: person or machine, device, language, source. Pure.

A machine is told by what it says of itself, and by one thing that it does: Chrome says of each
secure request how it came about (Fetch Metadata), so who calls itself Chrome and does not is a
script. A person's browser that a machine drives cannot be told from the person here, nor a script
that sends what a browser sends. Neither enters the rate unless it also shows the page for a second.
What a browser calls itself is used here and never stored.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from wbtest.publishing.sources import source_of
from wbtest.web import is_known_host

# How an answer is compressed, as HTTP names it; '' for not at all.
Coding = Literal["", "gzip", "br"]

LONGEST_FAMILY = 60
LONGEST_READ = 2_000
LONGEST_LANGUAGES = 100

# Fetch a page to show a card of its link. The list of crawlers tags most of them.
PREVIEW_WORDS = re.compile(
    r"preview|unfurl|facebookexternalhit|facebot|twitterbot|slackbot|slack-|^whatsapp|telegrambot"
    r"|discordbot|linkedinbot|skypeuri|microsoft teams|msteams|^signal|iframely|embedly",
    re.IGNORECASE,
)
# Words that machines use of themselves and browsers do not; CUBOT makes phones.
MACHINE_WORDS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scrap(?:e|y)|headless|phantomjs|selenium|puppeteer|playwright"
    r"|lighthouse|\b(?:curl|wget|httpie|libwww|lwp|urllib\d?|aiohttp|httpx|axios|okhttp|node-fetch"
    r"|undici|python\w*|java|ruby|perl|php|go-http-client|guzzlehttp|postman\w*|insomnia"
    r"|powershell|winhttp|dart|apache-httpclient|k6|wrk|siege|locust)[/ -]"
    r"|^(?:curl|wget|python|java|ruby|perl|php|node|axios|got|okhttp)\b"
    r"|monitoring|uptime|pingdom|https?://",
    re.IGNORECASE,
)
# The list takes these for machines, but one is a build of Android that many phones run, the other
# the browser inside the Facebook app. Only its very examples are machines.
TOO_WIDE = (r"AP3A\.240617\.008", "MetaIAB Facebook")

TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk/|Kindle|^(?!.*Mobile).*Android")
PHONE = re.compile(r"Mobi|iPhone|iPod|Android|Windows Phone|Opera Mini")

# A hint that is ours: a secure request without Fetch Metadata.
BARE = "bare"
# Chrome sends it since version 76, all that is built from Chrome and on screens in apps, too. The
# margin is for builds that lag behind.
CHROME = re.compile(r"Chrom(?:e|ium)/(\d{2,4})\b")
FIRST_WITH_METADATA = 100
PRETENDER = "not the Chrome it says"

_UNESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_LANGUAGE = re.compile("[a-z]{2,3}")
_PLAIN = re.compile(r"(?:[^][().+*?|^$\\{}]|\\[^A-Za-z0-9])*")

Device = Literal["phone", "tablet", "desktop"]
Environ = Mapping[str, Any]
# What waits in memory to be read must not be as long as a stranger likes.
LONGEST_HEADER = 2_000
HINTS = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ")
# Of headers that are longer together nothing is remembered, so that nobody fills our memory.
LONGEST_REMEMBERED = 1_500
# The first is a team member's, for all pages; a page's own is added by ``ignore_name``.
IGNORE = "wb-ignore"


class Machine(NamedTuple):
    """A visitor that is nobody: why we say so, and what it is; ``family`` is from a fixed list."""

    reason: Literal["bot", "preview", "prefetch"]
    family: str


def classify(user_agent: str, hints: str = "") -> Machine | None:
    """Return which machine it is, or None for a person.

    ``hints`` are the values of Sec-Purpose, Purpose and X-Moz: a page that a browser fetches
    before anybody asked for it; and BARE. Who gives no user agent is a machine.
    """
    agent = user_agent[:LONGEST_READ]
    if not hints:
        return _named(agent)
    if re.search("prefetch|prerender|preview", hints.lower()):
        return Machine("prefetch", "browser")
    return _named(agent) or (_pretender(agent) if BARE in hints.split() else None)


def device_of(user_agent: str) -> Device:
    """Return the kind of device. An iPad that asks for desktop pages cannot be told from a Mac."""
    return _device(user_agent[:LONGEST_READ])


def language_of(accepted: str) -> str:
    """Return the language that a browser likes best, as a bare code; '' for none that is one.

    ``accepted`` is its Accept-Language header.

    >>> language_of("de-AT,de;q=0.9,en;q=0.8"), language_of("*"), language_of("")
    ('de', '', '')
    """
    return _language(accepted[:LONGEST_LANGUAGES])


# What is remembered is cut to LONGEST_READ, so that nobody can fill our memory with it.
@lru_cache(maxsize=2048)
def _device(user_agent: str) -> Device:
    if TABLET.search(user_agent):
        return "tablet"
    return "phone" if PHONE.search(user_agent) else "desktop"


@lru_cache(maxsize=1024)
def _language(accepted: str) -> str:
    code = re.split("[-_;,]", accepted.strip(), maxsplit=1)[0].lower()
    return code if _LANGUAGE.fullmatch(code) else ""


@lru_cache(maxsize=2048)
def _named(user_agent: str) -> Machine | None:
    if not user_agent.strip():
        return Machine("bot", "no user agent")
    for crawler in _crawlers():
        if crawler.is_it(user_agent):
            is_preview = crawler.makes_previews or PREVIEW_WORDS.search(user_agent)
            return Machine("preview" if is_preview else "bot", crawler.family)
    if PREVIEW_WORDS.search(user_agent):
        return Machine("preview", "other")
    return Machine("bot", "other") if MACHINE_WORDS.search(user_agent) else None


def _pretender(user_agent: str) -> Machine | None:
    found = CHROME.search(user_agent)
    is_new = found is not None and int(found[1]) >= FIRST_WITH_METADATA
    return Machine("bot", PRETENDER) if is_new else None


class _Crawler(NamedTuple):
    family: str
    is_it: Callable[[str], object]
    makes_previews: bool


@cache
def _crawlers() -> list[_Crawler]:
    """The published list of crawlers, read when it is first needed."""
    return [
        _Crawler(
            _UNESCAPED.sub(r"\1", entry["pattern"])[:LONGEST_FAMILY],
            _test(entry["pattern"], entry["instances"]),
            "social-preview" in entry["tags"],
        )
        for entry in CRAWLER_USER_AGENTS_DATA
    ]


def _test(pattern: str, examples: list[str]) -> Callable[[str], object]:
    """Whether a user agent fits. Nearly all patterns are plain text and found twice as fast so."""
    if pattern in TOO_WIDE:
        return frozenset(examples).__contains__
    if not _PLAIN.fullmatch(pattern):
        return re.compile(pattern).search
    text = _UNESCAPED.sub(r"\1", pattern)
    return lambda user_agent: text in user_agent


class RequestProfile(NamedTuple):
    """What of a visit follows from the headers alone; ``agent`` is never stored."""

    source: str
    device: Device
    language: str
    agent: str
    coding: Coding


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
    coding = coding_for(codings)
    return RequestProfile(source, device_of(agent), language_of(languages), agent, coding)


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


def coding_for(header: str) -> Coding:
    """Return the coding of the smallest answer that an Accept-Encoding header lets us send.

    >>> coding_for("gzip, br"), coding_for("br;q=0, gzip"), coding_for("gzip;q=0, *")
    ('br', 'gzip', '')
    """
    taken = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            taken.add(name.strip())
    if "br" in taken:
        return "br"
    return "gzip" if "gzip" in taken else ""


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
