"""Pages of a review ask the database as often for many readers as for few."""

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in, make_person, make_revision
from tests.review.reviewing import make_comment, make_reading
from tests.statements import counted
from wbtest.review.review_requests import make_link
from wbtest.writing.models import Revision


def grow(revision: Revision, team: Team, kind: str) -> None:
    """Two more readers, a member and a guest, each with a verdict and a comment."""
    person = make_person(f"{kind}@example.com", "viewer")
    for who in (person, make_link(revision.release, team.editor, kind)[0]):
        make_reading(revision, who, verdict="another")
        make_comment(revision, who)


@pytest.mark.parametrize("path", ["revisions/1", "revisions/1?side=details"])
def test_more_readers_are_no_more_queries(client: Browser, team: Team, path: str) -> None:
    revision = make_revision(team.editor)
    url = f"/releases/{revision.release_id}/{path}"
    log_in(client, team.editor)
    counts = []

    for kind in ("ann", "ben", "cleo"):
        grow(revision, team, kind)
        with counted() as statements:
            assert client.get(url).status_code == 200
        counts.append(len(statements))

    assert counts[1] == counts[2]
