"""Who wrote a revision, no matter who froze it, and so who may approve it."""

from dataclasses import replace

import pytest
from flask import Flask

from tests.api.conftest import program_of
from tests.conftest import Browser
from tests.factories import (
    LARDER,
    Team,
    log_in,
    make_approval,
    make_person,
    make_release,
    make_revision,
)
from tests.review.reviewing import make_reading, told
from wbtest.ideas.todo_list import waits_in
from wbtest.review.approvals import (
    NotYours,
    approval_statuses,
    approve,
    find_approval,
    is_approved,
    still_needed,
)
from wbtest.review.comments import apply_suggestion, write_comment
from wbtest.review.reviewers import seat_of
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.models import Release
from wbtest.writing.release_history import restore_version
from wbtest.writing.releases import copy_release, create_release, freeze, save_release
from wbtest.writing.saves import find_text

OWN = "You wrote part of this revision, so someone else has to approve it"


def save(release: Release, person: Person, **parts: str) -> None:
    draft = replace(documents.from_json(release.document), **parts)
    save_release(release, draft, release.version, person)


def make_blank(person: Person, team: Team) -> Release:
    return create_release(person, form="full", product="Larder", language="en")


def make_approved(team: Team) -> Release:
    """What the editor wrote and the owner approved."""
    revision = make_revision(team.editor)
    make_approval(revision, team.owner)
    return revision.release


def test_who_edited_the_draft_does_not_approve_it_even_if_another_froze_it(team: Team):
    release = make_approved(team)
    save(release, team.approver, headline="Six dinners from one photo")
    revision = freeze(release, team.editor)

    with pytest.raises(NotYours, match=f"{OWN}: Owner"):
        approve(revision, team.approver)

    assert not is_approved(revision)


def test_who_froze_what_others_wrote_may_approve_it(team: Team):
    revision = freeze(make_release(team.editor), team.owner)

    approve(revision, team.owner)

    assert is_approved(revision)


def test_who_began_a_blank_release_has_written_nothing_yet(team: Team):
    release = make_blank(team.approver, team)
    save_release(release, LARDER, release.version, team.editor)

    approve(freeze(release, team.editor), team.approver)


def test_who_imported_a_file_does_not_approve_it(team: Team):
    revision = freeze(make_release(team.approver), team.editor)

    with pytest.raises(NotYours, match=OWN):
        approve(revision, team.approver)


def test_who_suggested_words_that_somebody_applied_does_not_approve_them(team: Team):
    release = make_approved(team)
    first = release.revisions[0]
    make_reading(first, team.approver, is_done=False)
    comment = write_comment(
        seat_of(first, team.approver), "solution", "30 minutes", "Too slow.", "20 minutes"
    )
    apply_suggestion(comment, team.editor)

    with pytest.raises(NotYours, match=OWN):
        approve(freeze(release, team.editor), team.approver)


def test_who_wrote_what_somebody_restored_does_not_approve_it(team: Team):
    release = make_approved(team)
    save(release, team.approver, headline="Six dinners from one photo")
    theirs = find_text(release, release.version)
    assert theirs is not None
    save(release, team.editor, headline="Dinner is ready")
    make_approval(freeze(release, team.editor), team.owner)
    restore_version(release, theirs, team.editor)

    with pytest.raises(NotYours, match=OWN):
        approve(freeze(release, team.editor), team.approver)


def test_who_wrote_what_somebody_copied_does_not_approve_the_copy(team: Team):
    copied = copy_release(make_release(team.approver), team.editor)

    with pytest.raises(NotYours, match=OWN):
        approve(freeze(copied, team.editor), team.approver)


def test_who_changed_it_over_the_api_does_not_approve_it(app: Flask, team: Team):
    release = make_approved(team)
    program = program_of(app, team.approver)
    changed = program.patch(f"/releases/{release.id}", {"subheading": "Six dinners"})
    freeze(release, team.editor)

    answer = program.post(f"/releases/{release.id}/revisions/2/approvals", {})

    assert changed.status_code == 200, changed.text
    assert answer.status_code == 403
    assert OWN in answer.json["detail"]


def test_words_of_an_unapproved_revision_still_have_their_writer_in_the_next(team: Team):
    release = freeze(make_release(team.approver), team.editor).release
    save(release, team.editor, headline="Dinner is ready")

    with pytest.raises(NotYours, match=OWN):
        approve(freeze(release, team.editor), team.approver)


def test_whose_words_were_approved_may_approve_what_others_wrote_since(team: Team):
    release = make_release(team.approver)
    make_approval(freeze(release, team.editor), team.owner)
    save(release, team.editor, headline="Dinner is ready")

    approve(freeze(release, team.editor), team.approver)


def test_where_every_approver_wrote_it_two_of_them_approve_it(team: Team):
    release = make_release(team.approver)
    save(release, team.owner, headline="Dinner is ready")
    revision = freeze(release, team.owner)

    approve(revision, team.owner)
    assert not is_approved(revision)
    assert still_needed(revision) == "It needs one more approval."
    assert approval_statuses([release]) == {release.id: "open"}

    second = approve(revision, team.approver)
    assert find_approval(revision) == second
    assert approval_statuses([release]) == {release.id: "approved"}


def test_what_one_of_two_writers_approved_waits_for_the_other(team: Team):
    release = make_release(team.approver)
    save(release, team.owner, headline="Dinner is ready")
    approve(freeze(release, team.owner), team.owner)

    waiting = [wait for wait in told(waits_in()) if wait[1].startswith("Approve")]
    assert waiting == [("Approver", "Approve or reject revision 1 of Larder", "Owner")]


def test_what_one_alone_approved_stays_approved_when_the_team_grows(app: Flask):
    ada = make_person("ada@example.com", "owner")
    revision = make_revision(ada)
    make_approval(revision, ada)

    make_person("bob@example.com", "approver")

    assert is_approved(revision)


def test_the_page_says_who_wrote_it_and_why_they_cannot_approve_it(client: Browser, team: Team):
    release = make_approved(team)
    save(release, team.approver, headline="Six dinners from one photo")
    freeze(release, team.editor)
    log_in(client, team.approver)

    page = client.get(f"/releases/{release.id}/revisions/2?side=details").text
    answer = client.send(f"/releases/{release.id}/revisions/2/approve")

    assert f"{OWN}: Owner." in page
    assert "Approve revision 2" not in page
    assert answer.status_code == 403
    assert OWN in answer.text
    assert "Written by" in page
