"""What readers think of a text is shown to those whose own word it can no longer colour."""

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in, make_revision
from tests.review.reading_room import give, read
from wbtest.review import readings
from wbtest.review.approvals import approve
from wbtest.review.reviewers import seat_of
from wbtest.writing.models import Revision

WHY = "zqreason"


@pytest.fixture
def revision(team: Team) -> Revision:
    """A text of the editor's that the owner has read and would stop."""
    revision = make_revision(team.editor)
    read(revision, team.owner)
    readings.close(seat_of(revision, team.owner), {}, "stop", WHY)
    return revision


def page(client: Browser, revision: Revision) -> str:
    return client.get(f"/releases/{revision.release_id}/revisions/{revision.number}").text


def test_a_reader_hears_no_verdict_before_the_own_reading(
    client: Browser, team: Team, revision: Revision
) -> None:
    give(revision, team.viewer)
    log_in(client, team.viewer)

    before = page(client, revision)
    assert WHY not in before
    assert "would stop" not in before
    assert "You’ll see the verdicts after your own review." in before

    readings.finish(seat_of(revision, team.viewer))
    after = page(client, revision)
    assert WHY in after
    assert "would stop" in after


@pytest.mark.parametrize("role", ["editor", "approver"])
def test_who_wrote_it_and_who_decides_on_it_hear_every_verdict(
    client: Browser, team: Team, revision: Revision, role: str
) -> None:
    log_in(client, getattr(team, role))

    assert WHY in page(client, revision)


def test_who_signed_and_then_thinks_otherwise_is_heard(
    client: Browser, team: Team, revision: Revision
) -> None:
    read(revision, team.approver)
    approve(revision, team.approver)
    readings.close(seat_of(revision, team.approver), {}, "stop", "zqlater")
    log_in(client, team.editor)

    assert "zqlater" in page(client, revision)
