"""A request as bytes, which no client has tidied up, and its answer, over WSGI."""

import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask

# Of a body no more is told: who wants the rest has the seed.
MOST_TOLD = 1_500
FROM_HERE = (("Origin", "http://localhost"), ("Sec-Fetch-Site", "same-origin"))


@dataclass(frozen=True)
class Request:
    """What is sent. ``path`` is percent-encoded; headers are text of single bytes, as in WSGI."""

    method: str
    path: str
    body: bytes = b""
    kind: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    cookies: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, *headers: tuple[str, str]) -> "Request":
        return replace(self, headers=(*self.headers, *headers))

    @property
    def curl(self) -> str:
        """The request as a line for a shell; what is no text is escaped as bash's ``$'…'`` does."""
        parts = ["curl", "-i", "-X", self.method, f"http://localhost{self.path}"]
        if self.kind:
            parts += ["-H", f"Content-Type: {self.kind}"]
        for name, text in self.headers:
            parts += ["-H", f"{name}: {text}"]
        if self.cookies:
            parts += ["-b", _cookie_header(self.cookies)]
        line = " ".join(map(shlex.quote, parts))
        return f"{line} --data-binary {_quoted(self.body)}" if self.body else line


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: Mapping[str, str]

    @property
    def mimetype(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def ask(app: Flask, request: Request) -> Answer:
    """Send a request to the app, as the server would, and read the answer to its end."""
    told: list[Any] = []
    # Otherwise it would share the session and `g` of the caller.
    with app.app_context():
        parts = app.wsgi_app(environ_of(request), lambda *all_of_it: told.append(all_of_it))
        try:
            body = b"".join(parts)
        finally:
            close = getattr(parts, "close", None)
            if close:
                close()
    status, headers = told[-1][:2]
    named = {name.lower(): text for name, text in headers}
    return Answer(int(status.split()[0]), named, body, _set_cookies(headers))


def environ_of(request: Request) -> dict[str, Any]:
    """The request as WSGI has it."""
    path, _, query = request.path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": request.kind,
        "CONTENT_LENGTH": str(len(request.body)) if request.method != "GET" else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if request.cookies:
        environ["HTTP_COOKIE"] = _cookie_header(request.cookies)
    for name, text in request.headers:
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = text
    return environ


def _cookie_header(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={text}" for name, text in cookies.items())


def _set_cookies(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    found = {}
    for name, text in headers:
        if name.lower() == "set-cookie":
            key, _, rest = text.partition("=")
            found[key] = rest.partition(";")[0]
    return found


def _quoted(body: bytes) -> str:
    shown = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"\\'" else f"\\x{byte:02x}"
        for byte in body[:MOST_TOLD]
    )
    more = f"  # and {len(body) - MOST_TOLD:,} bytes more" if len(body) > MOST_TOLD else ""
    return f"$'{shown}'{more}"
