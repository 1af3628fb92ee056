"""Who signs off what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import HandClock
from tests.factories import LARDER, make_approval, make_person, make_revision
from wbtest.extensions import db
from wbtest.review.approvals import (
    NotYours,
    Stopped,
    TextChanged,
    approval_statuses,
    approvals_of,
    approve,
    find_approval,
    find_objection,
    is_approved,
)
from wbtest.review.approvers import approvers_of
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision
from wbtest.writing.releases import save_release


def test_who_is_alone_says_on_day_one_what_was_traded_away(revision: Revision, owner: Person):
    approval = approve(revision, owner, " Nobody else\r\nhas read it. ")

    assert approval.is_alone_on_day_one
    assert approval.traded_away == "Nobody else\nhas read it."
    assert approval.digest == revision.digest


@pytest.mark.parametrize(
    ("sentence", "why"),
    [("", "one sentence"), (" \n ", "one sentence"), ("x" * 1001, "1,001"), ("\x01", "character")],
)
def test_without_that_sentence_it_is_not_approved(
    revision: Revision, owner: Person, sentence: str, why: str
):
    with pytest.raises(Invalid, match=why) as refused:
        approve(revision, owner, sentence)

    assert refused.value.field == "traded_away"
    assert not is_approved(revision)


@pytest.mark.parametrize(
    ("age", "owes"), [(timedelta(hours=24, seconds=-1), True), (timedelta(hours=24), False)]
)
def test_the_first_day_ends_after_24_hours(
    revision: Revision, owner: Person, now: HandClock, age: timedelta, owes: bool
):
    now.time += age

    approval = approve(revision, owner, "For speed.")

    assert approval.is_alone_on_day_one is owes
    assert approval.traded_away == ("For speed." if owes else "")


def test_who_is_alone_later_owes_no_sentence(revision: Revision, owner: Person, now: HandClock):
    now.turn(days=2)

    assert not approve(revision, owner).is_alone_on_day_one


def test_four_eyes_see_a_text_as_soon_as_there_are_four(revision: Revision, owner: Person):
    make_person("bob@example.com", "approver")

    with pytest.raises(
        NotYours, match="You wrote part of this revision, so someone else has to approve it: Bob"
    ):
        approve(revision, owner, "For speed.")


def test_without_a_second_approver_the_way_to_one_is_named(revision: Revision, owner: Person):
    make_person("vic@example.com", "viewer")

    with pytest.raises(NotYours, match="make a member an approver in Settings"):
        approve(revision, owner, "For speed.")


def test_another_approver_signs_on_day_one_without_a_sentence(revision: Revision):
    bob = make_person("bob@example.com", "approver")

    approval = approve(revision, bob, "Not asked for.")

    assert not approval.is_alone_on_day_one
    assert approval.traded_away == ""


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_a_role_that_does_not_reach_approves_nothing(revision: Revision, role: str):
    person = make_person("eve@example.com", role)
    make_person("bob@example.com", "approver")

    with pytest.raises(NotYours, match=r"Approving is up to Bob\."):
        approve(revision, person)


def test_who_froze_a_text_is_not_named_as_its_approver(revision: Revision):
    viewer = make_person("vic@example.com", "viewer")

    assert find_objection(revision, viewer) == (
        "Approving is up to an approver who didn’t write this."
    )


def test_somebody_who_is_not_in_the_team_approves_nothing(revision: Revision, stranger: Person):

    with pytest.raises(NotYours):
        approve(revision, stranger)


def test_approving_twice_is_approving_once(revision: Revision, owner: Person, now: HandClock):
    first = make_approval(revision, owner)
    now.turn(hours=1)

    assert approve(revision, owner) is first
    assert approvals_of(revision) == [first]


def test_an_older_revision_is_no_longer_approved(revision: Revision, owner: Person):
    make_revision(owner, release=revision.release, headline="Better")

    with pytest.raises(TextChanged, match="The text changed: revision 2 is newer") as refused:
        approve(revision, owner, "For speed.")

    assert refused.value.status == 409
    assert not is_approved(revision)


def test_an_approval_stays_with_its_revision(revision: Revision, owner: Person):
    approval = make_approval(revision, owner)
    newer = make_revision(owner, release=revision.release, headline="Better")

    assert find_approval(revision) == approval
    assert approve(revision, owner) == approval
    assert find_approval(newer) is None


def test_a_text_changed_behind_our_back_is_not_what_was_approved(revision: Revision, owner: Person):
    make_approval(revision, owner)

    revision.digest = "0" * 64

    assert not is_approved(revision)


def test_an_approval_lapses_when_the_draft_moves_on_and_comes_back_with_it(
    revision: Revision, owner: Person
):
    release = revision.release
    make_approval(revision, owner)
    assert approval_statuses([release])[release.id] == "approved"

    save_release(release, replace(LARDER, headline="Better"), release.version, release.author)
    assert approval_statuses([release])[release.id] == "lapsed"

    save_release(release, LARDER, release.version, release.author)
    assert approval_statuses([release])[release.id] == "approved"


def test_what_nobody_approved_has_not_lapsed(revision: Revision):
    assert approval_statuses([revision.release])[revision.release_id] == "open"


def test_each_release_stands_for_itself(revision: Revision, owner: Person):
    other = make_revision(owner, product="Kiln")
    make_approval(other, owner)

    standings = approval_statuses([revision.release, other.release])

    assert standings == {revision.release_id: "open", other.release_id: "approved"}


def test_approvers_are_named_in_order(owner: Person):
    bob = make_person("bob@example.com", "approver")
    make_person("eve@example.com", "editor")

    assert approvers_of() == [owner, bob]


def test_approvals_are_told_oldest_first(revision: Revision, owner: Person, now: HandClock):
    bob, cleo = (make_person(f"{name}@example.com", "approver") for name in ("bob", "cleo"))
    approve(revision, cleo)
    now.turn(minutes=1)
    approve(revision, bob)
    db.session.expire_all()

    assert [approval.approver for approval in approvals_of(revision)] == [cleo, bob]


def test_a_text_with_a_finding_that_stops_it_is_not_approved(owner: Person):
    revision = make_revision(owner, headline="Revolutionary dinners at home")

    with pytest.raises(Stopped, match="“Revolutionary” is a claim"):
        approve(revision, owner, "For speed.")

    assert not is_approved(revision)


def test_a_finding_that_only_wants_a_change_stops_nobody(owner: Person):
    revision = make_revision(owner, solution="A seamless app.")

    assert approve(revision, owner, "For speed.").revision is revision
