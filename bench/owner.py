"""The owner of the benched instance, logged in over HTTP."""

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from bench import page


class Owner:
    """Somebody logged in to the server at ``url``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._browser = build_opener(HTTPCookieProcessor(CookieJar()))
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.open("/login"))
        assert token is not None
        who = {"email": page.OWNER, "password": page.SECRET, "csrf_token": token[1]}
        self.open("/login", urlencode(who).encode())

    def open(self, path: str, form: bytes | None = None) -> str:
        """Return the text of a page."""
        asked = Request(self._url + path, form, {"Origin": self._url})  # noqa: S310 - loopback
        with self._browser.open(asked, timeout=60) as answer:
            text: str = answer.read().decode()
        return text
