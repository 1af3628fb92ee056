"""Comments over HTTP: who may do what, and that nothing typed is lost."""

from html import unescape

import pytest
from flask import Flask

from tests.conftest import Browser
from tests.factories import Team, log_in, make_revision
from tests.review.reading_room import guest_of, read, room_of
from wbtest.extensions import db
from wbtest.review.comments import settle, write_comment
from wbtest.review.models import Comment
from wbtest.review.reviewers import Seat, seat_of
from wbtest.team.models import Person
from wbtest.writing.document import from_json
from wbtest.writing.models import Revision

TYPED = {"path": "solution", "words": "30 minutes", "text": "Who says so?", "suggestion": "an hour"}


@pytest.fixture
def revision(team: Team) -> Revision:
    return make_revision(team.editor)


def browser(app: Flask, person: Person | None) -> Browser:
    client = app.test_client()
    assert isinstance(client, Browser)
    if person is not None:
        log_in(client, person)
    return client


@pytest.fixture
def viewer(app: Flask, team: Team, revision: Revision) -> Browser:
    """The browser of a viewer who has read the text."""
    read(revision, team.viewer)
    return browser(app, team.viewer)


@pytest.fixture
def comment(team: Team, revision: Revision) -> Comment:
    """What the approver wrote, who has read the text, with a suggestion."""
    read(revision, team.approver)
    return write_comment(seat_of(revision, team.approver), *TYPED.values())


def deed(revision: Revision, comment: Comment, name: str) -> str:
    return f"{room_of(revision)}/comments/{comment.id}/{name}"


def test_a_viewer_comments_and_lands_at_the_comment(viewer: Browser, revision: Revision):
    answer = viewer.send(f"{room_of(revision)}/comments", TYPED)

    assert (answer.status_code, answer.location) == (303, f"{room_of(revision)}#comment-1")
    [said] = db.session.scalars(db.select(Comment))
    assert (said.words, said.suggestion, said.reviewer.name) == ("30 minutes", "an hour", "Viewer")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"words": "30 \0moons"}, "a character that can’t be shown"),
        ({"words": "<b>moons"}, "These words aren’t in this part."),
        ({"path": "moon", "near": "9" * 12}, "Choose a part of this release."),
    ],
)
def test_what_cannot_be_kept_comes_back_with_the_reason(viewer, revision, changed, sentence):
    answer = viewer.send(f"{room_of(revision)}/comments", TYPED | changed)

    page = unescape(answer.text)
    assert answer.status_code == 422
    assert sentence in page
    assert all(kept in page for kept in ("Who says so?", "an hour"))
    assert "<b>moons" not in answer.text


def test_an_empty_reply_is_asked_for_again(viewer: Browser, revision: Revision, comment: Comment):
    answer = viewer.send(deed(revision, comment, "reply"), {"text": " ", "back": "1"})

    assert answer.status_code == 422
    assert "Enter a reply." in answer.text
    assert 'name="back" value="1"' in answer.text


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        ("viewer", {"reply": 303, "settle": 403, "apply": 403, "delete": 403}),
        ("editor", {"reply": 303, "settle": 303, "apply": 303, "delete": 403}),
        ("owner", {"reply": 303, "settle": 303, "apply": 303, "delete": 403}),
    ],
)
def test_each_role_does_what_it_may(app, team, revision, comment, role, codes):
    person = getattr(team, role)
    read(revision, person)
    client = browser(app, person)
    # What is settled is not applied, so it is left open here.
    typed = {"text": "Thanks.", "outcome": "reopened"}

    found = {name: client.send(deed(revision, comment, name), typed).status_code for name in codes}

    assert found == codes
    is_applied = "an hour" in from_json(revision.release.document).solution
    assert is_applied is (codes["apply"] == 303)


def test_who_has_not_read_finds_nothing_to_answer(app, team, revision, comment):
    client = browser(app, team.owner)

    for name in ("reply", "settle", "apply", "delete"):
        assert client.send(deed(revision, comment, name), {"text": "Ha."}).status_code == 404


