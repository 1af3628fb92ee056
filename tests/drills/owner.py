"""The owner of the page, at a browser: logs in, opens pages, sends forms."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping

from tests.bench.page import OWNER, SECRET


class Owner:
    """Logged in at ``url`` from the start."""

    def __init__(self, url: str) -> None:
        self._url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(jar)
        self.send("/login", {"email": OWNER, "password": SECRET}, on="/login")

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of the page that a browser ends up with."""
        return self._ask(path, None, {})

    def send(self, path: str, form: Mapping[str, str], on: str) -> tuple[int, str]:
        """Send a form with the token of the page ``on`` which it stands."""
        whole = {**form, "csrf_token": self._token(on)}
        return self._ask(path, urllib.parse.urlencode(whole).encode(), {})

    def upload(self, path: str, name: str, content: bytes, on: str) -> tuple[int, str]:
        """Send a file in a field of this name."""
        edge = "drill-drill-drill"
        body = (
            (
                f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
                f"{self._token(on)}\r\n--{edge}\r\n"
                f'Content-Disposition: form-data; name="{name}"; filename="drill.md"\r\n\r\n'
            ).encode()
            + content
            + f"\r\n--{edge}--\r\n".encode()
        )
        return self._ask(path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def _token(self, page: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page)[1])
        assert found is not None, f"no form on {page}"
        return found[1]

    def _ask(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
        request = urllib.request.Request(self._url + path, body, {"Origin": self._url, **headers})
        try:
            with self._browser.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
