"""How many approvals a text needs, and from whom."""

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in, make_experiment, make_person, make_revision
from wbtest.publishing.launch_readiness import missing_before_start
from wbtest.review.approvals import (
    approval_statuses,
    approve,
    find_approval,
    is_approved,
    still_needed,
)
from wbtest.review.approvers import Needs, needs_of, set_needs
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


def test_one_approval_of_anybody_is_enough_at_first(revision: Revision, team: Team):
    assert needs_of() == Needs(1, frozenset())
    assert still_needed(revision) == "It needs one approval."

    approve(revision, team.approver)

    assert still_needed(revision) == ""


def test_with_two_needed_the_first_is_not_enough(revision: Revision, team: Team):
    set_needs(2, [])

    approve(revision, team.approver)
    assert not is_approved(revision)
    assert still_needed(revision) == "It needs one more approval."
    assert approval_statuses([revision.release]) == {revision.release_id: "open"}

    second = approve(revision, team.owner)
    assert find_approval(revision) == second
    assert approval_statuses([revision.release]) == {revision.release_id: "approved"}


def test_somebody_who_must_be_among_them_is_waited_for(revision: Revision, team: Team):
    set_needs(1, [team.owner.id])

    approve(revision, team.approver)
    assert still_needed(revision) == "It needs Owner’s approval."

    approve(revision, team.owner)
    assert is_approved(revision)


def test_the_missing_ones_are_named(revision: Revision, team: Team):
    mei = make_person("mei@example.com", "approver")
    set_needs(3, [team.owner.id, mei.id])

    assert still_needed(revision) == "It needs 3 approvals, Mei and Owner among them."


def test_a_text_without_enough_approvals_does_not_start(revision: Revision, team: Team):
    set_needs(2, [])
    approve(revision, team.approver)

    missing = missing_before_start(make_experiment(revision, team.editor))

    assert "Revision 1 is not approved by enough people yet. It needs one more approval." in [
        each.sentence for each in missing
    ]


@pytest.mark.parametrize(("count", "words"), [(0, "at least one approval"), (3, "2 approvers")])
def test_what_can_never_be_met_is_refused(team: Team, count: int, words: str):
    with pytest.raises(Invalid, match=words) as refused:
        set_needs(count, [])

    assert refused.value.field == "approvals"


def test_more_people_than_approvals_are_refused(team: Team):
    with pytest.raises(Invalid, match="You named 2 people"):
        set_needs(1, [team.owner.id, team.approver.id])


def test_only_approvers_can_be_required(team: Team, stranger: Person):
    for person in (team.editor, stranger):
        with pytest.raises(Invalid, match="from this team’s approvers and owners"):
            set_needs(1, [person.id])


def test_an_owner_says_how_texts_are_approved(client: Browser, team: Team):
    log_in(client, team.owner)

    answer = client.send(
        "/settings/approval", {"approvals": "2", "required": str(team.approver.id)}
    )

    assert (answer.status_code, answer.location) == (303, "/settings/approval")
    assert needs_of() == Needs(2, frozenset({team.approver.id}))


def test_a_number_that_is_none_is_said_at_its_field(client: Browser, team: Team):
    log_in(client, team.owner)

    answer = client.send("/settings/approval", {"approvals": "two"})

    assert answer.status_code == 422
    assert needs_of() == Needs()


@pytest.mark.parametrize("role", ["viewer", "editor", "approver"])
def test_others_read_how_texts_are_approved(client: Browser, team: Team, role: str):
    log_in(client, getattr(team, role))

    assert "Only owners can change this" in client.get("/settings/approval").text
    assert client.send("/settings/approval", {"approvals": "2"}).status_code == 403


def test_approvals_that_nobody_is_left_to_give_are_no_dead_end(team: Team):
    set_needs(2, [])
    revision = make_revision(team.owner)

    approve(revision, team.approver)

    assert still_needed(revision) == (
        "It needs one more approval. But too few people who didn’t write it can approve. An owner "
        "can ask for fewer approvals in Settings, or make a member an approver there."
    )


def test_a_number_that_is_none_is_said_in_our_words(client: Browser, team: Team):
    log_in(client, team.owner)

    page = client.send(
        "/settings/approval", {"approvals": "two", "required": str(team.editor.id)}
    ).text

    assert "Enter a whole number." in page
    assert "integer" not in page


def test_who_is_not_the_last_to_approve_is_told_what_is_missing(
    client: Browser, revision: Revision, team: Team
):
    set_needs(2, [team.owner.id])
    log_in(client, team.approver)

    client.send(f"/releases/{revision.release_id}/revisions/1/approve")

    page = client.get(f"/releases/{revision.release_id}/revisions/1").text
    assert "You approved it. It needs Owner’s approval." in page
    assert "Revision 1 is approved" not in page


@pytest.mark.parametrize(("count", "is_warned"), [(1, False), (2, True)])
def test_a_number_that_leaves_no_approver_free_is_warned_of(
    client: Browser, team: Team, count: int, is_warned: bool
):
    set_needs(count, [])
    log_in(client, team.owner)

    assert ("Both approvers must approve" in client.get("/settings/approval").text) is is_warned
