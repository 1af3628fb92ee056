"""Who sees whose comments: alone until done, and the owner last."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.factories import Team, make_revision
from tests.review.reviewing import make_comment, make_reading
from wbtest.review.comments import threads_for
from wbtest.review.reviewers import Reader, can_see, readers_of, seat_of
from wbtest.team.models import Person
from wbtest.writing.models import Revision

flags = some.booleans()
readers = some.builds(
    Reader, some.integers(1, 3), has_answered=flags, is_done=flags, is_author=flags, is_owner=flags
)
DONE = Reader(1, has_answered=True, is_done=True)


@settings(max_examples=60)
@given(readers, readers, flags)
def test_nobody_sees_a_stranger_s_words_who_has_not_read_alone(by, asking, are_all_done):
    sees = can_see(by, asking, are_all_done=are_all_done)

    if by.id == asking.id:
        assert sees
    elif sees:
        assert by.is_done or by.is_author
        assert asking.is_author or (asking.is_done and asking.has_answered)
        assert are_all_done or not by.is_owner


@pytest.mark.parametrize(("is_done", "has_answered"), product((True, False), repeat=2))
def test_who_has_read_and_answered_sees_those_who_have_read(is_done, has_answered):
    asking = Reader(2, has_answered=has_answered, is_done=is_done)

    assert can_see(DONE, asking, are_all_done=False) is (is_done and has_answered)
    assert not can_see(Reader(3), asking, are_all_done=True)


def test_two_who_have_not_begun_are_not_the_same_reader():
    assert not can_see(Reader(None), Reader(None), are_all_done=True)


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


def seen_by(revision: Revision, person: Person) -> list[str]:
    return [t.comment.reviewer.name for t in threads_for(seat_of(revision, person))]


def test_a_reader_is_alone_with_the_text_until_both_are_done(team: Team, revision: Revision):
    for person, is_done in ((team.viewer, True), (team.approver, False)):
        make_comment(revision, person)
        make_reading(revision, person, is_done=is_done)

    assert seen_by(revision, team.viewer) == ["Viewer"]
    assert seen_by(revision, team.approver) == ["Approver"]
    assert seen_by(revision, team.editor) == ["Viewer"]
    assert seen_by(revision, team.owner) == []


def test_the_owner_is_heard_when_all_are_done_who_have_begun(team: Team, revision: Revision):
    make_comment(revision, team.owner)
    make_reading(revision, team.owner)
    make_reading(revision, team.viewer)
    late = make_reading(revision, team.approver, is_done=False)
    assert seen_by(revision, team.viewer) == seen_by(revision, team.editor) == []

    late.done_at = late.started_at

    assert seen_by(revision, team.viewer) == seen_by(revision, team.editor) == ["Owner"]


def test_an_author_who_has_only_answered_lets_nobody_wait(team: Team, revision: Revision):
    make_reading(revision, team.editor, is_done=False)

    assert readers_of(revision).are_all_done


def test_who_has_read_a_later_text_has_read_this_one(team: Team, revision: Revision):
    make_comment(revision, team.viewer)
    make_reading(revision, team.viewer)
    later = make_revision(team.editor, release=revision.release, headline="Six dinners")
    make_reading(later, team.approver)

    assert seen_by(revision, team.approver) == ["Viewer"]
    assert seen_by(later, team.approver) == []


def test_who_replied_goes_on_seeing_to_what(team: Team, revision: Revision):
    said = make_comment(revision, team.owner)
    make_reading(revision, team.owner)
    make_reading(revision, team.viewer)
    make_comment(revision, team.viewer, below=said)
    make_reading(revision, team.approver, is_done=False)

    assert seen_by(revision, team.viewer) == ["Owner"]
