"""Who is asking: person or machine, on what kind of device, sent by whom. Pure.

A machine is told by what it says of itself; whoever pretends to be a browser is taken for one. The
words browsers and referrers come in are used here and never stored.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Literal, NamedTuple
from urllib.parse import unquote_plus, urlsplit

LONGEST_SOURCE = 64
LONGEST_FAMILY = 60
LONGEST_READ = 2_000
LONGEST_LANGUAGES = 100
DIRECT = "direct"

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

# Hosts with all below them, and the apps that name themselves as android-app://….
SITES = {
    "x": ("t.co", "twitter.com", "x.com"),
    "facebook": ("facebook.com", "fb.com", "fb.me"),
    "instagram": ("instagram.com",),
    "linkedin": ("linkedin.com", "lnkd.in", "com.linkedin.android"),
    "threads": ("threads.net", "threads.com"),
    "tiktok": ("tiktok.com",),
    "youtube": ("youtube.com", "youtu.be"),
    "pinterest": ("pinterest.com", "pin.it"),
    "whatsapp": ("whatsapp.com", "wa.me"),
    "telegram": ("telegram.org", "t.me", "org.telegram.messenger"),
    "slack": ("slack.com", "com.slack"),
    "bluesky": ("bsky.app",),
    "hackernews": ("news.ycombinator.com",),
    "reddit": ("reddit.com", "redd.it", "com.reddit.frontpage"),
    "producthunt": ("producthunt.com",),
    "indiehackers": ("indiehackers.com",),
    "github": ("github.com",),
    "duckduckgo": ("duckduckgo.com",),
    "ecosia": ("ecosia.org",),
    "bing": ("bing.com",),
    "yahoo": ("search.yahoo.com",),
    "baidu": ("baidu.com",),
    "chatgpt": ("chatgpt.com", "chat.openai.com"),
    "perplexity": ("perplexity.ai",),
    "gmail": ("mail.google.com", "com.google.android.gm"),
    "google": ("com.google.android.googlequicksearchbox",),
}
_SITE_OF = {host: name for name, hosts in SITES.items() for host in hosts}
_GOOGLE = re.compile(r"(?:news\.)?google\.(?:com?\.)?[a-z]{2,3}")
_YANDEX = re.compile(r"yandex\.(?:com?\.)?[a-z]{2,3}|ya\.ru")
_UNESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_LANGUAGE = re.compile("[a-z]{2,3}")
_PLAIN = re.compile(r"(?:[^][().+*?|^$\\{}]|\\[^A-Za-z0-9])*")

Device = Literal["phone", "tablet", "desktop"]


class Machine(NamedTuple):
    """A visitor that is nobody: why we say so, and what it is; ``family`` is from a fixed list."""

    reason: Literal["bot", "preview", "prefetch"]
    family: str


def classify(user_agent: str, hints: str = "") -> Machine | None:
    """Return which machine it is, or None for a person.

    ``hints`` are the values of Sec-Purpose, Purpose and X-Moz: a page that a browser fetches
    before anybody asked for it. Who gives no user agent is a machine.
    """
    if hints and re.search("prefetch|prerender|preview", hints.lower()):
        return Machine("prefetch", "browser")
    return _named(user_agent[:LONGEST_READ])


def device_of(user_agent: str) -> Device:
    """Return the kind of device. An iPad that asks for desktop pages cannot be told from a Mac."""
    return _device(user_agent[:LONGEST_READ])


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


def language_of(accepted: str) -> str:
    """Return the language that a browser likes best, as a bare code; '' for none that is one.

    ``accepted`` is its Accept-Language header.

    >>> language_of("de-AT,de;q=0.9,en;q=0.8"), language_of("*"), language_of("")
    ('de', '', '')
    """
    return _language(accepted[:LONGEST_LANGUAGES])


def source_name(named: str) -> str:
    """Return the name under which visits from ``named`` are recorded, '' for nothing.

    >>> source_name(" Newsletter "), source_name("www.twitter.com"), source_name("https://t.co/x")
    ('newsletter', 'x', 'x')
    """
    text = _clean(named[:LONGEST_READ])
    host = _host(text if "//" in text else f"//{text}") if "." in text else ""
    return _clean(_site(host)) if host else text


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


class _Crawler(NamedTuple):
    family: str
    is_it: Callable[[str], object]
    makes_previews: bool


@cache
def _crawlers() -> list[_Crawler]:
    """The published list of crawlers, read when it is first needed."""
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

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
