"""A visitor of a page: what a browser reads in it, and what it sends. Pure."""

import re
from html import unescape
from urllib.parse import urlencode

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"
TABLET = (
    "Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)
BOT = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
# Who fills in a form faster than this is taken for a machine.
TYPING_SECONDS = 1.7
FORM, BEACON = "application/x-www-form-urlencoded", "text/plain"
# What a browser says of a link to our page, and of what our own page sends.
ARRIVING = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
FROM_THE_PAGE = {"Sec-Fetch-Site": "same-origin"}
_TOKEN = re.compile(r'name="token"[^>]*value="([^"]+)"')
_HEADLINE = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


def page_path(slug: str) -> str:
    """Return where a page is."""
    return f"/p/{slug}"


def signup_path(slug: str) -> str:
    """Return where its form is sent to."""
    return f"/p/{slug}/signup"


def beacon_path(slug: str) -> str:
    """Return where its beacon is sent to."""
    return f"/p/{slug}/seen"


def find_token(page: str) -> str:
    """Return the token of the form on a page; the beacon sends it, too."""
    found = _TOKEN.search(page)
    assert found is not None, "the page holds a form"
    return unescape(found[1])


def has_form(page: str) -> bool:
    """Return whether a page takes sign-ups."""
    return _TOKEN.search(page) is not None


def signup_form(token: str, email: str, **fields: str) -> dict[str, str]:
    """Return what the form sends for an address; a person leaves ``website`` alone."""
    return {"token": token, "email": email, "website": "", **fields}


def signup_body(token: str, email: str) -> str:
    """Return the same as the body of a request."""
    return urlencode(signup_form(token, email))


def headline_of(page: str) -> str:
    """Return the headline that a page shows, as it stands in its HTML."""
    found = _HEADLINE.search(page)
    assert found is not None, "the page has a headline"
    return found[1].strip()


def cookie_of(set_cookie: str) -> str:
    """Return name and value of a cookie as a browser sends them back."""
    return set_cookie.partition(";")[0]


def who_is(cookie: str) -> tuple[str, str]:
    """Return visitor and variant that the cookie of a page names.

    >>> who_is("wb-p1=0a1b:control:9:x")
    ('0a1b', 'control')
    """
    visitor, _, rest = cookie.partition("=")[2].partition(":")
    return visitor, rest.partition(":")[0]
