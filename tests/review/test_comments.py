"""Comments: what one may point at, what becomes of it, and who may do what."""

from dataclasses import replace

import pytest

from tests.conftest import HandClock
from tests.factories import LARDER, Team, make_revision
from tests.review.reading_room import guest_of, read
from tests.review.reviewing import make_reading
from wbtest.extensions import db
from wbtest.review.comments import (
    LONGEST_COMMENT,
    CommentSeen,
    NotReading,
    NotYourComment,
    SettledAlready,
    TooManyComments,
    WordsGone,
    apply_suggestion,
    delete_own,
    list_comments,
    marks_of_threads,
    reply,
    settle,
    threads_for,
    write_comment,
)
from wbtest.review.models import Comment
from wbtest.review.reviewers import Seat, seat_of
from wbtest.store import Invalid
from wbtest.writing.coach_report import MarkedSpan
from wbtest.writing.document import from_json
from wbtest.writing.models import Revision, Save
from wbtest.writing.releases import save_release


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


@pytest.fixture
def reader(team: Team, revision: Revision) -> Seat:
    """The seat of a viewer who reads."""
    reading = make_reading(revision, team.viewer, is_done=False)
    return Seat(revision, reading.reviewer, team.viewer)


def suggest(reader: Seat, words: str = "30 minutes", instead: str = "20 minutes") -> Comment:
    return write_comment(reader, "solution", words, "Too long.", instead)


def rewrite(revision: Revision, **parts: str) -> None:
    """Save another draft."""
    release = revision.release
    draft = replace(from_json(release.document), **parts)
    save_release(release, draft, release.version, release.author)


@pytest.mark.parametrize(
    ("path", "words", "meant"),
    [
        ("problem", "cabbage  goes\r\nin", ("problem", "cabbage goes in")),
        ("release", "talk.", ("customer_quote.text", "talk.")),
        ("faq[0].answer", " £4 A MONTH ", ("faq[0].answer", "£4 a month")),
        ("problem", "past five.\n\nOn Sunday", ("problem", "past five.\n\nOn Sunday")),
        ("problem", "", ("problem", "")),
        ("release", " ", ("release", "")),
    ],
)
def test_a_comment_means_the_words_as_they_are_printed(reader, path, words, meant):
    comment = write_comment(reader, path, words, " Why?\r\nHow? ")

    assert (comment.path, comment.words) == meant
    assert comment.text == "Why?\nHow?"


def test_of_words_that_stand_twice_those_at_hand_are_meant(reader: Seat):
    places = [write_comment(reader, "problem", "the", "Hm.", near=at).start for at in (0, 50, 72)]

    assert [LARDER.problem[at : at + 3] for at in places] == ["the"] * 3
    assert len(set(places)) == 3


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        (("segment", "", "Hm."), "path", "Choose a part"),
        (("faq[99].answer", "", "Hm."), "path", "Choose a part"),
        (("problem", "the moon", "Hm."), "words", "aren’t in this part"),
        (("release", "the moon", "Hm."), "words", "aren’t in the release"),
        (("release", "fridge", "Hm."), "path", "in 3 places"),
        (("problem", "x" * 20_001, "Hm."), "words", "20,001"),
        (("problem", "", " "), "text", "Enter a comment"),
        (("problem", "", "x" * (LONGEST_COMMENT + 1)), "text", "2,001"),
        (("problem", "", "\x01"), "text", "can’t be shown"),
        (("release", "", "Hm.", "Other"), "suggestion", "Quote the words"),
        (("headline", "Five", "Hm.", "x" * 300), "suggestion", "Use at most 300"),
        (("headline", "Five", "Hm.", "\x01"), "suggestion", "can’t be shown"),
        (("headline", "Five", "Hm.", " Five "), "suggestion", "same as the text"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(reader, given, field, why):
    with pytest.raises(Invalid, match=why) as refused:
        write_comment(reader, *given)

    assert refused.value.field == field


def test_before_reading_there_is_nothing_to_comment_on(team: Team, revision: Revision):
    with pytest.raises(NotReading):
        write_comment(seat_of(revision, team.viewer), "problem", "", "Hm.")

    assert write_comment(seat_of(revision, team.editor), "problem", "", "Mine.").id


def test_nobody_writes_without_end(reader: Seat, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("wbtest.review.comments.MOST_COMMENTS", 1)
    said = write_comment(reader, "problem", "", "Hm.")

    with pytest.raises(TooManyComments, match="the most allowed"):
        reply(reader, said, "More.")


def test_threads_stand_in_the_order_of_the_text_and_the_settled_ones_last(reader: Seat):
    for path, words in (
        ("faq[6].answer", "Eleven"),
        ("solution", "five dinners"),
        ("solution", "photo"),
        ("release", ""),
    ):
        last = write_comment(reader, path, words, "Hm.")
    reply(reader, last, "And this.")
    settle(reader, last, "resolved", is_editor=False)

    threads = threads_for(reader)

    assert [t.comment.words for t in threads] == ["photo", "five dinners", "Eleven", ""]
    assert [t.label for t in threads] == ["Solution", "Solution", "Why £4?", "The whole release"]
    assert [len(t.replies) for t in threads] == [0, 0, 0, 1]
    assert marks_of_threads(threads) == {
        "solution": [MarkedSpan(4, 9, 1), MarkedSpan(26, 38, 2)],
        "faq[6].answer": [MarkedSpan(0, 6, 3)],
    }


def test_a_suggestion_takes_the_place_of_the_words_where_they_stand_now(
    team: Team, revision: Revision, reader: Seat
):
    comment = suggest(reader)
    rewrite(revision, solution=f"Look. {LARDER.solution}")

    for _ in range(2):
        apply_suggestion(comment, team.editor)

    solution = from_json(revision.release.document).solution
    assert solution == "Look. One photo, two questions, five dinners of 20 minutes."
    assert (comment.outcome, comment.settled_by.name) == ("applied", "Editor")
    saves = db.session.scalars(db.select(Save).where(Save.person_id == team.editor.id)).all()
    assert [save.parts for save in saves] == ["solution", "solution"]


def test_a_suggestion_without_words_replaces_the_whole_part(team: Team, reader: Seat):
    comment = write_comment(reader, "headline", "", "", "Dinner is\nat home")

    apply_suggestion(comment, team.editor)

    assert from_json(reader.revision.release.document).headline == "Dinner is at home"


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"solution": "One photo."}, "no longer in the draft"),
        ({"solution": "One photo, two questions, five dinners of 35 minutes."}, "changed"),
        ({"solution": "30 minutes " + "x" * 19_985}, "no longer fits"),
    ],
)
def test_a_suggestion_for_other_words_changes_nothing(team, revision, reader, parts, why):
    comment = suggest(reader, instead="20 minutes of peace")
    rewrite(revision, **parts)

    with pytest.raises(WordsGone, match=why):
        apply_suggestion(comment, team.editor)

    assert from_json(revision.release.document).solution == parts["solution"]
    assert comment.outcome == ""


