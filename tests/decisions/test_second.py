"""Against the verdict a second person signs the same paper; until then nothing is decided."""

from html import unescape

import pytest

from tests.conftest import Browser, HandClock
from tests.decisions.conftest import AGAINST, REASON
from tests.factories import (
    Team,
    log_in,
    make_approval,
    make_person,
    make_revision,
    make_running,
)
from tests.results.crowd import count_day, count_days
from wbtest.decisions.decide import decide, mark_of, second, turn_down, withdraw
from wbtest.decisions.pending_decisions import waiting_in, waiting_papers
from wbtest.delivery import webhooks
from wbtest.delivery.models import OutboxEvent, OutboxMail
from wbtest.extensions import clock, db
from wbtest.ideas.todo_list import waits_in
from wbtest.publishing import lifecycle
from wbtest.publishing.experiment_stages import (
    choices_of,
    decisions,
    experiment_stage,
    find_decision,
)
from wbtest.publishing.models import Experiment
from wbtest.results.set_aside import results_and_aside
from wbtest.review.approvals import NotYours
from wbtest.store import Refused
from wbtest.team import delivery_settings


def mark(experiment: Experiment) -> str:
    """What the page would send along now."""
    return mark_of(experiment, *results_and_aside(experiment, clock.now()))


def test_what_agrees_with_the_rule_stands_at_once(met: Experiment, team: Team):
    paper = decide(met, team.approver, "go", REASON)

    assert (paper.state, paper.stands_as) == ("stands", 1)
    assert paper.memo["decision"]["against"] == ""
    assert paper.memo["decision"]["second"] is None


def test_against_the_rule_nothing_is_decided_before_a_second_person_signs(
    met: Experiment, team: Team
):
    delivery_settings.add_webhook("https://hooks.example/", webhooks.KINDS)
    lifecycle.end(met, team.owner)
    paper = decide(met, team.approver, "stop", AGAINST)
    kinds = db.session.scalars(db.select(OutboxEvent.kind)).all()

    assert paper.state == "waiting"
    assert (find_decision(met), choices_of([met]), experiment_stage(met)) == (None, {}, "ended")
    assert "decision.made" not in kinds


def test_a_verdict_in_doubt_is_decided_by_two(faded: Experiment, team: Team):
    paper = decide(faded, team.approver, "stop", AGAINST)
    second(paper, team.owner)

    assert paper.state == "stands"
    assert paper.memo["verdict"]["badge"]["text"] == "Met, now in doubt"
    assert paper.memo["decision"]["against"] == "Decided while the result was in doubt."


def test_with_the_second_signature_it_stands_and_names_both(
    met: Experiment, team: Team, now: HandClock
):
    delivery_settings.add_webhook("https://hooks.example/", ["decision.made"])
    paper = decide(met, team.approver, "stop", AGAINST)
    now.turn(hours=5)
    second(paper, team.owner)
    said = paper.memo["decision"]

    assert [decision.choice for decision in decisions(met)] == ["stop"]
    assert said["against"] == "The locked rule said go, but the team decided otherwise."
    assert (said["by"]["name"], said["second"]["name"]) == ("Approver", "Owner")
    assert said["decided_at"] == now().isoformat() != said["signed_at"]
    assert len(db.session.scalars(db.select(OutboxEvent)).all()) == 1


def test_both_sign_the_figures_of_the_same_moment(met: Experiment, team: Team, now: HandClock):
    paper = decide(met, team.approver, "stop", AGAINST)
    count_day(met, 9, seen=100, converted=7)
    now.turn(days=1)
    second(paper, team.owner)
    decision = find_decision(met)

    assert decision is not None
    assert [variant["seen"] for variant in decision.figures["variants"]] == [900, 900]


@pytest.mark.parametrize("role", ["approver", "editor", "viewer"])
def test_neither_who_signed_nor_who_may_not_approve_is_a_second_person(met, team: Team, role):
    paper = decide(met, team.approver, "stop", AGAINST)

    with pytest.raises(NotYours, match="Owner"):
        second(paper, getattr(team, role))
    assert find_decision(met) is None


def test_a_second_click_of_the_second_person_changes_nothing(met: Experiment, team: Team):
    paper = decide(met, team.approver, "stop", AGAINST)
    for _ in range(2):
        second(paper, team.owner)

    assert len(decisions(met)) == 1


def test_two_people_cannot_both_be_the_second(met: Experiment, team: Team):
    ada = make_person("ada@larder.example", "owner")
    paper = decide(met, team.approver, "stop", AGAINST)
    second(paper, team.owner)

    with pytest.raises(Refused, match="already decided"):
        second(paper, ada)


def test_who_signed_may_take_it_back_and_nobody_else(met: Experiment, team: Team):
    paper = decide(met, team.approver, "stop", AGAINST)
    with pytest.raises(NotYours, match="Only Approver"):
        withdraw(paper, team.owner)
    for _ in range(2):
        withdraw(paper, team.approver)

    assert waiting_papers(met) == []
    with pytest.raises(Refused, match="has cancelled it"):
        second(paper, team.owner)


