"""What happens to a release, as verbs."""

import threading
from dataclasses import replace

import pytest
from flask import Flask

from tests.conftest import HandClock
from tests.factories import LARDER, make_release, make_revision
from wbtest.extensions import db
from wbtest.store import Invalid, writing
from wbtest.team.models import Person, TeamSettings
from wbtest.writing import releases
from wbtest.writing.document import Document, digest, from_json
from wbtest.writing.models import Release
from wbtest.writing.releases import ChangedMeanwhile


def draft(release: Release) -> Document:
    return from_json(release.document)


def begin(owner: Person, **parts: str) -> Release:
    db.session.scalars(db.select(TeamSettings)).one()
    given = {"form": "short", "product": "Larder", "language": "en"} | parts
    return releases.create_release(owner, **given)  # type: ignore[arg-type]


def test_a_short_release_begins_with_three_questions_of_customers(owner: Person):
    release = begin(owner)

    assert [q.topic for q in draft(release).faq] == ["what and for whom", "price", "difference"]
    assert release.version == 1


def test_a_full_release_begins_with_the_four_internal_topics(owner: Person):
    release = begin(owner, form="full")

    assert [q.topic for q in draft(release).questions("internal")] == [
        "pricing",
        "competitive positioning",
        "technical feasibility",
        "key risks",
    ]


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"product": " "}, "product"),
        ({"product": "x" * 121}, "product"),
        ({"product": "a\x00"}, "product"),
        ({"language": "?"}, "language"),
    ],
)
def test_a_release_is_not_begun_with_what_cannot_be_kept(
    owner: Person, parts: dict[str, str], field: str
):
    with pytest.raises(Invalid) as refused:
        begin(owner, **parts)

    assert refused.value.field == field


def test_a_save_is_the_next_version(owner: Person, now: HandClock):
    release = make_release(owner)
    now.turn(minutes=5)

    releases.save_release(release, replace(LARDER, headline="Better"), 1, release.author)

    assert (draft(release).headline, release.version) == ("Better", 2)
    assert release.updated_at == now.time


def test_a_save_of_an_older_text_is_refused_and_changes_nothing(owner: Person):
    release = make_release(owner)
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)

    with pytest.raises(ChangedMeanwhile, match="Both are kept"):
        releases.save_release(release, replace(LARDER, headline="Mine"), 1, release.author)

    assert (draft(release).headline, release.version) == ("Theirs", 2)


def test_a_save_whose_answer_got_lost_may_be_sent_again(owner: Person):
    release = make_release(owner)
    mine = replace(LARDER, headline="Mine")

    releases.save_release(release, mine, 1, release.author)
    releases.save_release(release, mine, 1, release.author)

    assert release.version == 2


@pytest.mark.every_database
def test_of_two_saves_at_once_one_is_told(owner: Person, app: Flask):
    release_id = make_release(owner).id
    outcomes: list[str] = []

    def save(headline: str) -> None:
        with app.app_context():
            release = db.session.get_one(Release, release_id)
            try:
                releases.save_release(
                    release, replace(LARDER, headline=headline), 1, release.author
                )
                outcomes.append("kept")
            except ChangedMeanwhile:
                outcomes.append("told")

    threads = [threading.Thread(target=save, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["kept", "told"]


def test_a_short_release_grows_without_losing_a_word(owner: Person):
    release = make_release(owner, form="short", faq=LARDER.faq[:3])
    before = draft(release)

    releases.grow_release(release, release.author)

    after = draft(release)
    assert release.form == "full"
    assert after.alternative == before.alternative
    assert replace(after, faq=before.faq) == before
    assert after.faq[:3] == before.faq


def test_growing_twice_is_growing_once(owner: Person):
    release = make_release(owner, form="short")

    releases.grow_release(release, release.author)
    version = releases.grow_release(release, release.author).version

    assert version == 2


def test_a_revision_is_numbered_and_named_by_its_digest(owner: Person):
    first = make_revision(owner)
    second = make_revision(owner, release=first.release, headline="Better")

    assert (first.number, second.number) == (1, 2)
    assert second.digest == digest(from_json(second.document)) != first.digest


def test_a_text_that_is_frozen_already_is_not_frozen_twice(owner: Person):
    revision = make_revision(owner)

    assert releases.freeze(revision.release, owner) is revision


def test_a_revision_stays_as_it_is_when_the_draft_goes_on(owner: Person):
    revision = make_revision(owner)

    releases.save_release(
        revision.release, replace(LARDER, headline="Better"), 1, revision.release.author
    )

    assert from_json(revision.document) == LARDER


def test_what_is_typed_and_frozen_at_once_is_what_is_frozen(owner: Person):
    release = make_release(owner)

    revision = releases.save_and_freeze(release, replace(LARDER, headline="Now"), 1, owner)

    assert from_json(revision.document).headline == draft(release).headline == "Now"


def test_verbs_inside_one_transaction_see_each_other(owner: Person):
    first = make_revision(owner)

    with writing():
        second = make_revision(owner, release=first.release, headline="Within")

    assert (second.number, from_json(second.document).headline) == (2, "Within")


def test_nothing_is_frozen_when_the_text_changed_meanwhile(owner: Person):
    release = make_release(owner)
    releases.save_release(release, replace(LARDER, headline="Theirs"), 1, release.author)

    with pytest.raises(ChangedMeanwhile):
        releases.save_and_freeze(release, replace(LARDER, headline="Mine"), 1, owner)

    assert releases.find_newest_revision(release) is None
