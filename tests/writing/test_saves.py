"""Every save of a draft can be looked at again."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import HandClock
from tests.factories import LARDER, make_release
from wbtest.extensions import db
from wbtest.store import writing
from wbtest.team.models import Person
from wbtest.writing.models import Save
from wbtest.writing.release_history import find_texts
from wbtest.writing.releases import ChangedMeanwhile, grow_release, save_release
from wbtest.writing.saves import find_text, pack, unpack


def saves_of(release_id: int) -> list[Save]:
    return list(
        db.session.scalars(db.select(Save).where(Save.release_id == release_id).order_by("version"))
    )


def test_a_save_says_who_when_and_what(owner: Person, now: HandClock):
    release = make_release(owner)
    now.turn(minutes=5)

    save_release(release, replace(LARDER, headline="Better", problem="Worse"), 1, owner)

    (save,) = saves_of(release.id)
    assert (save.version, save.parts, save.person, save.saved_at) == (
        2,
        "headline problem",
        owner,
        now.time,
    )


def test_each_version_can_be_read_again(owner: Person):
    release = make_release(owner)
    texts = [LARDER, *(replace(LARDER, problem=f"Draft {n}, cooking 料理") for n in range(5))]
    for version, text in enumerate(texts[1:], 1):
        save_release(release, text, version, owner)

    found = [find_text(release, version) for version in range(1, 7)]

    assert [text.document for text in found if text] == texts


def test_what_a_short_release_was_before_it_grew_is_known(owner: Person):
    release = make_release(owner, form="short", faq=())

    grow_release(release, owner)

    before = find_text(release, 1)
    assert before is not None
    assert (before.form, before.document) == ("short", replace(LARDER, faq=()))


@pytest.mark.parametrize("version", [0, -1, 3])
def test_a_version_that_never_was_has_no_text(owner: Person, version: int):
    release = make_release(owner)
    save_release(release, replace(LARDER, problem="Other"), 1, owner)

    assert find_text(release, version) is None


def test_a_save_that_changes_nothing_is_none(owner: Person):
    release = make_release(owner)

    save_release(release, LARDER, 1, owner)

    assert (release.version, saves_of(release.id)) == (1, [])


def test_a_collision_stores_the_parts_that_do_not_collide(owner: Person):
    release = make_release(owner)
    save_release(release, replace(LARDER, headline="Theirs"), 1, owner)

    with pytest.raises(ChangedMeanwhile) as both:
        save_release(release, replace(LARDER, headline="Mine", problem="Also mine"), 1, owner)

    found = find_text(release, release.version)
    assert found is not None
    assert (found.document.headline, found.document.problem) == ("Theirs", "Also mine")
    assert (both.value.mine.headline, both.value.mine.problem) == ("Mine", "Also mine")


def test_a_paragraph_typed_letter_by_letter_takes_little_room(owner: Person):
    release = make_release(owner)
    words = "Amira opens the fridge at half past five and sees nothing. " * 20

    for version, end in enumerate(range(100, 1_100, 100), 1):
        save_release(release, replace(LARDER, problem=words[:end]), version, owner)

    assert sum(len(save.before) for save in saves_of(release.id)) < 2_000


VALUES = st.dictionaries(
    st.sampled_from(["a", "b", "faq"]),
    st.text(max_size=20) | st.lists(st.text(max_size=5)),
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(VALUES, VALUES)
def test_what_is_packed_is_unpacked(before: dict[str, Any], after: dict[str, Any]):
    assert unpack(pack(before, after), after) == before


def test_a_text_behind_a_broken_save_is_not_known(owner: Person):
    release = make_release(owner)
    for version, headline in enumerate(("One", "Two", "Three"), 1):
        save_release(release, replace(LARDER, headline=headline), version, owner)

    with writing():
        saves_of(release.id)[1].before = pack({"headline": "x"}, {"headline": "other words"})

    assert find_text(release, 3) is not None
    assert find_text(release, 2) is None
    assert list(find_texts(release, (1, 3))) == [3]
