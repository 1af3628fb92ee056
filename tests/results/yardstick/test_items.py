"""The list is changed: each change noted, twice is once, and two people do not run over another."""

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_approval, make_release, make_revision, make_running
from tests.results.learning.conftest import settle
from tests.results.yardstick.conftest import HEADLINE, SOLUTION, put, typed
from tests.statements import counted
from wbtest.results.yardstick.items import (
    NotApproved,
    Overtaken,
    add_item,
    change_item,
    move_item,
)
from wbtest.results.yardstick.scope import changes_of, find_go, find_scope, items_of
from wbtest.store import Invalid
from wbtest.writing.models import Release


def said(release: Release) -> list[str]:
    return [change.what for change in changes_of(release)]


def test_an_item_goes_to_the_end_and_is_noted(release: Release, team: Team, now: HandClock):
    put(release, team.editor, "Photo", SOLUTION)
    now.turn(days=1)
    put(release, team.owner, "Loyalty points")

    assert [(item.title, item.position) for item in items_of(release)] == [
        ("Photo", 1),
        ("Loyalty points", 2),
    ]
    [newest, first] = changes_of(release)
    assert (newest.person.name, newest.at, newest.what) == (
        "Owner",
        now(),
        "added “Loyalty points” (serves nothing)",
    )
    assert first.what == "added “Photo” (serves 1 sentence)"


def test_a_double_click_adds_once(release: Release, team: Team):
    first, second = (put(release, team.editor, "Photo", SOLUTION) for _ in range(2))

    assert (first.id, len(said(release))) == (second.id, 1)


def test_two_items_of_one_name_are_refused_until_one_is_dropped(release: Release, team: Team):
    photo = put(release, team.editor, "Photo", SOLUTION)

    with pytest.raises(Invalid, match="“Photo” is on the list already"):
        put(release, team.owner, "photo")
    change_item(photo, team.editor, typed("Photo", SOLUTION, state="dropped"), 1)
    assert put(release, team.owner, "photo").position == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (typed("  "), "title"),
        (typed("x" * 201), "title"),
        (typed(note="a \x07 bell"), "note"),
        (typed(state="maybe"), "state"),
        (typed("Photo", "0" * 16), "serves"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(release, team: Team, wrong, field):
    with pytest.raises(Invalid) as refused:
        add_item(release, team.editor, wrong)

    assert (refused.value.field, items_of(release)) == (field, [])


def test_a_change_is_noted_and_the_same_once_more_is_not(release: Release, team: Team):
    photo = put(release, team.editor)

    for _ in range(2):
        change_item(photo, team.owner, typed("Photo", HEADLINE, state="doing"), 1)

    assert said(release)[:-1] == [
        "set “Photo” to doing and linked “Photo” anew (serves 1 sentence)"
    ]
    assert photo.version == 2


def test_nobody_replaces_what_they_have_not_read(release: Release, team: Team):
    photo = put(release, team.editor)
    change_item(photo, team.owner, typed("Photo", state="done"), 1)

    with pytest.raises(Overtaken):
        change_item(photo, team.editor, typed("Photo", HEADLINE), 1)
    assert (photo.state, photo.serves) == ("done", [])
    assert change_item(photo, team.editor, typed("Photo", HEADLINE), 2).version == 3


def test_a_move_changes_places_and_a_second_click_does_not(release: Release, team: Team):
    for title in ("Photo", "Plan", "Points"):
        put(release, team.editor, title)
    points = items_of(release)[2]

    for _ in range(2):
        move_item(points, team.editor, -1, 3)

    assert [item.title for item in items_of(release)] == ["Photo", "Points", "Plan"]
    assert said(release)[0] == "moved “Points” to place 2"


def test_the_first_item_stays_where_it_is_when_moved_up(release: Release, team: Team):
    photo = put(release, team.editor)

    assert move_item(photo, team.editor, -1, 1).position == 1
    assert len(said(release)) == 1


def test_without_an_approved_text_there_is_no_list(team: Team):
    release = make_release(team.editor)

    assert find_scope(release) is None
    with pytest.raises(NotApproved):
        put(release, team.editor)


def test_a_later_approved_text_is_the_yardstick_and_shows_what_is_gone(release, team: Team):
    plan = put(release, team.editor, "Plan", HEADLINE)
    later = make_revision(team.editor, release=release, headline="Six dinners at home")
    assert find_scope(release).measure.drift == 0
    make_approval(later, team.approver)

    found = find_scope(release)
    assert found.revision.number == 2
    assert [each.words[:4] for each in found.measure.items[0].gone] == ["Five"]
    assert "Six dinners at home" in [each.words for each in found.measure.gaps]
    assert change_item(plan, team.editor, typed("Plan", HEADLINE, state="done"), 1).serves


def test_the_go_that_stands_is_found_and_an_overruled_one_is_not(release, team: Team):
    test = make_running(release.revisions[0], team.editor, team.approver)
    assert find_go(release) is None
    settle(test, team, "go")
    assert find_go(release).experiment_id == test.id

    settle(test, team, "stop")
    assert find_go(release) is None


def test_more_items_take_no_more_queries(release: Release, team: Team):
    put(release, team.editor)
    with counted() as one:
        find_scope(release)
    for title in ("a", "b", "c"):
        put(release, team.editor, title)
    with counted() as four:
        find_scope(release)

    assert len(four) <= len(one) + 1
