"""The demo's story holds together: texts, rules, what is built, and when it all happens."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from smtplib import SMTP

import pytest

from wbtest.cli.demo import crowd, story
from wbtest.cli.demo.crowd import Street
from wbtest.cli.demo.scenes import marks_of, text_of
from wbtest.cli.demo.world import DemoClock, MailSink, World, planned_tests, told
from wbtest.decisions.checklist import sentences_of
from wbtest.decisions.learning_cards import assumptions_of
from wbtest.publishing.proposals import find_proposal, proposal_for
from wbtest.writing.coach import findings_of

TODAY = date(2031, 8, 17)
NOW = datetime(2031, 8, 17, 4, 40, tzinfo=UTC)


@pytest.fixture
def street(tmp_path: Path) -> Street:
    world = World(DemoClock(tmp_path / "clock"), NOW, password="")
    with ThreadPoolExecutor(1) as pool:
        return Street(world, crowd.Door(1, 1), pool, 600)


@pytest.mark.parametrize("name", planned_tests())
def test_the_coach_lets_every_tested_draft_through(name: str):
    test = planned_tests()[name]
    text = text_of(test.release, test.draft, TODAY)

    found = findings_of(text, "full" if text.solution else "short", TODAY - timedelta(test.began))

    assert not [each for each in found if each.severity == "stop"]
    assert len([each for each in found if each.severity == "warn"]) <= 2


def test_the_days_that_a_text_names_move_along_with_today():
    text = text_of("docket", 4, TODAY)

    days = [text.dateline.date, *(entry.open.until for entry in text.faq if entry.open)]

    assert all(TODAY < date.fromisoformat(day) < TODAY + timedelta(150) for day in days)


def test_what_is_marked_is_assumed_by_the_text_that_was_tested():
    for name, said in told("decisions").items():
        test = planned_tests()[name]
        assumed = {each.words for each in assumptions_of(text_of(test.release, test.draft, TODAY))}

        assert {mark["words"] for mark in said.get("marks", ())} <= assumed


def test_each_mark_of_the_checklist_is_of_one_sentence_of_the_release():
    sentences = sentences_of(text_of("docket", 4, TODAY))

    for said in told("docket_checklist"):
        assert len(marks_of(said, sentences)) == len(said["served"]) + len(said["not_served"])


def test_scenes_are_told_in_the_order_of_their_days_and_before_today():
    moments = [(-days, hour) for days, hour, _ in story.SCENES]

    assert moments == sorted(moments)
    assert moments[-1] < (0, 0)


def test_strangers_come_while_a_test_runs_and_never_after_now(street: Street):
    moments = [moment for moment, _ in street.slots()]
    first = max(test.began for test in planned_tests().values())

    assert min(moments) >= datetime(2031, 8, 17, 9, tzinfo=UTC) - timedelta(first)
    assert max(moments) <= NOW - timedelta(hours=1)


def test_a_mail_of_the_demo_is_kept_as_it_was_sent(tmp_path: Path):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "us@x.io", "mia@x.io", "Confirm your email"
    mail.set_content(".A line that begins with a dot\n")

    with MailSink(tmp_path / "mails") as sink:
        sink.start()
        with SMTP(*sink.server_address) as smtp:
            smtp.send_message(mail)

    [kept] = (tmp_path / "mails").iterdir()
    assert message_from_bytes(kept.read_bytes(), policy=default)["Subject"] == mail["Subject"]
    assert kept.read_text().endswith("\n.A line that begins with a dot\n")


def test_a_hundred_people_who_know_the_team_decide_one_idea_by_the_proposed_rule():
    test = planned_tests()["docket-2"]

    assert find_proposal(
        *(test.target, test.floor, test.minimum, test.maximum, test.hoped_for),
        is_warm=test.knows_team,
    ) == proposal_for(100, is_warm=True)
    assert told("decisions")[test.name]["choice"] == "go"
