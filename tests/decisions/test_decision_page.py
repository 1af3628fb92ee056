"""The page on which a team decides: what it shows, whom it asks, and what its buttons do."""

import re

import pytest
from lxml import html

from tests.conftest import Browser, HandClock
from tests.decisions.conftest import AGAINST, REASON
from tests.factories import Team, log_in, make_decision, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.statements import counted
from wbtest.decisions.decide import decide
from wbtest.publishing.experiment_stages import find_decision
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.review.models import Forecast, Reviewer
from wbtest.store import writing


def place(experiment: Experiment) -> str:
    return f"/experiments/{experiment.id}/decision"


def page_of(client: Browser, experiment: Experiment) -> str:
    answer = client.get(place(experiment))
    assert answer.status_code == 200
    return answer.text


def mark_in(page: str) -> str:
    """What the page sends along of what it showed."""
    found = re.search(r'name="read"[^>]*value="([^"]*)"', page)
    assert found is not None
    return found[1]


def guess(experiment: Experiment, person, rate: float, low: float, high: float) -> None:
    """A forecast from before the start."""
    revision = experiment.revision
    assert experiment.started_at is not None
    with writing() as session:
        seat = Reviewer(release_id=revision.release_id, person_id=person.id)
        session.add(seat)
        session.flush()
        session.add(
            Forecast(
                revision_id=revision.id,
                reviewer_id=seat.id,
                rate=rate,
                low=low,
                high=high,
                made_at=experiment.started_at.replace(year=2026),
            )
        )


def test_the_page_shows_rule_verdict_figures_and_trust(met: Experiment, approver: Browser):
    page = page_of(approver, met)

    for part in (
        "“Kitchen” reached your 8% target",
        "You planned: We build it.",
        "We write another draft, or stop.",
        "126 of 900",
        f'/experiments/{met.id}/results#trust">View checks</a>',
        "The locked rule says go. Anything else needs a second approver: Owner.",
    ):
        assert part in page


def test_what_the_release_leaves_open_is_asked_for(met: Experiment, approver: Browser):
    words = "five recipes"
    asked = {"audience": "internal", "question": "Who pays?", "open": {"owner": "Priya"}}
    with writing():
        met.revision.document = met.revision.document | {
            "evidence": [{"words": words, "kind": "assumed", "source": ""}],
            "faq": [asked],
        }
    page = page_of(approver, met)

    assert f"Assumed: <b><bdi>{words}</bdi></b>" in page
    assert page.index("Who pays?") < page.index("Priya")


