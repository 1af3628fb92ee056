"""What the page tells when it is left: which questions were opened, how far it was read."""

from flask import request
from flask.typing import ResponseReturnValue

from wbtest.audience import sightings
from wbtest.audience.recording.events import read_acts
from wbtest.audience.views import bp, check_sender, get_page, is_objector, is_team, recorder
from wbtest.extensions import clock
from wbtest.team import access

LONGEST_BEACON = 2_000


@bp.post("/p/<slug>/did")
@access.public
def did(slug: str) -> ResponseReturnValue:
    """The token of the page in the first line, an act in each of the others; no answer.

    Only of whom a running page counts: not of the team, not of who objects.
    """
    check_sender()
    found = get_page(slug)
    if found.live.state == "running" and not is_team() and not is_objector(found):
        text = request.get_data()[:LONGEST_BEACON].decode("ascii", "replace")
        token, _, acts = text.partition("\n")
        at = clock.now().timestamp()
        sightings.engage(recorder(), found, request.environ, token, at, read_acts(acts))
    return "", 204
