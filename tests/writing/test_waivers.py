"""Findings that stay with a reason: who may, for how long, and what the history keeps."""

from dataclasses import replace

import pytest

from tests.factories import LARDER, make_person, make_release
from wbtest.store import Invalid, writing
from wbtest.team.models import Person
from wbtest.writing.coach_report import (
    FindingKey,
    NotWaivable,
    WordsGone,
    coach_text,
    count_open,
    find_stops,
    find_waivers,
    finding_key,
    findings_of,
    take_back,
    waive,
)
from wbtest.writing.document import from_json
from wbtest.writing.models import Release, Revision
from wbtest.writing.releases import freeze, grow_release, save_release

SEAMLESS = FindingKey("A7", "solution", "seamless")
LOUD = FindingKey("A7", "headline", "revolutionary")


@pytest.fixture
def release(owner: Person) -> Release:
    return make_release(owner, solution="A seamless app.", headline="Revolutionary dinners at home")


def reasons(text: Release | Revision) -> dict[FindingKey, str]:
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
        waive(release, FindingKey("A7", "problem", "seamless"), "Why not.", owner, is_approver=True)


def test_what_is_missing_cannot_be_waived(owner: Person):
    release = make_release(owner, headline="")

    with pytest.raises(NotWaivable, match="Fix it first"):
        waive(
            release,
            FindingKey("H1", "headline", "the headline is missing."),
            "No need.",
            owner,
            is_approver=True,
        )


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


def test_a_finding_of_a_revision_is_not_waived_again(release: Release, owner: Person):
    waive(release, SEAMLESS, "It is a bag.", owner, is_approver=False)
    revision = freeze(release, owner)

    with pytest.raises(NotWaivable, match="history"):
        waive(revision, SEAMLESS, "Because I say so.", owner, is_approver=True)

    assert reasons(revision) == {SEAMLESS: "It is a bag."}


def test_each_thing_that_is_missing_wants_a_reason_of_its_own(owner: Person):
    release = make_release(
        owner, faq=tuple(q for q in LARDER.faq if q.topic not in ("price", "data"))
    )
    keys = [finding_key(f) for f in findings_of(release) if f.rule.id == "F2"]

    waive(release, keys[0], "It stores nothing.", owner, is_approver=False)

    assert len(set(keys)) == 2
    assert count_open(coach_text(release))["external"] == 1


def test_words_over_two_lines_are_the_same_however_a_browser_sends_them(owner: Person):
    release = make_release(owner, solution="It does:\n\n- this\n- that\n- more\n- all")
    (key,) = [finding_key(f) for f in findings_of(release) if f.rule.id == "A15"]

    waive(release, key, "A list it is.", owner, is_approver=False)

    assert "\n" in key.words
    assert reasons(release) == {key: "A list it is."}


def test_what_only_informs_needs_no_reason(owner: Person):
    release = make_release(owner, form="short", headline="Revolutionary dinners at home")

    with pytest.raises(NotWaivable, match="only a tip"):
        waive(release, LOUD, "It was in 1789.", owner, is_approver=False)


def test_a_reason_for_a_change_does_not_do_for_a_stop(release: Release, owner: Person):
    waiver = waive(release, LOUD, "It was in 1789.", owner, is_approver=True)
    with writing():
        waiver.severity = "warn"

    assert len(find_stops(freeze(release, owner), "approval")) == 1


def test_a_short_text_that_grew_is_a_revision_of_its_own(owner: Person):
    release = make_release(owner, form="short")
    short = freeze(release, owner)

    full = freeze(grow_release(release, release.author), owner)

    assert (short.form, full.form, full.number) == ("short", "full", 2)


def test_a_waiver_whose_words_are_gone_is_not_frozen(release: Release, owner: Person):
    waive(release, SEAMLESS, "It is a bag.", owner, is_approver=False)
    save_release(
        release, replace(from_json(release.document), solution="An app."), 1, release.author
    )

    assert reasons(freeze(release, owner)) == {}


def test_an_approver_waives_in_a_frozen_text(release: Release, owner: Person):
    revision = freeze(release, owner)
    ann = make_person("ann@example.com", "approver")

    waive(revision, LOUD, "It was in 1789.", ann, is_approver=True)

    assert find_stops(revision, "approval") == []
    assert reasons(release) == {}


def test_a_waiver_given_after_freezing_joins_the_same_text(release: Release, owner: Person):
    revision = freeze(release, owner)
    waive(release, SEAMLESS, "It is a bag.", owner, is_approver=False)

    assert freeze(release, owner) is revision
    assert reasons(revision) == {SEAMLESS: "It is a bag."}