def test_a_comment_without_other_words_is_not_applied(team: Team, reader: Seat):
    with pytest.raises(WordsGone, match="has no suggestion"):
        apply_suggestion(write_comment(reader, "solution", "photo", "Hm."), team.editor)


def test_a_comment_is_settled_by_its_writer_or_an_editor_and_opened_again(
    team: Team, revision: Revision, reader: Seat, now: HandClock
):
    comment = suggest(reader)
    other = seat_of(revision, team.approver)
    with pytest.raises(NotYourComment):
        settle(other, comment, "resolved", is_editor=False)

    settle(other, comment, "declined", is_editor=True)
    assert (comment.outcome, comment.settled_at) == ("declined", now())
    settle(reader, comment, "reopened", is_editor=False)
    assert (comment.outcome, comment.settled_at, comment.settled_by_id) == ("", None, None)


def test_only_the_own_words_that_nobody_has_seen_are_deleted(team: Team, reader: Seat):
    kept, gone = suggest(reader), suggest(reader)
    with pytest.raises(NotYourComment):
        delete_own(seat_of(reader.revision, team.editor), gone)
    delete_own(reader, gone)
    read(reader.revision, reader)

    with pytest.raises(CommentSeen, match="Reply to it instead"):
        delete_own(reader, kept)
    assert [t.may_be_deleted for t in threads_for(reader)] == [False]


def test_an_answer_to_a_comment_keeps_it(reader: Seat):
    comment = suggest(reader)
    reply(reader, comment, "More.")

    with pytest.raises(CommentSeen):
        delete_own(reader, comment)


def test_the_team_finds_every_open_comment_with_its_age_and_place(
    team: Team, revision: Revision, reader: Seat, now: HandClock
):
    for path, words in (("solution", "two questions"), ("solution", "photo"), ("problem", "")):
        write_comment(reader, path, words, "Hm.")
    guest, _ = guest_of(revision, team.editor)
    make_reading(revision, guest.reviewer)
    write_comment(guest, "solution", "30 minutes", "", "20 minutes")
    read(revision, reader)
    now.turn(days=3)
    rewrite(revision, solution="Five dinners of 30 minutes from one photo.")

    found = list_comments(revision.release, team.editor)

    assert [(one.label, one.words, one.is_gone, one.can_be_applied) for one in found] == [
        ("Problem", "", False, False),
        ("Solution", "30 minutes", False, True),
        ("Solution", "photo", False, False),
        ("Solution", "two questions", True, False),
    ]


def test_words_that_a_reader_of_a_later_text_has_seen_are_not_deleted(
    team: Team, revision: Revision
):
    author = seat_of(revision, team.editor)
    comment = write_comment(author, "problem", "", "Too sad?")
    later = make_revision(team.editor, release=revision.release, headline="Six dinners")
    read(later, team.viewer)
    assert [t.comment for t in threads_for(seat_of(revision, team.viewer))] == [comment]

    with pytest.raises(CommentSeen):
        delete_own(seat_of(revision, team.editor), comment)


def test_what_one_settled_nobody_settles_otherwise_from_an_older_page(team: Team, reader: Seat):
    comment = suggest(reader)
    author = seat_of(reader.revision, team.editor)
    apply_suggestion(comment, team.editor)

    with pytest.raises(SettledAlready):
        settle(author, comment, "declined", is_editor=True)
    assert comment.outcome == "applied"

    settle(author, comment, "reopened", is_editor=True)
    settle(author, comment, "declined", is_editor=True)
    with pytest.raises(SettledAlready):
        apply_suggestion(comment, team.owner)
