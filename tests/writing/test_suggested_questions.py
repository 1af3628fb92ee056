"""Questions that readers would ask, until the team has settled each."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import log_in, make_person, make_release, make_stranger
from wbtest.store import Invalid
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing import suggested_questions
from wbtest.writing.document import Question
from wbtest.writing.models import Candidate, Release
from wbtest.writing.suggested_questions import (
    QuestionSettled,
    TooManyQuestions,
    accept_question,
    candidates_of,
    count_waiting,
    dismiss_question,
    merge_question,
    propose_question,
)

SHARED = "Does it work with a shared fridge?"
VERBS = ("accept", "merge", "dismiss")


@pytest.fixture
def release(owner: Person) -> Release:
    return make_release(owner)


@pytest.fixture
def candidate(release: Release) -> Candidate:
    return propose_question(release, "external", SHARED, "Mei, guest")


def faq_of(release: Release) -> tuple[Question, ...]:
    return documents.from_json(release.document).faq


def test_a_question_waits_with_who_asked_it(release: Release, candidate: Candidate):
    assert candidates_of(release).waiting == (candidate,)
    assert candidate.asked_by == "Mei, guest"


def test_the_same_words_wait_once_for_each_audience(release: Release, candidate: Candidate):
    again = propose_question(
        release, "external", "does it work\nwith a  SHARED fridge?", "a visitor"
    )
    inside = propose_question(release, "internal", SHARED, "Tom")

    assert again == candidate
    assert candidates_of(release).waiting == (candidate, inside)


def test_a_settled_question_may_be_asked_again(
    release: Release, candidate: Candidate, owner: Person
):
    dismiss_question(candidate, owner)

    assert propose_question(release, "external", SHARED, "a visitor") != candidate


@pytest.mark.parametrize("question", ["", " \n ", "x" * 301, "a\x00b"])
def test_what_is_no_question_is_refused_in_words(release: Release, question: str):
    with pytest.raises(Invalid):
        propose_question(release, "external", question, "a visitor")


def test_a_flood_is_refused(
    release: Release, candidate: Candidate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(suggested_questions, "MOST_WAITING", 1)

    with pytest.raises(TooManyQuestions, match="Settle some"):
        propose_question(release, "external", "And an empty one?", "a visitor")


def test_an_accepted_question_stands_in_the_faq_without_an_answer(
    release: Release, candidate: Candidate, owner: Person
):
    accept_question(candidate, owner)

    assert faq_of(release)[-1] == Question("external", SHARED)
    assert (candidate.outcome, candidate.settled_by, release.version) == ("accepted", owner, 2)


def test_a_question_that_the_faq_has_is_not_added_twice(release: Release, owner: Person):
    candidate = accept_question(
        propose_question(release, "external", "what does it COST?", "a visitor"), owner
    )

    assert (candidate.outcome, candidate.merged_into) == ("merged", "What does it cost?")
    assert release.version == 1


def test_customers_do_not_read_what_the_team_asks_itself(release: Release, owner: Person):
    accept_question(propose_question(release, "external", "Who copies us?", "a visitor"), owner)

    assert faq_of(release)[-1] == Question("external", "Who copies us?")


def test_a_full_faq_takes_no_more(owner: Person):
    release = make_release(owner, faq=(Question("internal", "Why?"),) * documents.MOST_QUESTIONS)
    candidate = propose_question(release, "external", SHARED, "a visitor")

    with pytest.raises(TooManyQuestions):
        accept_question(candidate, owner)
    assert candidate.outcome == "waiting"


def test_a_merged_question_names_the_one_it_is_the_same_as(
    release: Release, candidate: Candidate, owner: Person
):
    merge_question(candidate, "Who is it for?", owner)

    assert candidates_of(release).settled == (candidate,)
    assert (candidate.outcome, candidate.merged_into) == ("merged", "Who is it for?")


@pytest.mark.parametrize("words", ["", "Who wrote this?"])
def test_a_question_is_merged_only_with_one_of_the_faq(
    candidate: Candidate, owner: Person, words: str
):
    with pytest.raises(Invalid):
        merge_question(candidate, words, owner)


@pytest.mark.parametrize("verb", [accept_question, dismiss_question])
def test_a_question_is_settled_once(candidate: Candidate, owner: Person, verb: object):
    dismiss_question(candidate, owner)

    with pytest.raises(QuestionSettled):
        verb(candidate, owner)


def test_the_sheet_shows_the_questions_that_wait(
    client: FlaskClient, release: Release, candidate: Candidate
):
    page = client.get(f"/releases/{release.id}").text

    assert '<a href="#readers">1 question from readers</a>' in page
    assert SHARED in page
    assert "Mei, guest" in page


def test_without_questions_of_readers_the_sheet_has_no_list(client: FlaskClient, release: Release):
    assert "from readers" not in client.get(f"/releases/{release.id}").text


@pytest.mark.parametrize("verb", VERBS)
def test_each_choice_leads_back_to_the_questions(
    client: FlaskClient, release: Release, candidate: Candidate, verb: str
):
    data = {"question": "Who is it for?"}
    answer = client.post(f"/candidates/{candidate.id}/{verb}", data=data)

    assert (answer.status_code, answer.location) == (303, f"/releases/{release.id}#readers")
    assert count_waiting(release) == 0
    assert "1 settled" in client.get(answer.location).text


def test_a_merge_with_nothing_says_what_to_choose(client: FlaskClient, candidate: Candidate):
    answer = client.post(f"/candidates/{candidate.id}/merge", follow_redirects=True)

    assert "Choose the question in the FAQ that asks the same thing." in answer.text
    assert candidate.outcome == "waiting"


@pytest.mark.parametrize(
    ("verb", "role", "status"),
    [
        ("accept", "viewer", 403),
        ("merge", "viewer", 403),
        ("dismiss", "viewer", 403),
        ("accept", "stranger", 404),
        ("accept", "nobody", 303),
    ],
)
def test_only_editors_settle_questions(
    app: Flask, release: Release, candidate: Candidate, verb: str, role: str, status: int
):
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    if role != "nobody":
        email = "eve@example.com"
        log_in(client, make_person(email, role) if role == "viewer" else make_stranger(email))

    assert client.post(f"/candidates/{candidate.id}/{verb}").status_code == status
    assert candidate.outcome == "waiting"


def test_a_viewer_reads_the_questions_without_buttons(
    app: Flask, release: Release, candidate: Candidate
):
    client = app.test_client()
    log_in(client, make_person("vic@example.com", "viewer"))
    page = client.get(f"/releases/{release.id}", follow_redirects=True).text

    assert SHARED in page
    assert "Add to FAQ" not in page


def test_what_most_readers_ask_stands_first(release: Release, candidate: Candidate):
    for _ in range(2):
        asked = propose_question(release, "external", "Can it plan for six people?", "a visitor")

    assert candidates_of(release).waiting == (asked, candidate)
    assert asked.times == 2


def test_the_team_reads_how_many_asked(client, release: Release, owner: Person, candidate):
    for _ in range(6):
        propose_question(release, "external", SHARED, "a visitor of /p/larder")
    log_in(client, owner)

    assert "asked 7 times" in client.get(f"/releases/{release.id}").text
