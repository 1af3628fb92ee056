"""The pages of what was learned: who reads, who writes, and what they say."""

import pytest

from tests.conftest import Browser
from tests.decisions.conftest import PRICE
from tests.factories import Team, log_in, make_running
from wbtest.decisions.learning_cards import find_card, mark, save_card
from wbtest.decisions.models import AssumptionMark, LearningCard
from wbtest.extensions import db
from wbtest.ideas import views
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.review.approvals import stop_release
from wbtest.writing.suggested_questions import propose_question

ROLES = ("viewer", "editor", "approver", "owner")
CARD = {"surprise": "Nobody cooks on Fridays.", "next_step": "Ask ten.", "read": "0"}
MARK = {f"{PRICE}-state": "refuted", f"{PRICE}-why": "2 of 41 named £4.", f"{PRICE}-read": "0"}


@pytest.fixture
def place(over: Experiment) -> str:
    return f"/experiments/{over.id}"


def rows(model) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


@pytest.mark.parametrize("role", ROLES)
def test_every_member_reads_the_cards(role, place, team: Team, client: Browser):
    log_in(client, getattr(team, role))

    assert client.get(f"{place}/decision").status_code == 200
    assert client.get("/ideas/done").status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_an_editor_writes_and_a_viewer_does_not(role, place, team: Team, client: Browser):
    log_in(client, getattr(team, role))
    status = 403 if role == "viewer" else 303

    assert client.send(f"{place}/learning", CARD).status_code == status
    assert client.send(f"{place}/learning/{PRICE}", MARK).status_code == status
    assert client.send(f"{place}/next-draft").status_code == status
    assert (rows(LearningCard), rows(AssumptionMark)) == ((0, 0) if status == 403 else (1, 1))


def test_nobody_is_asked_to_log_in(place, client: Browser):
    for path in (f"{place}/decision", "/ideas/done"):
        assert client.get(path).location.startswith("/login")


def test_the_card_says_what_was_believed_seen_and_asked(over, place, team: Team, client: Browser):
    propose_question(over.revision.release, "external", "Is it free?", "a visitor of /p/larder")
    log_in(client, team.viewer)

    page = client.get(f"{place}/decision").text

    assert "At least 8% of parents who cook on weeknights will" in page
    assert "£4 a month" in page
    assert "1 question</a> from readers" in page or "1 question from readers" in page
    assert "<form" not in page.split('id="learnings"')[1]


def test_what_was_typed_stays_when_somebody_was_faster(over, place, team: Team, client: Browser):
    save_card(over, team.owner, "Prices.", "", 0)
    log_in(client, team.editor)

    answer = client.send(f"{place}/learning", CARD)

    assert answer.status_code == 422
    assert "Nobody cooks on Fridays." in answer.text
    assert "Prices." in answer.text
    assert client.send(f"{place}/learning", CARD | {"read": "1"}).status_code == 303


def test_a_refused_mark_keeps_what_was_typed_at_its_assumption(place, team, client: Browser):
    log_in(client, team.editor)

    answer = client.send(f"{place}/learning/{PRICE}", MARK | {f"{PRICE}-state": ""})

    assert answer.status_code == 422
    assert "Choose confirmed, refuted or open." in answer.text
    assert "2 of 41 named £4." in answer.text


def test_what_was_typed_is_never_markup(over, place, team: Team, client: Browser):
    save_card(over, team.editor, "<script>alert(1)</script>", "<b>x", 0)
    mark(over, team.editor, PRICE, "open", "<img src=x>", 0)
    log_in(client, team.editor)

    pages = (f"{place}/decision", "/ideas/done", f"/releases/{over.revision.release_id}/preview")
    for path in pages:
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


def test_a_running_test_offers_nothing_to_write(running: Experiment, team, client: Browser):
    log_in(client, team.editor)

    page = client.get(f"/experiments/{running.id}/decision").text

    assert "Once the test has ended or you’ve decided." in page
    assert "Save learnings" not in page
    assert client.send(f"/experiments/{running.id}/learning", CARD).status_code == 409


def test_the_release_shows_what_its_tests_taught(over: Experiment, team: Team, client: Browser):
    mark(over, team.editor, PRICE, "refuted", "2 of 41 named £4.", 0)
    release = f"/releases/{over.revision.release_id}"
    log_in(client, team.editor)

    for path in (release, f"{release}/preview", f"{release}/revisions/1?side=details"):
        page = client.get(path).text
        assert "What the tests taught us" in page
        assert "2 of 41 named £4." in page


def test_the_next_draft_opens_with_the_learnings_beside_it(over, place, team, client: Browser):
    mark(over, team.editor, PRICE, "refuted", "2 of 41 named £4.", 0)
    stop_release(over.revision, team.approver, "Nobody wants to pay.")
    log_in(client, team.editor)

    address = client.send(f"{place}/next-draft").location
    page = client.get(address).text

    assert not address.startswith(f"/releases/{over.revision.release_id}?")
    assert "this is a copy" in page
    assert '<details class="card fold-card" open' in page


def test_the_list_is_searched_by_words(over: Experiment, team: Team, client: Browser):
    save_card(over, team.editor, "Nobody cooks on Fridays.", "", 0)
    log_in(client, team.viewer)

    assert "1 of 1" in client.get("/ideas/done?q=fridays+cooks").text
    assert "No learnings mention “mondays”" in client.get("/ideas/done?q=mondays").text


def test_cards_are_read_a_page_at_a_time(over: Experiment, team, client: Browser, monkeypatch):
    monkeypatch.setattr(views, "LEARNINGS_AT_ONCE", 1)
    again = make_running(over.revision, team.editor, team.approver, slug="again")
    for experiment in (over, end(again, team.approver)):
        save_card(experiment, team.editor, f"A surprise of {experiment.slug}.", "", 0)
    log_in(client, team.viewer)
    first, last = (client.get(f"/ideas/done?q=surprise&page={page}").text for page in (1, 99))

    assert "2 of 2" in first
    assert ("A surprise of again." in first, "A surprise of larder." in first) == (True, False)
    assert ("A surprise of again." in last, "A surprise of larder." in last) == (False, True)
    assert "/ideas/done?q=surprise&amp;page=2" in first


def test_a_test_without_a_card_is_named_in_the_list(over: Experiment, team, client: Browser):
    log_in(client, team.viewer)

    assert "Without learnings (1)" in client.get("/ideas/done").text
    assert find_card(over) is None


def test_an_empty_team_is_told_what_will_be_there(team: Team, client: Browser):
    log_in(client, team.viewer)

    assert "No learnings yet." in client.get("/ideas/done").text
