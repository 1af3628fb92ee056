"""The list of people who left an address, its files, and what they said."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.audience.addresses import leave_addresses
from tests.audience.larder import Visitor, signups, start_page
from tests.audience.test_signup_steps import CALL, answer, next_url
from tests.conftest import Browser
from tests.factories import Team, log_in, make_person
from tests.results.conftest import Start
from tests.results.everywhere.reading import shown
from wbtest.audience.models import Signup
from wbtest.audience.recording import rollup
from wbtest.extensions import runtime
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import FollowUpQuestion, Options
from wbtest.results.signup_list import answers_of, asked_on_page, kinds
from wbtest.store import writing
from wbtest.writing.suggested_questions import propose_question

EVIL = "<svg onload=alert(1)>"


@pytest.fixture
def experiment(begin: Start) -> Experiment:
    return begin()


def page_of(client: Browser, experiment: Experiment, page: str = "results") -> str:
    answer = client.get(f"/experiments/{experiment.id}/{page}")
    assert answer.status_code == 200
    return answer.text


def add_signup(experiment: Experiment, email: str, **parts: object) -> None:
    values = {
        "experiment_id": experiment.id,
        "email_key": email,
        "email": email,
        "visitor": f"visitor of {email}",
        "variant": "control",
        "at_us": int(datetime(2027, 3, 2, 9, tzinfo=UTC).timestamp()) * 1_000_000,
        "source": "newsletter",
        "device": "phone",
        "is_converted": True,
        "is_asked_to_confirm": True,
    }
    with writing() as session:
        session.add(Signup(**(values | parts)))


def test_signups_are_listed_with_why_they_count(client: Browser, team: Team, experiment):
    add_signup(experiment, "ada@example.com", name=EVIL)
    add_signup(experiment, "team@example.com", excluded_because="team")
    add_signup(experiment, "late@example.com", is_converted=False)
    add_signup(experiment, "bare@example.com", is_converted=False, visitor="")
    log_in(client, team.owner)
    page = page_of(client, experiment, "signups?details=1")
    rows = [row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "address" in row]

    assert "&lt;svg" in page
    assert [re.sub(r"<[^>]+>|\s+", " ", row).split()[0] for row in rows] == [
        "ada@example.com",
        "bare@example.com",
        "late@example.com",
        "team@example.com",
    ]
    assert "Not counted: not linked to a visit" in rows[1]
    assert "Not counted: on the team" in rows[3]


def test_a_rule_about_confirmed_addresses_says_which_are_missing(client, team, begin: Start):
    experiment = begin(conversion="confirmed", sources=("newsletter",))
    add_signup(experiment, "ada@example.com", is_converted=False)
    add_signup(experiment, "friend@example.com", source="friends")
    log_in(client, team.owner)
    page = page_of(client, experiment, "signups")

    assert "Not counted: not confirmed" in page
    assert "Not counted: from a source that doesn’t count" in page


def test_two_thousand_machines_and_throw_away_addresses_leave_a_hundred_people(client, team, begin):
    experiment = begin()
    leave_addresses(
        experiment, 1_000, email="trap", confirmed_us=None, excluded_because="suspected"
    )
    leave_addresses(experiment, 1_000, email="away", confirmed_us=None, is_disposable=True)
    leave_addresses(experiment, 100)
    log_in(client, team.owner)

    words = " ".join(re.sub(r"<[^>]+>", " ", page_of(client, experiment, "signups")).split())

    assert kinds(experiment) == {
        "confirmed": 100,
        "confirmed, possibly automated": 0,
        "not confirmed": 0,
        "not confirmed, disposable address": 1_000,
        "suspected of being a bot": 1_000,
    }
    assert "100 of 1,100 confirmed" in words


def test_an_address_with_a_plus_is_marked_and_is_another_one(client, team, experiment):
    for email in ("ada@example.com", "ada+list@example.com"):
        add_signup(experiment, email)
    log_in(client, team.owner)

    page = page_of(client, experiment, "signups?details=1")

    assert kinds(experiment)["not confirmed"] == 2
    assert page.count("Has a plus tag") == 1


def test_without_signups_the_list_says_what_will_be_there(client: Browser, team, experiment):
    log_in(client, team.owner)

    assert "No sign-ups yet" in page_of(client, experiment, "signups")


def test_the_list_comes_a_page_at_a_time(client: Browser, team: Team, experiment):
    for number in range(27):
        add_signup(experiment, f"{number}@example.com")
    log_in(client, team.owner)
    first, second = (page_of(client, experiment, f"signups?page={n}") for n in (1, 2))

    assert (first.count("@example.com"), second.count("@example.com")) == (25, 2)
    assert "Page 2 of 2" in second


def test_signups_come_as_a_file_with_formulas_defused(client: Browser, team: Team, experiment):
    add_signup(experiment, "ada@example.com", name="=1+1", confirmed_us=1_804_000_000_000_000)
    add_signup(experiment, "ümit@example.com", name="Ümit")
    log_in(client, team.owner)
    answer = client.get(f"/experiments/{experiment.id}/signups.csv")
    head, first, second = csv.reader(io.StringIO(answer.data.decode(), newline=""))

    assert first[:3] == ["ada@example.com", "'=1+1", "Control"]
    assert first[head.index("confirmed_at")].startswith("2027-")
    assert second[:2] == ["ümit@example.com", "Ümit"]


def test_the_file_for_programs_says_of_nobody_left_out_that_they_count(client, team, experiment):
    add_signup(experiment, "ada@example.com")
    add_signup(experiment, "own@example.com", excluded_because="team")
    log_in(client, team.owner)

    listed = client.get(f"/experiments/{experiment.id}/signups.json").get_json()

    counts = {each["email"]: (each["counts"], each["standing"]) for each in listed}
    assert counts["ada@example.com"] == (True, "counts")
    assert counts["own@example.com"] == (False, "not counted: on the team")


def test_the_file_for_mailing_tools_holds_those_who_agreed(client, team, experiment):
    add_signup(experiment, "yes@example.com", confirmed_us=1_804_000_000_000_000)
    add_signup(experiment, "pending@example.com")
    add_signup(
        experiment, "bot@example.com", is_asked_to_confirm=False, excluded_because="suspected"
    )
    waits = {"is_asked_to_confirm": False, "excluded_because": "waiting"}
    add_signup(experiment, "waits@example.com", **waits)
    log_in(client, team.owner)

    file = client.get(f"/experiments/{experiment.id}/signups/mailing.csv")
    head, *rows = csv.reader(io.StringIO(file.text, newline=""))

    assert head[:3] == ["email", "name", "tags"]
    assert {row[0]: row[2] for row in rows} == {
        "yes@example.com": f"{experiment.slug},Control",
        "waits@example.com": f"{experiment.slug},waiting list",
    }


def test_an_owner_erases_a_person_who_asks_the_team(client, team, experiment):
    add_signup(experiment, "ada@example.com")
    add_signup(experiment, "cid@example.com")
    log_in(client, team.owner)
    url = f"/experiments/{experiment.id}/signups"

    refused = client.send(f"{url}/erase", {"email": "nobody@example.com"})
    client.send(f"{url}/erase", {"email": " ADA@example.com"})

    assert refused.status_code == 422
    assert "Nobody signed up with this email." in refused.text
    assert 'value="nobody@example.com"' in refused.text
    page = page_of(client, experiment, "signups")
    assert "ada@example.com" not in page
    assert "cid@example.com" in page
    assert "1 person has unsubscribed or had their data deleted." in page


WORDS = Options(questions=(FollowUpQuestion("Why?"),))


def sign_up(app: Flask, email: str, said: str) -> None:
    mia = Visitor(app)
    answer(mia, mia.get(next_url(mia.sign_up(mia.get(), email))), said)


def test_choices_are_counted_those_that_nobody_chose_among_them(app: Flask, client: Browser):
    larder = start_page(options=CALL)
    for number in range(3):
        sign_up(app, f"{number}@x.io", "I do")
    log_in(client, larder.editor)
    page = client.get(f"/experiments/{larder.experiment.id}/results/answers").text

    rows = shown(page, "How many people chose each answer to: Who cooks?")
    assert rows[0] == ["I do", "3 of 3"]
    assert {row[1] for row in rows[1:]} == {"0 of 3"}


@pytest.mark.parametrize(("role", "is_read"), [("viewer", False), ("owner", True)])
def test_only_owners_read_what_people_wrote(app: Flask, client: Browser, role, is_read):
    larder = start_page(options=WORDS)
    sign_up(app, "mia@x.io", "<b>My mother asked me to.</b>")
    log_in(client, make_person(f"{role}@y.example", role))
    page = client.get(f"/experiments/{larder.experiment.id}/results/answers").text

    assert ("My mother asked me to." in page) == is_read
    assert "<b>My mother" not in page
    assert "1 person answered" in page


def test_who_left_has_said_nothing(app: Flask):
    experiment = start_page(options=WORDS).experiment
    sign_up(app, "mia@x.io", "Because.")
    [mia] = signups(app)
    with writing() as session:
        rollup.erase(session, mia.token_hash, runtime(app).now())

    [answers] = answers_of(experiment)
    assert (answers.people, answers.texts) == (0, ())


def test_questions_are_those_of_this_pages_visitors(app: Flask):
    experiment: Experiment = start_page().experiment
    release = experiment.revision.release
    propose_question(release, "external", "Does it work offline?", "a visitor of /p/larder")
    propose_question(release, "external", "May I share it?", "a visitor of /p/another")

    assert [row.question for row in asked_on_page(experiment)] == ["Does it work offline?"]
