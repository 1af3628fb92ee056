"""Static files, answered before Flask is asked; the style sheets of a page come as one file.

The parts stay files of their own, for people. A page names those that it wants, in their order,
and links to all of them at one address, which holds their digest: so a browser asks once, and keeps
the answer for ever. Nothing is built before the start; each process joins them when first asked.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from whitenoise import WhiteNoise

from wbtest.http import security_headers

# A version or a hash in the name: the same name will always be the same bytes.
VERSIONED = re.compile(r"[-.](\d+\.\d+\.\d+|[0-9a-f]{8,})[-.]")
JOINED = re.compile(r"/static/css/([a-z+-]+)\.([0-9a-f]{12})\.css")
SHORT_S = 60
FOR_EVER = f"max-age={WhiteNoise.FOREVER}, public, immutable"
# Whoever makes up addresses fills no more than this, and no page wants so many.
MOST_SHEETS, MOST_PARTS = 64, 12


class Sheet(NamedTuple):
    """Style sheets as one: its ``address``, and what is sent, plain and by gzip."""

    address: str
    plain: bytes
    packed: bytes


class Sheets:
    """The style sheets of a folder, joined as pages want them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = frozenset(file.stem for file in folder.glob("*.css"))
        self._make = lru_cache(MOST_SHEETS)(self._join)

    def address(self, *names: str) -> str:
        """Return where these sheets are as one, in this order. Raises ValueError for any other."""
        if not self._are_known(names):
            raise ValueError(f"not {MOST_PARTS} or fewer of our style sheets: {names}")
        return self._make(names).address

    def find(self, path: str) -> Sheet | None:
        """Return the sheet at ``path``, whatever digest it names; None where there is none.

        While machines are brought up to date one after the other, one is asked for what another
        has linked to; a page in a style that is a little older or newer is better than one without.
        """
        match = JOINED.fullmatch(path)
        names = tuple(match[1].split("+")) if match else ()
        return self._make(names) if self._are_known(names) else None

    def _are_known(self, names: tuple[str, ...]) -> bool:
        are_few = 0 < len(names) == len(set(names)) <= MOST_PARTS
        return are_few and self._names.issuperset(names)

    def _join(self, names: tuple[str, ...]) -> Sheet:
        files = [self._folder / f"{name}.css" for name in names]
        text = "\n".join(shorten(file.read_text(encoding="utf-8")) for file in files)
        plain = text.encode()
        digest = hashlib.sha256(plain).hexdigest()[:12]
        packed = gzip.compress(plain, mtime=0)
        return Sheet(f"/static/css/{'+'.join(names)}.{digest}.css", plain, packed)


class StaticFiles(WhiteNoise):
    """WhiteNoise, and the joined style sheets besides."""

    def __init__(self, inside: WSGIApplication, folder: Path, headers: dict[str, str]) -> None:
        self.sheets = Sheets(folder / "css")
        self._headers = headers | {
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"
        }
        super().__init__(
            inside,
            root=folder,
            prefix="static",
            max_age=SHORT_S,
            allow_all_origins=False,
            add_headers_function=self._add_headers,
            immutable_file_test=lambda _path, url: bool(VERSIONED.search(url)),
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        sheet = self.sheets.find(environ.get("PATH_INFO", ""))
        if sheet is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            answer: Iterable[bytes] = super().__call__(environ, start_response)
            return answer
        return self._send(sheet, environ, start_response)

    def _send(
        self, sheet: Sheet, environ: WSGIEnvironment, start_response: StartResponse
    ) -> list[bytes]:
        accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING"), Accept)
        is_packed = accepted["gzip"] > 0
        body = sheet.packed if is_packed else sheet.plain
        is_named = environ["PATH_INFO"] == sheet.address
        headers = [
            ("Content-Type", "text/css; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", FOR_EVER if is_named else f"max-age={SHORT_S}, public"),
            ("Vary", "Accept-Encoding"),
            *self._headers.items(),
        ]
        if is_packed:
            headers.append(("Content-Encoding", "gzip"))
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _add_headers(self, headers: MutableMapping[str, str], _path: str, _url: str) -> None:
        for name, value in self._headers.items():
            headers[name] = value


def serve_static(app: Flask, folder: Path) -> None:
    """Answer static files before Flask is asked; their headers are made once, at the start.

    Templates get ``style``: the address of the style sheets with these names as one.
    """
    is_https = app.extensions["wbtest.settings"].is_https
    files = StaticFiles(app.wsgi_app, folder, security_headers(is_https))
    app.add_template_global(files.sheets.address, "style")
    app.wsgi_app = files  # type: ignore[method-assign]


def shorten(text: str) -> str:
    """Return a style sheet or script without comments and indentation; lines stay.

    >>> shorten("a {\\n  color: red; /* why */\\n}\\n")
    'a {\\ncolor: red;\\n}'
    """
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())
