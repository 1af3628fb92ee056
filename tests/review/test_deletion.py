"""A draft that nobody reviewed is deleted with all of it; what somebody rests on is kept."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.conftest import Browser
from tests.factories import (
    Team,
    log_in,
    make_approval,
    make_experiment,
    make_release,
    make_revision,
)
from wbtest.extensions import Base, db
from wbtest.review.approvals import ask_for_another, stop_release
from wbtest.review.readings import begin
from wbtest.review.review_requests import ask_for_review, make_link
from wbtest.review.reviewers import seat_of
from wbtest.team.models import AuditLine
from wbtest.writing.coach_report import finding_key, findings_of, waive
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import NotDeletable, change_parts, delete_release, why_kept

Deed = Callable[[Revision, Team], object]
REVIEWED: dict[str, Deed] = {
    "verdict": lambda revision, team: ask_for_another(revision, team.approver, "Say for whom."),
    "stop": lambda revision, team: stop_release(revision, team.approver, "Nobody wants it."),
    "reading": lambda revision, team: begin(seat_of(revision, team.approver), is_new=True),
}


def rows() -> dict[str, int]:
    """How many rows each table has, but for the audit log."""
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name != AuditLine.__tablename__
    }


def fill(release: Release, team: Team) -> None:
    """Do to a release what an editor can do before anybody has reviewed it."""
    change_parts(release, {"solution": "A seamless app."}, None, team.editor)
    finding = next(found for found in findings_of(release) if found.severity == "warn")
    waive(release, finding_key(finding), "So be it.", team.editor, is_approver=False)
    revision = make_revision(team.editor, release=release)
    ask_for_review(revision, team.editor)
    make_link(release, team.editor, "Ann")


def test_a_draft_is_deleted_with_everything_that_belongs_to_it(team: Team):
    make_revision(team.editor)
    before = rows()
    release = make_release(team.editor)
    fill(release, team)

    delete_release(release, team.editor)

    assert rows() == before
    deeds = db.session.scalars(sa.select(AuditLine.action)).all()
    assert deeds[-1] == "release.deleted"


@pytest.mark.parametrize("how", REVIEWED)
def test_a_release_that_somebody_reviewed_is_kept(team: Team, how: str):
    revision = make_revision(team.editor)
    REVIEWED[how](revision, team)

    with pytest.raises(NotDeletable, match="was reviewed"):
        delete_release(revision.release, team.editor)

    assert db.session.get(Release, revision.release_id) is not None


def test_a_release_that_was_approved_is_kept(team: Team):
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)

    with pytest.raises(NotDeletable, match="was approved"):
        delete_release(revision.release, team.editor)


def test_a_release_that_was_tested_is_kept(team: Team):
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    make_experiment(revision, team.editor)

    assert why_kept(revision.release) == "This release has a test, so it can’t be deleted."


def test_the_number_of_a_deleted_release_is_not_given_out_again(team: Team):
    release = make_release(team.editor)
    number = release.id

    delete_release(release, team.editor)

    assert make_release(team.editor).id > number


def test_a_draft_is_deleted_in_the_browser_after_a_question(client: Browser, team: Team):
    url = f"/releases/{make_release(team.editor, product='Kiln').id}"
    log_in(client, team.editor)
    page = client.get(f"{url}/preview").text

    answer = client.send(f"{url}/delete", {})

    assert f'action="{url}/delete"' in page
    assert "You can’t undo this." in page
    assert (answer.status_code, answer.location) == (303, "/ideas")
    listed = client.get("/ideas").text
    assert "Draft deleted." in listed
    assert "Kiln" not in listed


def test_the_page_of_a_reviewed_release_says_why_it_is_kept(client: Browser, team: Team):
    revision = make_revision(team.editor)
    ask_for_another(revision, team.approver, "Say for whom.")
    log_in(client, team.editor)
    url = f"/releases/{revision.release_id}"

    page = client.get(f"{url}/preview").text
    answer = client.send(f"{url}/delete", {})

    assert "This release was reviewed, so it can’t be deleted." in page
    assert f'action="{url}/delete"' not in page
    assert answer.status_code == 409


def test_who_may_only_read_is_offered_no_deletion(client: Browser, team: Team):
    release = make_release(team.editor)
    log_in(client, team.viewer)

    assert "/delete" not in client.get(f"/releases/{release.id}/preview").text
