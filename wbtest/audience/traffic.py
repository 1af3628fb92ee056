"""Who is asking: person or machine, on what kind of device, in which language. Pure.

A machine is told by what it says of itself, and by one thing that it does: Chrome says of each
secure request how it came about (Fetch Metadata), so who calls itself Chrome and does not is a
script. A person's browser that a machine drives cannot be told from the person here, nor a script
that sends what a browser sends. Neither enters the rate unless it also shows the page for a second.
What a browser calls itself is used here and never stored.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

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
