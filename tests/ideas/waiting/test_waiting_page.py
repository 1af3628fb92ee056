"""Who waits for whom: what it rests on in the database, and the page."""

from html import unescape

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import LARDER, Team, log_in, make_old_approval, make_release, make_revision
from tests.review.reviewing import make_comment, make_reading, told
from tests.statements import counted
from wbtest.extensions import db
from wbtest.ideas.todo_list import waits_in
from wbtest.review.review_requests import ask_for_review, make_link, revoke_link
from wbtest.store import writing
from wbtest.team.models import TeamSettings
from wbtest.writing.document import OpenQuestion
from wbtest.writing.models import Revision, Stop


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


def test_members_and_guests_are_waited_for_until_they_have_read(
    team: Team, revision: Revision, now: HandClock
):
    mei, _ = make_link(revision.release, team.editor, "Mei")
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    now.turn(days=1)
    late, _ = make_link(revision.release, team.editor, "Tom")
    assert [wait.who.name for wait in waits_in()] == [
        "Mei, guest",
        "Viewer",
        "Tom, guest",
    ]

    revoke_link(late)
    make_reading(revision, mei)
    make_reading(revision, team.viewer)

    assert [wait.who.name for wait in waits_in()] == ["Approver", "Owner"]


def test_a_newer_review_waits_for_those_who_were_asked_again(
    team: Team, revision: Revision, now: HandClock
):
    ask_for_review(revision, team.editor, members=[team.viewer.id, team.owner.id])
    now.turn(days=1)
    second = make_revision(team.editor, release=revision.release, headline="Six dinners")
    ask_for_review(second, team.editor, members=[team.owner.id])

    assert told(waits_in()) == [("Owner", "Review revision 2 of Larder", "Editor")]


def test_a_decision_ends_the_waiting_for_one(team: Team, revision: Revision, now: HandClock):
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    make_reading(revision, team.viewer)
    assert len(waits_in()) == 2

    make_old_approval(revision, team.approver)
    assert waits_in() == []
    second = make_revision(team.editor, release=revision.release, headline="Six dinners")
    now.turn(days=1)
    ask_for_review(second, team.editor, members=[team.viewer.id])
    make_reading(second, team.viewer)
    make_reading(second, team.approver, verdict="another")

    assert told(waits_in()) == [
        ("Editor", "Write the next draft of Larder: Approver asks for it", "Approver")
    ]


def test_a_team_without_reviews_sees_what_is_to_be_approved(team: Team, revision: Revision):
    assert told(waits_in()) == [
        ("Approver", "Approve or reject revision 1 of Larder", "Editor"),
        ("Owner", "Approve or reject revision 1 of Larder", "Editor"),
    ]


def test_a_newer_text_waits_for_no_approver_before_its_review_is_asked_for(
    team: Team, revision: Revision, now: HandClock
):
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    now.turn(days=1)
    second = make_revision(team.editor, release=revision.release, headline="Six dinners")
    assert [wait.who.name for wait in waits_in()] == ["Viewer"]

    make_reading(second, team.approver, verdict="another")

    assert [wait.who.name for wait in waits_in()] == ["Viewer", "Editor"]


def test_the_author_owes_answers_to_comments_that_can_be_seen(team: Team, revision: Revision):
    ask_for_review(revision, team.editor)
    mei, _ = make_link(revision.release, team.editor, "Mei")
    make_reading(revision, mei)
    make_reading(revision, team.viewer, is_done=False)
    asked = make_comment(revision, mei)
    make_comment(revision, mei, outcome="declined")
    make_comment(revision, team.viewer)
    make_comment(revision, team.editor)
    owed = [wait for wait in waits_in() if wait.who.name == "Editor"]
    assert told(owed) == [("Editor", "Reply to a comment on Larder", "Mei")]

    make_comment(revision, team.editor, below=asked)

    assert "Editor" not in [wait.who.name for wait in waits_in()]


def test_the_owner_is_heard_last_here_too(team: Team, revision: Revision, now: HandClock):
    ask_for_review(revision, team.editor)
    make_reading(revision, team.owner)
    make_comment(revision, team.owner)
    slow = make_reading(revision, team.viewer, is_done=False)
    assert "Editor" not in [wait.who.name for wait in waits_in()]

    with writing():
        slow.done_at = now()

    assert "Editor" in [wait.who.name for wait in waits_in()]


def test_a_release_that_was_stopped_waits_for_nobody(team: Team, revision: Revision):
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    with writing() as session:
        session.add(
            Stop(
                release_id=revision.release_id,
                reason="Nobody wants it.",
                stopped_by_id=team.owner.id,
                stopped_at=revision.created_at,
            )
        )

    assert waits_in() == []


def fill(team: Team, releases: int) -> None:
    for _ in range(releases):
        revision = make_revision(team.editor)
        guest, _ = make_link(revision.release, team.editor, "Mei")
        ask_for_review(revision, team.editor, members=[team.viewer.id])
        make_reading(revision, guest)
        make_comment(revision, guest)


def test_twelve_releases_take_no_more_queries_than_three(team: Team):
    fill(team, 3)
    with counted() as of_three:
        waits_in()
    fill(team, 9)
    db.session.expire_all()
    db.session.get_one(TeamSettings, team.settings.id)

    with counted() as of_twelve:
        waits_in()

    assert len(waits_in()) == 24
    selects = [sum(told.startswith("SELECT") for told in each) for each in (of_twelve, of_three)]
    assert selects[0] <= selects[1] <= 18


def test_the_page_shows_whom_others_wait_for_and_where_ones_own_stands(
    client: Browser, team: Team, revision: Revision, now: HandClock
):
    ask_for_review(revision, team.editor, members=[team.viewer.id, team.owner.id])
    now.turn(days=3)
    log_in(client, team.viewer)

    page = unescape(client.get("/ideas").text)

    assert page.count("Review revision 1 of Larder") == 2
    mine, _, others = page.partition("Waiting on others")
    assert 'href="/releases/1/revisions/1/review"' in mine
    assert 'href="/releases/1/revisions/1"' in others
    assert "waiting for 3 days" in page


def test_where_nobody_waits_nothing_is_said_of_it(client: Browser, team: Team):
    assert client.get("/ideas").location.startswith("/login")
    log_in(client, team.viewer)

    assert "Waiting on others" not in client.get("/ideas").text


def test_the_drafts_late_questions_are_there_too(team: Team, now: HandClock):
    make_release(team.editor)
    now.turn(days=60)

    assert told(waits_in()) == [("Priya", "Settle “What could fail?”", "Larder")]
    assert LARDER.faq[-1].open == OpenQuestion("Priya", "2027-04-15", "ten diaries")