def test_a_stranger_finds_nothing_and_nobody_is_sent_to_log_in(app, stranger, revision, comment):
    their, nobody = browser(app, stranger), browser(app, None)
    for name in ("reply", "settle", "apply", "delete"):
        assert their.send(deed(revision, comment, name), TYPED).status_code == 404
        assert nobody.send(deed(revision, comment, name)).location.startswith("/login")
    assert their.send(f"{room_of(revision)}/comments", TYPED).status_code == 404

    assert len(db.session.scalars(db.select(Comment)).all()) == 1


@pytest.fixture
def guest(team: Team, revision: Revision) -> tuple[Seat, str]:
    seat, address = guest_of(revision, team.editor)
    read(revision, seat)
    return seat, address


def test_a_guest_comments_and_replies_and_applies_nothing(app, team, revision, comment, guest):
    client, (_, address) = browser(app, None), guest

    said = client.send(f"{address}/comments", TYPED | {"back": "1"})
    answered = client.send(f"{address}/comments/{comment.id}/reply", {"text": "Yes."})
    applied = client.send(f"{address}/comments/{comment.id}/apply")

    assert (said.status_code, said.location) == (303, f"{address}#comment-2")
    assert (answered.status_code, applied.status_code) == (303, 403)


def test_an_editor_with_somebody_s_link_is_that_guest(app, team, revision, comment, guest):
    client = browser(app, team.editor)

    assert client.send(f"{guest[1]}/comments/{comment.id}/apply").status_code == 403


def test_a_comment_of_another_revision_is_not_found_here(app, team, revision, comment):
    later = make_revision(team.editor, release=revision.release, headline="Six dinners")
    client = browser(app, team.editor)

    assert client.send(deed(later, comment, "apply")).status_code == 404
    assert client.get(deed(revision, comment, "apply")).status_code == 405
    assert client.send(deed(revision, comment, "settle"), {"outcome": "won"}).status_code == 400


def beside(revision: Revision) -> str:
    return f"/releases/{revision.release_id}/revisions/{revision.number}"


def test_open_and_settled_ones_are_beside_the_text_and_a_form_leads_back(
    app, team, revision, comment
):
    client, url = browser(app, team.editor), beside(revision)
    page = client.get(url).text
    assert all(said in page for said in ("Solution", "30 minutes", "an hour", 'id="mark-1"'))
    assert "Add to draft" in page

    done = client.send(deed(revision, comment, "settle"), {"outcome": "resolved", "back": "1"})

    assert done.location == f"{url}#said-{comment.id}"
    page = client.get(url).text
    assert "No open comments on this revision." in page
    assert "Resolved by <bdi>Editor</bdi>" in page


def test_what_is_not_shown_yet_is_counted_and_none_of_it_shown(app, team, revision, comment):
    client = browser(app, team.owner)

    page = client.get(beside(revision)).text

    assert "1 comment appears once you and its author have finished." in page
    assert "Who says so?" not in page


def test_open_comments_on_an_earlier_revision_say_what_became_of_their_words(
    app, team, revision, comment
):
    later = make_revision(team.editor, release=revision.release, solution="It plans.")
    client = browser(app, team.editor)

    page = client.get(beside(later)).text
    replied = client.send(deed(revision, comment, "reply"), {"text": "Gone.", "back": "2"})

    assert "Open on other revisions (1)" in page
    assert "No longer in the draft" in page
    assert "30 minutes" in page
    assert "Add to draft" not in page
    assert replied.location == f"{beside(later)}#said-{comment.id}"


def test_settling_asks_nobody_who_only_reads(app, team, revision, comment):
    settle(seat_of(revision, team.approver), comment, "resolved", is_editor=False)
    read(revision, team.viewer)

    page = browser(app, team.viewer).get(beside(revision))

    assert "Resolved by" in page.text
    assert ">Restore" not in page.text
