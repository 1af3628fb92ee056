"""The first screen of the results, the memo, files and the planner over HTTP."""

import json
import re

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day, count_days, count_machines
from wbtest.decisions.decide import decide
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment

EVIL = "<svg onload=alert(1)>"


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """Nine days in which the second variant reaches the target."""
    experiment = begin(variants=(EVIL,))
    keys = [variant.key for variant in experiment.variants]
    count_days(experiment, range(9), keys[0], seen=100, converted=3, served=115, confirmed=2)
    count_days(experiment, range(9), keys[1], seen=100, converted=14, served=116, confirmed=9)
    count_machines(experiment, 251)
    now.turn(days=10)
    return experiment


@pytest.fixture
def approver(client: Browser, team: Team) -> Browser:
    log_in(client, team.approver)
    return client


def page_of(client: Browser, experiment: Experiment, page: str = "results") -> str:
    answer = client.get(f"/experiments/{experiment.id}/{page}")
    assert answer.status_code == 200
    return answer.text


def test_the_page_leads_with_the_verdict(approver: Browser, experiment):
    page = page_of(approver, experiment)

    assert "reached your 8% target. You can decide now." in page
    assert "At least 8% of parents who cook on weeknights will leave an email" in page
    assert page.index("Can I trust this?") < page.index("Sign-ups per 100 visitors")


def test_before_the_first_visitor_a_link_for_each_source_is_offered(
    approver: Browser, begin: Start
):
    experiment = begin(slug="fresh")
    page = page_of(approver, experiment)

    assert f'<a href="/experiments/{experiment.id}?open=links#links">create one for' in page
    assert "utm_source" not in page
    assert "http://localhost opens only on this computer." in page.partition("Share this link")[2]


def test_the_rate_of_those_served_stands_beside_that_of_those_seen(approver: Browser, experiment):
    page = page_of(approver, experiment)

    assert page.index("14.0%") < page.index("12.1% of page loads")


def test_the_split_is_told_in_numbers_and_its_chance_in_words(approver: Browser, experiment):
    page = approver.get(f"/experiments/{experiment.id}/results/statistics").text

    assert "How many people saw each variant, and how many we’d expect" in page
    assert (
        "By chance alone, the split would be at least this uneven in nearly every fair test (χ² 0.0"
        in page
    )


def test_after_a_decision_no_button_asks_for_it_again(
    approver: Browser, experiment: Experiment, team: Team
):
    before = page_of(approver, experiment)
    decide(experiment, team.approver, "go", "The headline carries it.")
    after = page_of(approver, experiment)

    assert '/decision">Decide: go</a>' in before
    assert "Decide: go" not in after


def test_a_test_that_nobody_saw_can_be_decided_and_is_shared_no_more(
    approver: Browser, begin: Start, team: Team
):
    experiment = begin()
    end(experiment, team.approver)
    page = page_of(approver, experiment)

    assert "Share this link" not in page
    assert '/decision">Decide</a>' in page


def test_every_chart_is_followed_by_its_table_and_a_file(approver: Browser, experiment):
    for section in page_of(approver, experiment).split("data-figure=")[1:]:
        after = section.partition("</section>")[0]
        assert "<table" in after
        assert "results.csv?table=" in after


def test_the_figures_stand_in_the_page_as_json(approver: Browser, experiment):
    page = page_of(approver, experiment)
    found = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)

    assert len(found) == 2
    assert all(json.loads(text)["data"] for text in found)


def test_nothing_that_was_typed_is_markup(approver: Browser, experiment):
    page = page_of(approver, experiment)

    assert EVIL not in page
    assert "&lt;svg onload" in page


def test_small_numbers_are_shown_as_counts(approver: Browser, begin: Start):
    small = begin()
    count_day(small, 0, seen=41, converted=3)
    page = page_of(approver, small)

    assert "3 of 41" in page
    assert "7.3%" not in page.partition("<table")[2].partition("</table>")[0]


def test_before_any_visitor_there_is_a_link_to_share(approver: Browser, begin: Start):
    page = page_of(approver, begin())

    assert "Nobody has seen the page yet." in page
    assert "http://localhost/p/larder" in page
    assert "data-figure" not in page


def test_before_the_start_the_page_says_where_to_start(approver: Browser, revision, team: Team):
    draft = make_experiment(revision, team.editor)

    assert "No results before the start" in page_of(approver, draft)
    assert approver.get(f"/experiments/{draft.id}/results.json").status_code == 409


def test_a_decision_stands_on_top_afterwards(approver: Browser, experiment: Experiment, team: Team):
    reason = "The headline carries it; we build."
    decide(experiment, team.approver, "go", reason)
    page = page_of(approver, experiment)

    assert page.index("Decided: go") < page.index(reason) < page.index("Can I trust this?")


def test_the_file_has_a_name_and_is_never_cached(approver: Browser, experiment):
    answer = approver.get(f"/experiments/{experiment.id}/results.csv")

    assert answer.mimetype == "text/csv"
    assert (
        answer.headers["Content-Disposition"]
        == 'attachment; filename="larder-days-20270311T090000Z.csv"'
    )
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_an_unknown_table_is_a_clear_error(approver: Browser, experiment):
    answer = approver.get(f"/experiments/{experiment.id}/results.csv?table=people")

    assert answer.status_code == 400


