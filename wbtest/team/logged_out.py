"""What somebody gets who is not logged in, or no longer."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from wbtest.team.onward import path_within


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
                "You were logged out meanwhile, so nothing was stored. Log in, then send it again.",
                "error",
            )
    return redirect(url_for("team.login", next=onward), 303)
