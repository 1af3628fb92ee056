"""A review is asked for: of the newest revision, by mail, and of nobody twice."""

import re
from typing import Any

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_revision
from tests.review.reviewing import mails, recipients
from wbtest.extensions import db
from wbtest.review.approvals import TextChanged, stop_release
from wbtest.review.models import Reviewer
from wbtest.review.review_requests import (
    ask_for_review,
    find_round,
    is_asked,
    make_link,
    newest_in_review,
)
from wbtest.review.reviewers import seat_of
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing.models import Revision


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


def ask_url(revision: Revision) -> str:
    return f"/releases/{revision.release_id}/revisions/{revision.number}/ask"


def test_who_is_asked_gets_a_seat_and_one_mail(team: Team, revision: Revision, now: HandClock):
    ask_for_review(revision, team.editor, 15, "Mind the price.", [team.viewer.id, team.owner.id])

    reviewer = seat_of(revision, team.viewer).reviewer
    assert reviewer is not None
    assert (reviewer.invited_by, reviewer.invited_at) == (team.editor, now())
    assert recipients() == [team.viewer.email, team.owner.email]
    mail = mails()[0]
    assert mail.subject == "Editor wants your review of Larder, revision 1"
    assert "read for about 15 minutes" in mail.body
    assert "\n  Mind the price.\n" in mail.body
    assert f"http://localhost/releases/{revision.release_id}/revisions/1/review\n" in mail.body


def test_asking_again_changes_the_round_and_mails_the_new_ones(team: Team, revision: Revision):
    ask_for_review(revision, team.editor, 20, "", [team.viewer.id])

    ask_for_review(revision, team.editor, 5, "Only the top.", [team.viewer.id, team.owner.id])

    asked = find_round(revision)
    assert asked is not None
    assert (asked.minutes, asked.note) == (5, "Only the top.")
    assert recipients() == [team.viewer.email, team.owner.email]


def test_a_new_revision_asks_only_the_chosen_reviewers_again(
    team: Team, revision: Revision, now: HandClock
):
    ask_for_review(revision, team.editor, 20, "", [team.viewer.id, team.owner.id])
    now.turn(days=1)
    second = make_revision(team.editor, release=revision.release, headline="Six dinners")

    asked = ask_for_review(second, team.editor, 20, "", [team.viewer.id])

    assert recipients()[2:] == [team.viewer.email]
    seats = {r.person_id: is_asked(r, asked) for r in db.session.scalars(db.select(Reviewer))}
    assert seats == {team.viewer.id: True, team.owner.id: False}


def test_an_older_revision_is_refused_with_the_number_of_the_newer(team: Team, revision: Revision):
    make_revision(team.editor, release=revision.release, headline="Six dinners")

    with pytest.raises(TextChanged, match="revision 2 is newer"):
        ask_for_review(revision, team.editor)

    assert find_round(revision) is None


def test_what_cannot_be_is_refused_at_its_field(team: Team, revision: Revision):
    bad: list[tuple[str, Any]] = [
        ("minutes", 0),
        ("minutes", 121),
        ("note", "x" * 2001),
        ("members", [99]),
    ]

    for field, value in bad:
        with pytest.raises(Invalid) as refused:
            ask_for_review(revision, team.editor, **{field: value})
        assert refused.value.field == field
    assert (find_round(revision), mails()) == (None, [])


def test_somebody_who_is_not_in_the_team_cannot_be_asked(
    team: Team, stranger: Person, revision: Revision
):
    with pytest.raises(Invalid, match="isn’t on your team"):
        ask_for_review(revision, team.editor, members=[team.viewer.id, stranger.id])

    assert mails() == []


def test_guests_are_taken_along_and_told_that_their_link_still_works(
    team: Team, revision: Revision, now: HandClock
):
    make_link(revision.release, team.editor, "Mei", "mei@example.com", 14)
    make_link(revision.release, team.editor, "Ola", "ola@example.com", 1)
    quiet, _ = make_link(revision.release, team.editor, "Tom")
    now.turn(days=2)
    newest = make_revision(team.editor, release=revision.release, headline="Six dinners")

    asked = ask_for_review(newest, team.editor)

    assert recipients()[2:] == ["mei@example.com"]
    assert "The link you already have opens the new revision." in mails()[-1].body
    assert is_asked(quiet, asked)


def test_the_newest_revision_in_review_is_the_newest_somebody_asked_for(
    team: Team, revision: Revision
):
    assert newest_in_review(revision.release) is None

    ask_for_review(revision, team.editor)
    make_revision(team.editor, release=revision.release, headline="Six dinners")

    assert newest_in_review(revision.release) == revision


def test_the_page_asks_and_shows_how_far_everybody_is(
    client: Browser, team: Team, revision: Revision
):
    log_in(client, team.editor)
    sent = {"minutes": "12", "note": "", "members": [team.viewer.id]}

    answer = client.send(ask_url(revision), sent)
    page = client.get(answer.location).text

    assert (answer.status_code, answer.location) == (303, ask_url(revision).removesuffix("/ask"))
    assert "viewer · invited 1 March 2027 · not opened" in page
    assert re.search(r'<span class="under">approver\s*</span>', page)
    assert recipients() == [team.viewer.email]


def test_bad_minutes_come_back_with_a_sentence_and_all_that_was_typed(
    client: Browser, team: Team, revision: Revision
):
    log_in(client, team.editor)
    sent = {"note": "Mind the price.", "members": [team.viewer.id]}

    for minutes in ("0", "many", ""):
        answer = client.send(ask_url(revision), sent | {"minutes": minutes})

        assert answer.status_code == 422
        assert 'id="minutes-error"' in answer.text
        assert "Mind the price." in answer.text
        assert "checked" in answer.text.partition('id="members-0"')[0].rpartition("<input")[2]
    assert mails() == []


def test_an_older_revision_has_no_form_and_says_where_to_go(
    client: Browser, team: Team, revision: Revision
):
    make_revision(team.editor, release=revision.release, headline="Six dinners")
    log_in(client, team.editor)

    page = client.get(ask_url(revision).removesuffix("/ask"))
    answer = client.send(ask_url(revision), {"minutes": "9"})

    assert "View revision 2" in page.text
    assert "Invite reviewers" not in page.text
    assert 'name="minutes"' not in page.text
    assert answer.status_code == 409
    assert "revision 2 is newer" in answer.text


def test_only_who_may_write_may_ask(
    client: Browser, team: Team, stranger: Person, revision: Revision
):
    sent = {"minutes": "20"}
    assert client.send(ask_url(revision), sent).location.startswith("/login")

    for person, status in ((team.viewer, 403), (stranger, 404), (team.approver, 303)):
        log_in(client, person)
        assert client.send(ask_url(revision), sent).status_code == status


@pytest.mark.parametrize("number", [10**30, 2**31, -1])
def test_a_number_that_no_database_counts_to_is_somebody_unknown(
    client: Browser, team: Team, revision: Revision, number: int
):
    log_in(client, team.editor)

    answer = client.send(ask_url(revision), {"minutes": "20", "members": str(number)})

    assert answer.status_code == 422
    assert "isn’t on your team" in answer.text


def test_nobody_is_asked_to_read_what_was_stopped(client: Browser, team: Team, revision: Revision):
    stop_release(revision, team.approver, "Nobody wants it.")
    log_in(client, team.editor)

    answer = client.send(ask_url(revision), {"minutes": "20", "members": str(team.viewer.id)})

    assert answer.status_code == 409
    assert "Restore it before you invite" in answer.text
    assert mails() == []
    assert "Invite reviewers" not in client.get(ask_url(revision).removesuffix("/ask")).text