def test_a_second_person_may_turn_it_down_and_its_author_is_told(met: Experiment, team: Team):
    paper = decide(met, team.approver, "stop", AGAINST)
    for _ in range(2):
        turn_down(paper, team.owner, "Ask parents first.")
    mails = db.session.scalars(
        db.select(OutboxMail).where(OutboxMail.subject.contains("rejected “stop”"))
    ).all()

    assert (waiting_papers(met), find_decision(met)) == ([], None)
    assert [mail.recipient for mail in mails] == [team.approver.email]
    assert "The reason:\n\n“Ask parents first.”" in mails[0].body
    with pytest.raises(Refused, match="Owner has already rejected it"):
        withdraw(paper, team.approver)


@pytest.mark.parametrize("role", ["approver", "editor"])
def test_nobody_turns_down_what_they_could_not_sign(met: Experiment, team: Team, role: str):
    paper = decide(met, team.approver, "stop", AGAINST)

    with pytest.raises(NotYours, match="Owner"):
        turn_down(paper, getattr(team, role))


def test_a_second_decision_by_one_person_replaces_the_one_that_waits(met: Experiment, team: Team):
    first = decide(met, team.approver, "stop", AGAINST)
    other = decide(met, team.approver, "iterate", "The price is missing from it.")

    assert (first.state, waiting_papers(met)) == ("overtaken", [other])


def test_a_decision_that_stands_ends_the_wait_of_every_other(met: Experiment, team: Team):
    waiting = decide(met, team.approver, "stop", AGAINST)
    decide(met, team.owner, "go", REASON)
    told = db.session.scalars(
        db.select(OutboxMail).where(OutboxMail.subject == "Larder: Owner decided go")
    ).all()

    with pytest.raises(Refused, match="later decision replaced it"):
        second(waiting, team.owner)
    assert [decision.choice for decision in decisions(met)] == ["go"]
    assert [mail.recipient for mail in told] == [team.approver.email]


def test_a_double_click_against_the_rule_is_one_paper(met: Experiment, team: Team):
    read = mark(met)
    first, again = (decide(met, team.approver, "stop", AGAINST, read) for _ in range(2))

    assert first is again


def test_the_same_words_from_a_new_page_are_a_decision_on_newer_figures(
    met: Experiment, team: Team, now: HandClock
):
    decide(met, team.approver, "go", REASON, mark(met))
    count_day(met, 9, "kitchen", seen=100, converted=14)
    count_day(met, 9, seen=100, converted=7)
    now.turn(days=1)
    decide(met, team.approver, "go", REASON, mark(met))

    assert [decision.figures["variants"][0]["seen"] for decision in decisions(met)] == [1000, 900]


def test_nobody_seconds_what_rests_on_a_verdict_of_yesterday(begin, team: Team, now: HandClock):
    young = begin()
    paper = decide(young, team.approver, "go", "Everybody we asked wants it.")
    count_days(young, range(9), seen=100, converted=14)
    now.turn(days=10)

    with pytest.raises(Refused, match="The rule now says go, so this no longer fits"):
        second(paper, team.owner)
    assert decide(young, team.approver, "go", "Everybody we asked wants it.", mark(young)).stands_as


def test_who_is_alone_decides_alone_and_the_memo_says_so(app, now: HandClock):
    mei = make_person("mei@solo.example", "owner")
    revision = make_revision(mei)
    make_approval(revision, mei)
    experiment = make_running(revision, mei, mei)
    paper = decide(experiment, mei, "stop", "Nobody came to see it.")

    assert (paper.state, paper.memo["decision"]["is_alone"]) == ("stands", True)


def test_what_waits_is_told_to_those_who_may_second_it(met: Experiment, team: Team):
    decide(met, team.approver, "stop", AGAINST)
    [waiting] = waiting_in()

    assert (waiting.paper.choice, list(waiting.seconds)) == ("stop", [team.owner])
    assert waiting.path == f"/experiments/{met.id}/decision"


def test_who_may_sign_is_told_by_mail_and_in_every_list_once(
    met: Experiment, team: Team, client: Browser
):
    decide(met, team.approver, "stop", AGAINST)
    log_in(client, team.owner)

    mails = db.session.scalars(
        db.select(OutboxMail).where(OutboxMail.subject.contains("needs your approval"))
    ).all()
    waiting = unescape(client.get("/ideas").text)

    assert [mail.recipient for mail in mails] == [team.owner.email]
    assert f"/experiments/{met.id}/decision" in mails[0].body
    assert "“Stop” needs a second approver" in waiting
    assert waiting.count("Approve or reject “stop” for Larder (the locked rule says go)") == 1
    assert f'href="/experiments/{met.id}/decision"' in waiting


def test_the_mail_of_the_day_leaves_it_to_its_own_mail(met: Experiment, team: Team, now: HandClock):
    decide(met, team.approver, "stop", AGAINST)

    [wait] = [wait for wait in waits_in() if wait.kind == "second"]

    assert not wait.is_news(None, now())
    now.turn(days=7)
    assert wait.is_news(None, now())


def test_where_nobody_may_second_it_its_author_has_to_act(app, now: HandClock):
    mei = make_person("mei@solo.example", "owner")
    revision = make_revision(mei)
    make_approval(revision, mei)
    experiment = make_running(revision, mei, mei)
    make_person("tom@solo.example", "viewer")
    decide(experiment, mei, "stop", "Nobody came to see it.")

    assert [(wait.who.name, wait.what) for wait in waits_in()] == [
        (
            "Mei",
            "Find a second approver for “stop” for Larder (no result yet), or cancel it",
        )
    ]
