"""Scripts and style sheets, answered before Flask is asked."""

import re
from collections.abc import MutableMapping
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

from wbtest.http import security_headers
from wbtest.runtime import runtime

# A version in the name: the same name will always be the same bytes.
VERSIONED = re.compile(r"-\d+\.\d+\.\d+\.")
# Browsers ask again after so long, and are told whether it has changed.
MAX_AGE_S = 60


def serve_static(app: Flask, folder: Path) -> None:
    """Answer static files before Flask is asked, with the headers of every other answer."""
    is_https = runtime(app).settings.is_https
    ours = security_headers(is_https) | {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"
    }

    def add_headers(headers: MutableMapping[str, str], _path: str, _url: str) -> None:
        for name, value in ours.items():
            headers[name] = value

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=folder,
        prefix="static",
        max_age=MAX_AGE_S,
        allow_all_origins=False,
        add_headers_function=add_headers,
        immutable_file_test=lambda _path, url: bool(VERSIONED.search(url)),
    )


def shorten(text: str) -> str:
    """Return a style sheet or script without comments and indentation; lines stay.

    >>> shorten("a {\\n  color: red; /* why */\\n}\\n")
    'a {\\ncolor: red;\\n}'
    """
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in bare.splitlines() if line.strip())
