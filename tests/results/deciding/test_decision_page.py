"""The page on which a team decides: what it shows, whom it asks, and what its buttons do."""

import re

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_decision, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.deciding.conftest import AGAINST, REASON
from tests.statements import counted
from wbtest.decisions.decide import decide
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.publishing.stages import find_decision
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
        "“Kitchen” reaches your 8\u202f% target",
        "What you said you would do then: We build it.",
        "We write another draft, or stop.",
        "126 of 900",
        "Split as planned",
        "Nobody had guessed.",
        "The sealed rule says go. Anything else needs a second person",
        "Owner.",
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
    said = text_of(page[page.index('id="open"') :])

    assert "2 numbers rest on nothing yet: 5 dinners · 12 families See them in the text" in said
    assert "Assumed: £4 a month" in said
    assert f"/revisions/{met.revision.number}#numbers" in page
    assert "Nothing" not in said.partition("What was decided")[0]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ("short", "A short release has no internal FAQ, so nobody wrote down what is unknown."),
        ("full", "Nothing: the release assumes no number, and its internal FAQ has no open"),
    ],
)
def test_that_nothing_is_open_is_said_of_the_form_that_was_tested(
    met: Experiment, approver: Browser, form, sentence: str
):
    with writing():
        met.revision.form = form
        met.revision.document = {
            name: value
            for name, value in met.revision.document.items()
            if name in ("product", "headline", "language")
        }

    assert sentence in text_of(page_of(approver, met))


def test_forecasts_stay_private_until_the_figures_are_final(
    met: Experiment, team: Team, approver: Browser, now: HandClock
):
    guess(met, team.editor, 0.07, 0.05, 0.1)
    guess(met, team.viewer, 0.2, 0.15, 0.3)
    before = page_of(approver, met)
    end(met, team.owner)
    now.turn(days=2)
    after = page_of(approver, met)

    assert "2 readers have guessed. Guesses stay private" in before
    assert "15.0" not in before
    assert "1 of 2 ranges held the result, 7.0\u202f%." in after


def test_who_decides_as_the_rule_says_is_led_to_the_memo(met: Experiment, approver: Browser):
    data = {"choice": "go", "reason": REASON, "read": mark_in(page_of(approver, met))}
    answer = approver.send(place(met), data)

    assert (answer.status_code, answer.location) == (303, f"/experiments/{met.id}/memo/1")
    assert REASON in page_of(approver, met)


def test_against_the_rule_the_others_are_asked_and_the_author_waits(
    met: Experiment, approver: Browser, owner: Browser
):
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    mine, theirs = page_of(approver, met), page_of(owner, met)

    assert "Waits for a second person: stop" in mine
    assert "Who may second it: Owner." in mine
    assert ("Take it back" in mine, "Second it: stop" in mine) == (True, False)
    assert ("Take it back" in theirs, "Second it: stop" in theirs) == (False, True)
    assert find_decision(met) is None


def test_the_second_person_lets_it_stand_with_a_button(
    met: Experiment, approver: Browser, owner: Browser
):
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    answer = owner.send(f"{place(met)}/1/second")

    assert answer.location == f"/experiments/{met.id}/memo/1"
    assert "Owner signed it as the second person." in owner.get(answer.location).text


def test_the_author_cannot_be_the_second_person_and_may_take_it_back(
    met: Experiment, approver: Browser
):
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    refused = approver.send(f"{place(met)}/1/second")
    said = page_of(approver, met)
    approver.send(f"{place(met)}/1/withdraw")

    assert refused.location == place(met)
    assert "You signed it, so somebody else seconds it: Owner." in said
    assert "Waits for a second person" not in page_of(approver, met)


def test_the_results_let_one_answer_too_and_name_both_afterwards(
    met: Experiment, approver: Browser, owner: Browser
):
    results = f"/experiments/{met.id}/results"
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    assert "Take it back" in approver.get(results).text
    assert f"{place(met)}/1/turn-down" in owner.get(results).text

    owner.send(f"{place(met)}/1/second")

    said = "<bdi>Owner</bdi> signed it as the second person, 11 March 2027, 09:00"
    assert said in owner.get(results).text
    assert said in page_of(owner, met)


def test_what_is_turned_down_is_answered_with_one_button(
    met: Experiment, approver: Browser, owner: Browser
):
    approver.send(place(met), {"choice": "stop", "reason": AGAINST})
    answer = owner.send(f"{place(met)}/1/turn-down", {"why": "Ask parents first."})

    assert "You turned it down, and Approver is told." in owner.get(answer.location).text
    assert "Waits for a second person" not in page_of(approver, met)


@pytest.mark.parametrize("verb", ["second", "turn-down", "withdraw"])
def test_who_may_not_approve_moves_nothing(met, team: Team, client: Browser, verb: str):
    decide(met, team.approver, "stop", AGAINST)
    log_in(client, team.editor)

    assert client.send(f"{place(met)}/1/{verb}").status_code == 403
    assert client.send(f"{place(met)}/9/{verb}").status_code == 403
    assert "Store the decision" not in page_of(client, met)


def test_a_page_that_was_overtaken_says_by_what_and_keeps_what_was_typed(
    met: Experiment, team: Team, approver: Browser
):
    read = mark_in(page_of(approver, met))
    decide(met, team.owner, "go", REASON)
    data = {"choice": "go", "reason": "Parents sign up for it.", "read": read}
    answer = approver.send(place(met), data)

    assert answer.status_code == 422
    assert "Owner decided go meanwhile. Read it, then decide." in answer.text
    assert "Parents sign up for it." in answer.text
    assert approver.send(place(met), data | {"read": mark_in(answer.text)}).status_code == 303


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"choice": "", "reason": REASON}, "Choose go, iterate or stop."),
        ({"choice": "go", "reason": "yes"}, "Say why in a sentence"),
        ({"choice": "go", "reason": "\u200b \u3164 \u2060"}, "Say why in a sentence"),
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

    assert page.index("Memo 2: go") < page.index("Memo 1: stop")
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

    assert asked[0] == asked[1] <= 40
