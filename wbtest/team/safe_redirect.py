"""Where to go after the log-in. The address comes from a link that anybody can make."""

import re
from urllib.parse import urlsplit

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

# A path of ours as browsers read it: they take "\" for "/", and drop tabs and line breaks.
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def local_path(text: str) -> str:
    """Return ``text`` when it leads to a page of ours, else ``/``.

    >>> local_path("/releases/7?part=faq"), local_path("//e.com"), local_path("https:e.com")
    ('/releases/7?part=faq', '/', '/')
    """
    if not _LOCAL.fullmatch(text) or text.startswith(("/login", "/logout")):
        return "/"
    return text


def path_within(address: str, host: str) -> str:
    """Return path and query of a whole ``address`` on our ``host``, else ``/``.

    >>> path_within("http://us/releases/7?part=faq", "us"), path_within("http://e.com/x", "us")
    ('/releases/7?part=faq', '/')
    """
    try:
        found = urlsplit(address)
    except ValueError:
        return "/"
    query = f"?{found.query}" if found.query else ""
    return local_path(found.path + query) if found.netloc == host else "/"


def ask_to_log_in() -> ResponseReturnValue:
    """Send them to the log-in, and from there on to what they asked for, or back to their form."""
    if request.method == "GET":
        onward = request.full_path.rstrip("?")
    else:
        # The browser may have kept what they typed there.
        onward = path_within(request.referrer or "", request.host)
        # A script that saves in the background says it itself, each time, and keeps the words.
        if request.headers.get("Accept") != "application/json":
            flash(
                "You were logged out, so nothing was saved. Log in, then try again.",
                "error",
            )
    return redirect(url_for("team.login", next=onward), 303)
