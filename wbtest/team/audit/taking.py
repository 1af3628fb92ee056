"""Files that are taken away: reading, and yet told in the log, since what was read leaves us."""

from flask import request

from wbtest.store import Refused
from wbtest.team.audit.log import record

# What browsers say of a request from our own pages, or of an address that a person typed.
OWN = ("same-origin", "none")


class NotAsked(Refused):
    """A file that no person here asked for: no site of others may fill somebody's log."""

    status = 403
    title = "Nobody asked for this here"

    def __init__(self) -> None:
        super().__init__("Open the page in wbtest that offers this file, and take it from there.")


def record_taken(action: str, about: str = "") -> None:
    """Add the line of a file that is sent now; a HEAD takes none away, so it adds none.

    Raises NotAsked when another site asks, or a browser that only looks ahead.
    """
    purposes = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    if request.headers.get("Sec-Fetch-Site", "none") not in OWN or "prefetch" in purposes.lower():
        raise NotAsked
    if request.method != "HEAD":
        record(action, about)
