"""What needs somebody, on one page and as a number in the navigation: it comes, and it goes."""

from datetime import UTC, datetime
from html import unescape

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_old_approval, make_release, make_revision
from tests.review.reviewing import make_reading
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db
from wbtest.ideas.todo_list import waits_for
from wbtest.review.review_requests import ask_for_review
from wbtest.store import writing
from wbtest.team import delivery_settings
from wbtest.team.delivery_settings import dismiss_mail
from wbtest.team.models import Membership, Person
from wbtest.team.people import change_role
from wbtest.writing import suggested_questions
from wbtest.writing.models import Revision


def needs(team: Team, person: Person) -> list[str]:
    """What needs this person, in their order."""
    db.session.rollback()
    membership = db.session.get_one(Membership, person.id)
    return [wait.what for wait in waits_for(membership)]


def give_up_mail(team: Team):
    """A mail of the team that did not arrive."""
    mail = queue_mail(recipient="mia@x.io", subject="Hello", body="…")
    with writing():
        mail.state = "failed"
    return mail


def test_a_text_to_approve_needs_approvers_but_its_author_until_one_has(team: Team):
    revision = make_revision(team.approver)
    assert needs(team, team.owner) == ["Approve or reject revision 1 of Larder"]
    assert needs(team, team.approver) == needs(team, team.editor) == []

    make_old_approval(revision, team.owner)

    assert needs(team, team.owner) == []


def test_a_review_needs_whom_it_was_asked_of_until_they_have_read(team: Team):
    revision = make_revision(team.editor)
    ask_for_review(revision, team.editor, members=[team.viewer.id])
    assert needs(team, team.viewer) == ["Review revision 1 of Larder"]

    make_reading(revision, team.viewer)

    assert needs(team, team.viewer) == []


def test_questions_of_readers_need_all_who_edit_until_they_are_settled(team: Team):
    release = make_release(team.editor)
    asked = suggested_questions.propose_question(
        release, "external", "Does it freeze?", "a visitor of /p/larder"
    )
    suggested_questions.propose_question(
        release, "external", "Who pays for it?", "a visitor of /p/larder"
    )
    two = "Answer or dismiss 2 questions readers asked about Larder"
    assert [needs(team, who) for who in (team.editor, team.owner)] == [[two], [two]]
    assert needs(team, team.viewer) == []

    suggested_questions.dismiss_question(asked, team.editor)

    assert needs(team, team.editor) == [
        "Answer or dismiss a question that a reader asked about Larder"
    ]


def test_mail_that_did_not_arrive_needs_owners_until_it_is_let_go(team: Team):
    mail = give_up_mail(team)
    assert needs(team, team.owner) == ["Send again or delete 1 email that didn’t arrive"]
    assert needs(team, team.approver) == []

    dismiss_mail(mail)

    assert needs(team, team.owner) == []


def test_events_that_no_webhook_took_need_owners_until_they_are_sent_again(team: Team):
    hook = delivery_settings.add_webhook("https://hooks.example/larder", webhooks.KINDS)
    delivery_settings.send_test_event(hook)
    with writing() as session:
        session.scalars(db.select(OutboxEvent)).one().state = "failed"
    assert needs(team, team.owner) == ["Send again 1 event that failed to reach a webhook"]

    delivery_settings.send_events_again(hook)

    assert needs(team, team.owner) == []


def test_a_next_draft_needs_its_author_only_while_they_may_write_it(team: Team):
    revision = make_revision(team.editor)
    ask_for_review(revision, team.editor)
    make_reading(revision, team.approver, verdict="another")
    assert needs(team, team.editor) == ["Write the next draft of Larder: Approver asks for it"]

    editor = db.session.get_one(Membership, team.editor.id)
    change_role(editor, "viewer", team.owner)

    assert needs(team, team.editor) == []


@pytest.fixture
def revision(team: Team, now: HandClock) -> Revision:
    """A text that an owner has to read, and a mail of theirs that was given up before."""
    give_up_mail(team)
    now.turn(days=1)
    revision = make_revision(team.editor)
    ask_for_review(revision, team.editor, members=[team.owner.id])
    return revision


def test_the_page_lists_what_blocks_people_first_each_with_one_link(
    client: Browser, team: Team, revision: Revision, now: HandClock
):
    now.turn(days=2)
    log_in(client, team.owner)

    page = unescape(client.get("/ideas").text)

    read, mail = "/releases/1/revisions/1/review", "/settings/email"
    assert page.index(f'href="{read}"') < page.index(f'href="{mail}"')
    assert "Editor</bdi> · waiting for 2 days" in page
    assert "the recipient</bdi> · waiting for 3 days" in page


def test_who_is_needed_for_nothing_reads_so(client: Browser, team: Team):
    make_release(team.editor)
    make_revision(team.editor)
    log_in(client, team.viewer)

    assert "Nothing’s waiting for you." in client.get("/ideas").text


def test_the_days_of_open_questions_bring_them_up(team: Team, now: HandClock):
    make_release(team.editor, product="Larder")
    now.time = datetime(2027, 4, 11, 23, tzinfo=UTC)
    with writing():
        team.viewer.name = "Priya Nair"
    assert needs(team, team.viewer) == []

    now.turn(hours=1)

    assert needs(team, team.viewer) == ["Settle “What could fail?”"]