def text_of(page: str) -> str:
    """The words of a page, with one space between them."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_numbers_of_which_nobody_said_what_they_rest_on_are_still_open(
    met: Experiment, approver: Browser
):
    with writing():
        met.revision.document = met.revision.document | {
            "summary": "It plans 5 dinners for £4 a month. 12 families tried it, and two stayed.",
            "evidence": [
                {"words": "£4 a month", "kind": "assumed", "source": ""},
                {"words": "12 families", "kind": "sourced", "source": ""},
            ],
        }
    page = page_of(approver, met)
    said = text_of(page[page.index("Still open in the text") :])

    assert "2 numbers have no source: 5 dinners · 12 families View in the text" in said
    assert "Assumed: £4 a month" in said
    assert f"/revisions/{met.revision.number}?side=details#numbers" in page


def test_of_a_text_that_leaves_nothing_open_nothing_is_said(met: Experiment, approver: Browser):
    with writing():
        met.revision.document = {
            name: value
            for name, value in met.revision.document.items()
            if name in ("product", "headline", "language")
        }

    assert "Still open" not in page_of(approver, met)


def test_forecasts_stay_private_until_the_figures_are_final(
    met: Experiment, team: Team, approver: Browser, now: HandClock
):
    guess(met, team.editor, 0.07, 0.05, 0.1)
    guess(met, team.viewer, 0.2, 0.15, 0.3)
    before = page_of(approver, met)
    end(met, team.owner)
    now.turn(days=2)
    after = page_of(approver, met)

    assert "Forecasts: 2, private for now" in before
    assert "15.0" not in before
    assert "Forecasts: 1 of 2 included the result" in after
    assert "The result: 7.0%." in after


def test_a_decision_as_the_rule_says_is_final_and_the_page_leads_on(
    met: Experiment, approver: Browser
):
    data = {"choice": "go", "reason": REASON, "read": mark_in(page_of(approver, met))}
    answer = approver.send(place(met), data)
    page = page_of(approver, met)

    assert (answer.status_code, answer.location) == (303, place(met))
    assert REASON in page
    assert f'/experiments/{met.id}/memo/1">Memo 1</a>' in page
    assert filled_in(page) == ["End test…"]


def filled_in(page: str) -> list[str]:
    """The labels of the filled buttons that need no fold or dialog to be opened."""
    tree = html.fromstring(page).xpath("//main")[0]
    hidden = "ancestor::details[not(@open)] or ancestor::*[@popover]"
    found = tree.xpath(f".//*[contains(@class, 'button')][not({hidden})]")
    return [
        " ".join(each.text_content().split())
        for each in found
        if each.get("class").split() == ["button"]
    ]


def test_against_the_rule_the_others_are_asked_and_the_author_waits(
    met: Experiment, approver: Browser, owner: Browser
):
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    mine, theirs = page_of(approver, met), page_of(owner, met)

    assert "<bdi>Approver</bdi> proposes: stop" in mine
    assert "Can be approved by Owner." in mine
    assert ("Cancel proposal" in mine, "Approve “stop”" in mine) == (True, False)
    assert ("Cancel proposal" in theirs, "Approve “stop”" in theirs) == (False, True)
    assert filled_in(theirs) == ["Approve “stop”"]
    assert find_decision(met) is None


def test_the_second_person_lets_it_stand_with_a_button(
    met: Experiment, approver: Browser, owner: Browser
):
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    answer = owner.send(f"{place(met)}/1/second")

    assert answer.location == place(met)
    assert "approved by <bdi>Owner</bdi>" in owner.get(answer.location).text


def test_the_author_cannot_be_the_second_person_and_may_take_it_back(
    met: Experiment, approver: Browser
):
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    refused = approver.send(f"{place(met)}/1/second")
    said = page_of(approver, met)
    approver.send(f"{place(met)}/1/withdraw")

    assert refused.location == place(met)
    assert "You proposed it, so someone else approves it: Owner." in said
    assert "proposes: stop" not in page_of(approver, met)


def test_the_results_lead_to_what_waits_and_to_what_was_decided(
    met: Experiment, approver: Browser, owner: Browser
):
    results = f"/experiments/{met.id}/results"
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    assert f'href="{place(met)}">Review</a>' in owner.get(results).text

    owner.send(f"{place(met)}/1/second")

    assert f'href="{place(met)}">Decided: stop.</a>' in owner.get(results).text


def test_what_is_turned_down_is_answered_with_one_button(
    met: Experiment, approver: Browser, owner: Browser
):
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    answer = owner.send(f"{place(met)}/1/turn-down", {"why": "Ask parents first."})

    assert "Rejected. We’ve emailed Approver." in owner.get(answer.location).text
    assert "proposes: stop" not in page_of(approver, met)


@pytest.mark.parametrize("verb", ["second", "turn-down", "withdraw"])
def test_who_may_not_approve_moves_nothing(met, team: Team, client: Browser, verb: str):
    decide(met, team.approver, "stop", AGAINST)
    log_in(client, team.editor)

    assert client.send(f"{place(met)}/1/{verb}").status_code == 403
    assert client.send(f"{place(met)}/9/{verb}").status_code == 403
    assert "Save decision" not in page_of(client, met)


def test_a_page_that_was_overtaken_says_by_what_and_keeps_what_was_typed(
    met: Experiment, team: Team, approver: Browser
):
    read = mark_in(page_of(approver, met))
    decide(met, team.owner, "go", REASON)
    data = {"choice": "go", "reason": "Parents sign up for it.", "read": read}
    answer = approver.send(place(met), data)

    assert answer.status_code == 422
    assert "Owner decided “go” after you opened this page. Read it, then decide." in answer.text
    assert "Parents sign up for it." in answer.text
    assert approver.send(place(met), data | {"read": mark_in(answer.text)}).status_code == 303


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"choice": "", "reason": REASON}, "Choose go, iterate or stop."),
        ({"choice": "go", "reason": "yes"}, "Give your reason in a sentence"),
        ({"choice": "go", "reason": "\u200b \u3164 \u2060"}, "Give your reason in a sentence"),
    ],
)
def test_what_says_nothing_is_refused_at_its_field(met, approver: Browser, data, sentence):
    answer = approver.send(place(met), data)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert find_decision(met) is None


def test_before_the_start_there_is_nothing_to_decide_on(revision, team: Team, approver: Browser):
    draft = make_experiment(revision, team.editor)

    assert approver.get(place(draft)).status_code == 409


def test_every_decision_is_listed_with_its_memo(met: Experiment, team: Team, approver: Browser):
    make_decision(met, team.approver, team.owner, "stop", AGAINST)
    decide(met, team.approver, "go", REASON)
    page = page_of(approver, met)

    assert page.index("Decided: go") < page.index("Earlier decision: stop")
    assert f'href="/experiments/{met.id}/memo/1"' in page


def test_the_page_asks_as_many_questions_however_many_came(
    begin: Start, team: Team, approver: Browser, now: HandClock
):
    experiment = begin()
    asked = []
    for day in range(2):
        count_day(experiment, day, seen=100, converted=14)
        now.turn(days=1)
        page_of(approver, experiment)
        with counted() as statements:
            page_of(approver, experiment)
        asked.append(len(statements))

    assert asked[0] == asked[1] <= 56
