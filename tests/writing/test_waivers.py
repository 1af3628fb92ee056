"""Findings that stay with a reason: who may, for how long, and what the history keeps."""

from dataclasses import replace

import pytest

from tests.factories import make_person, make_release
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.coaching import coach_text, count_open
from wbtest.writing.document import from_json
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import freeze, save_release
from wbtest.writing.waivers import (
    Key,
    NotWaivable,
    WordsGone,
    find_stops,
    find_waivers,
    take_back,
    waive,
)

SEAMLESS = Key("A7", "solution", "seamless")
LOUD = Key("A7", "headline", "revolutionary")


@pytest.fixture
def release(owner: Person) -> Release:
    return make_release(owner, solution="A seamless app.", headline="Revolutionary dinners at home")


def reasons(text: Release | Revision) -> dict[Key, str]:
    return {key: waiver.reason for key, waiver in find_waivers(text).items()}


def test_a_waived_finding_stays_with_its_reason(release: Release, owner: Person):
    waive(release, SEAMLESS, "It has no seams: it is a bag.", owner, is_approver=False)

    assert reasons(release) == {SEAMLESS: "It has no seams: it is a bag."}
    assert "solution" not in count_open(coach_text(release))


def test_a_second_reason_replaces_the_first(release: Release, owner: Person):
    waive(release, SEAMLESS, "One.", owner, is_approver=False)
    waive(release, SEAMLESS, "Two.", owner, is_approver=False)

    assert reasons(release) == {SEAMLESS: "Two."}


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1_001, "nul \x00"])
def test_without_a_usable_reason_nothing_is_waived(release: Release, owner: Person, reason: str):
    with pytest.raises(Invalid):
        waive(release, SEAMLESS, reason, owner, is_approver=True)

    assert reasons(release) == {}


def test_words_that_are_not_found_cannot_be_waived(release: Release, owner: Person):
    with pytest.raises(WordsGone):
        waive(release, Key("A7", "problem", "seamless"), "Why not.", owner, is_approver=True)


def test_what_is_missing_cannot_be_waived(owner: Person):
    release = make_release(owner, headline="")

    with pytest.raises(NotWaivable, match="mended"):
        waive(release, Key("H1", "headline", ""), "No need.", owner, is_approver=True)


def test_what_stops_a_release_is_waived_by_an_approver_only(release: Release, owner: Person):
    with pytest.raises(NotWaivable, match="approver"):
        waive(release, LOUD, "It was in 1789.", owner, is_approver=False)

    waive(release, LOUD, "It was in 1789.", owner, is_approver=True)

    assert find_stops(freeze(release, owner), "approval") == []


def test_a_revision_keeps_the_waivers_of_its_draft(release: Release, owner: Person):
    waiver = waive(release, SEAMLESS, "It is a bag.", owner, is_approver=False)
    revision = freeze(release, owner)

    take_back(waiver)

    assert reasons(release) == {}
    assert reasons(revision) == {SEAMLESS: "It is a bag."}


def test_a_waiver_of_a_revision_is_not_taken_back(release: Release, owner: Person):
    waive(release, SEAMLESS, "It is a bag.", owner, is_approver=False)
    frozen = find_waivers(freeze(release, owner))[SEAMLESS]

    with pytest.raises(NotWaivable, match="history"):
        take_back(frozen)


def test_a_waiver_whose_words_are_gone_is_not_frozen(release: Release, owner: Person):
    waive(release, SEAMLESS, "It is a bag.", owner, is_approver=False)
    save_release(release, replace(from_json(release.document), solution="An app."), 1)

    assert reasons(freeze(release, owner)) == {}


def test_an_approver_waives_in_a_frozen_text(release: Release, owner: Person):
    revision = freeze(release, owner)
    ann = make_person("ann@example.com", "approver", release.workspace)

    waive(revision, LOUD, "It was in 1789.", ann, is_approver=True)

    assert find_stops(revision, "approval") == []
    assert reasons(release) == {}


def test_a_waiver_given_after_freezing_joins_the_same_text(release: Release, owner: Person):
    revision = freeze(release, owner)
    waive(release, SEAMLESS, "It is a bag.", owner, is_approver=False)

    assert freeze(release, owner) is revision
    assert reasons(revision) == {SEAMLESS: "It is a bag."}