def test_the_planner_says_when_to_expect_an_answer(approver: Browser):
    asked = "target=0.08&floor=0.04&alpha=0.05&power=0.8&daily=120&variants=2"
    planned = approver.get(f"/experiments/plan?{asked}").get_json()

    assert planned.keys() == {"sentence", "holds", "warnings"}
    assert planned["sentence"] == (
        "With 120 visitors a day, expect an answer in 1 to 2 weeks: about 648 visitors. Allow for "
        "up to 1,296."
    )
    assert planned["warnings"] == []


@pytest.mark.parametrize(("knows_team", "is_proposed"), [("yes", True), ("", False)])
def test_the_planner_knows_a_proposed_rule_by_whom_it_is_for(
    approver: Browser, knows_team: str, is_proposed: bool
):
    asked = "target=0.25&floor=0.1&minimum_visitors=30&maximum_visitors=100&hoped_for=0.4"
    planned = approver.get(f"/experiments/plan?{asked}&knows_team={knows_team}").get_json()

    assert ("100 such tests" in planned["holds"]) is is_proposed


def test_the_planner_warns_by_the_rest_of_the_rule(approver: Browser):
    asked = "target=0.08&floor=0.03&daily=20&ends_on=2027-03-29&minimum_visitors=300"
    planned = approver.get(f"/experiments/plan?{asked}&maximum_visitors=500").get_json()

    assert [". ".join(each.split(". ")[:2]).rstrip(".") for each in planned["warnings"]] == [
        "20 visitors a day make 560 by the last day. Allow for up to 584",
        "The rule stops at 500 visitors. Allow for up to 584",
        "Floor and target are too close for 584 visitors. Finding a rate between them takes about "
        "1,571",
    ]


def test_numbers_are_read_as_the_save_reads_them(approver: Browser):
    asked = "target=0.08&floor=0.03&daily=1.000&minimum_visitors=1,000&maximum_visitors=2 400"
    planned = approver.get(f"/experiments/plan?{asked}").get_json()

    assert planned["sentence"] == (
        "With 1,000 visitors a day, expect an answer in a week: about 1,000 visitors. "
        "Allow for up to 1,000."
    )


def test_what_is_typed_half_is_left_out_of_the_plan(approver: Browser):
    asked = "target=0.08&floor=0.03&daily=&ends_on=2027-0&minimum_visitors=9e9&time_zone=Mars"
    planned = approver.get(f"/experiments/plan?{asked}&maximum_visitors={'9' * 400}").get_json()

    assert planned["sentence"] == "Expect an answer after about 324 visitors. Allow for up to 584."


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("", "Give target, floor, visitors a day and variants as numbers."),
        ("target=0.08&floor=0.04&daily=many", "Give target, floor, visitors a day and variants"),
        ("target=0.08&floor=0.1&daily=10", "The floor must be below the target."),
        ("target=nan&floor=0.1&daily=10", "Enter target, floor and risk above 0%"),
        ("target=0.08&floor=0.04&daily=0", "Enter 1 to 10,000,000 visitors a day"),
        ("target=0.08&floor=0.04&daily=10,000,001", "Enter 1 to 10,000,000 visitors a day"),
        ("target=0.08&floor=0.04&daily=9&variants=0", "Enter 1 to 6 variants"),
        ("target=0.08&floor=0.04&daily=9&variants=100000000", "Enter 1 to 6 variants"),
        ("target=1e-320&floor=1e-321&daily=9", "No page gets that many visitors."),
    ],
)
def test_what_cannot_be_planned_is_a_clear_error(approver: Browser, asked, sentence):
    answer = approver.get(f"/experiments/plan?{asked}")

    assert answer.status_code == 422
    assert sentence in answer.get_json()["error"]


def test_three_numbers_make_a_target_and_say_what_a_lower_one_costs(approver: Browser):
    asked = "customers=400&reachable=25000&buy=0.2"
    found = approver.get(f"/experiments/target?{asked}&target=0.05").get_json()

    assert found["target"] == 0.08
    assert found["sentence"] == "By these numbers, 8% of visitors must sign up."
    assert "about 250 of the 400 customers" in found["shortfall"]
    assert approver.get(f"/experiments/target?{asked}").get_json()["shortfall"] == ""


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("customers=400", "Give customers, people and the share who buy as numbers."),
        ("customers=400&reachable=1000&buy=0.2", "Even if all 1,000 did it, 200 would buy"),
        ("customers=0&reachable=1000&buy=nan", "Give a number from 1 to 999,999,999."),
    ],
)
def test_numbers_that_make_no_target_are_a_clear_error(approver: Browser, asked, sentence):
    answer = approver.get(f"/experiments/target?{asked}")

    assert answer.status_code == 422
    assert sentence in answer.get_json()["error"]


def test_a_clock_that_went_back_before_the_start_makes_no_negative_day(approver, begin, now):
    experiment = begin()
    now.turn(hours=-30)

    assert "day 1 of" in page_of(approver, experiment)
