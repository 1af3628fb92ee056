"""The planner and the target helper in the form of a rule, without a script."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import Team, make_experiment
from tests.publishing.filling import Form, errors_of, field_of, new_path, send, send_rule
from tests.publishing.test_rule_form import newest
from wbtest.extensions import db
from wbtest.publishing.sealing import draft_digest
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")
THREE = {"customers": "400", "reachable": "25000", "buy": "20", "buy_from": "Twelve interviews"}


def test_a_plan_is_worked_out_and_nothing_is_stored(owner: FlaskClient, revision: Revision):
    typed = {"daily": "40", "planned_variants": "3", "minimum_visitors": "200", "who": "nurses"}
    answer = send(owner, new_path(revision), work_out="plan", **typed)

    assert answer.status_code == 200
    assert "With 40 visitors a day, expect an answer in 4 to 7 weeks" in answer.text
    assert "One fewer variant saves 17 days." in answer.text
    assert field_of(answer.text, "who") == "nurses"
    assert newest() is None


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("planned_variants", "100000000", "Enter 1 to 6 variants."),
        ("planned_variants", "0", "Enter 1 to 6 variants."),
        ("target", "eight", "Enter a percentage"),
    ],
)
def test_what_cannot_be_planned_with_is_named_at_its_field(name, typed, words, owner, revision):
    for button in ({"work_out": "plan"}, {}):
        answer = send(owner, new_path(revision), **button, **{name: typed})

        assert answer.status_code == 422
        assert words in errors_of(answer.text)[name]


def test_absurd_visitors_are_refused_in_the_plan_and_at_the_save(owner, revision):
    worked_out = send(owner, new_path(revision), work_out="plan", daily="100000000")
    saved = send(owner, new_path(revision), daily="100000000")

    assert "Enter 1 to 10,000,000 visitors a day" in worked_out.text
    assert "Enter 1 to 10,000,000 visitors a day" in errors_of(saved.text)["daily"]


def test_the_variants_of_a_draft_are_those_that_it_has(owner, revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Photo first",))

    page = owner.get(f"/experiments/{experiment.id}").text

    assert field_of(page, "planned_variants") == "2"
    assert "after about 648 visitors" in page


def test_the_target_is_filled_in_from_three_numbers_and_nothing_is_stored(owner, revision):
    answer = send(owner, new_path(revision), work_out="target", target="5", **THREE)

    assert answer.status_code == 200
    assert field_of(answer.text, "target") == "8"
    assert "By these numbers, 8% of visitors must sign up." in answer.text
    assert re.search(r'id="reckoning" open>', answer.text)
    assert newest() is None


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"reachable": "1000"}, "customers", "Even if all 1,000 did it, 200 would buy"),
        ({"buy": ""}, "buy", "Enter all three numbers, or none."),
        ({"customers": "many"}, "customers", "Enter a whole number."),
        ({"customers": "", "reachable": "", "buy": "", "buy_from": ""}, "customers", "Enter all"),
    ],
)
def test_numbers_that_give_no_target_are_refused_politely(changes, field, words, owner, revision):
    answer = send(owner, new_path(revision), work_out="target", **{**THREE, **changes})

    assert answer.status_code == 422
    assert words in errors_of(answer.text)[field]
    assert field_of(answer.text, "target") == "8"


def test_the_three_numbers_are_kept_with_the_rule_and_shown_again(owner, revision):
    send(owner, new_path(revision), **THREE)
    experiment = newest()
    page = owner.get(f"/experiments/{experiment.id}").text

    assert experiment.rule["reckoning"]["buy"] == 0.2
    assert [field_of(page, name) for name in THREE] == list(THREE.values())


def test_emptied_numbers_are_no_assumptions_any_more(owner, revision):
    send(owner, new_path(revision), **THREE)
    experiment = newest()

    send_rule(owner, experiment, **dict.fromkeys(THREE, ""))

    db.session.refresh(experiment)
    assert "reckoning" not in experiment.rule


def test_numbers_that_cannot_be_had_are_not_saved(owner, revision):
    answer = send(owner, new_path(revision), **{**THREE, "reachable": "1000"})

    assert "Even if all 1,000" in errors_of(answer.text)["customers"]
    assert newest() is None


def test_a_target_below_what_the_numbers_ask_for_is_told(owner, revision):
    page = send(owner, new_path(revision), work_out="plan", target="4", **THREE).text

    assert "A target of 4% would bring about 200 of the 400 customers" in page


def test_a_form_without_its_token_works_out_nothing(owner: FlaskClient, revision, app: Flask):
    app.config["WTF_CSRF_ENABLED"] = True

    answer = owner.post(new_path(revision), data={**THREE, "work_out": "target"})

    assert answer.status_code == 400
    assert "By these numbers" not in answer.text


def test_a_rule_is_proposed_for_the_people_one_can_reach_and_nothing_is_stored(owner, revision):
    answer = send(
        owner, new_path(revision), work_out="reach", reach="100", knows_team="yes", who="my readers"
    )

    assert answer.status_code == 200
    assert "If 10% or fewer sign up, 93 of 100 such tests say stop." in answer.text
    assert [field_of(answer.text, name) for name in ("target", "floor", "ends_on", "who")] == [
        *("25", "10", "2027-03-15", "my readers"),
    ]
    assert newest() is None


def test_a_rule_that_was_proposed_is_saved_and_proposed_again_for_a_draft(owner, revision):
    page = send(owner, new_path(revision), work_out="reach", reach="100", knows_team="yes").text
    owner.post(new_path(revision), data=Form(page, new_path(revision)).values)
    rule = newest().rule

    assert (field_of(page, "target"), field_of(page, "hoped_for")) == ("25", "40")
    assert (rule["target"], rule["floor"], rule["minimum_visitors"]) == (0.25, 0.1, 30)
    assert (rule["maximum_visitors"], rule["hoped_for"], rule["knows_team"]) == (100, 0.4, True)
    draft = send_rule(owner, newest(), work_out="reach", reach="300", knows_team="")
    assert field_of(draft.text, "target") == "8"
    assert newest().rule == rule


def test_a_target_above_the_rate_of_the_proposal_is_refused_where_that_rate_can_be_seen(
    owner: FlaskClient, revision: Revision
):
    page = send(owner, new_path(revision), work_out="reach", reach="100", knows_team="yes").text
    values = Form(page, new_path(revision)).values
    answer = owner.post(new_path(revision), data=values | {"target": "40"})

    said = "must be above the target and below 100%. Leave it empty for 1.5 × the target."
    assert answer.status_code == 422
    assert said in errors_of(answer.text)["hoped_for"]
    assert re.search(r'<details class="fold" open>\s*<summary>More settings', answer.text)


def test_whether_visitors_know_the_team_is_shown_again_and_can_be_changed(owner, revision):
    send(owner, new_path(revision), knows_team="yes")
    experiment = newest()
    read = draft_digest(experiment)

    path = f"/experiments/{experiment.id}"
    assert Form(owner.get(path).text, f"{path}/edit").values["knows_team"] == ["yes"]
    send_rule(owner, experiment, knows_team="")

    db.session.refresh(experiment)
    assert "knows_team" not in experiment.rule
    assert draft_digest(experiment) != read


def test_too_few_people_are_told_what_they_can_do_instead(owner, revision):
    page = send(owner, new_path(revision), work_out="reach", reach="60", knows_team="").text

    assert (
        "60 strangers rarely give an answer: if 3% sign up, 16 of 100 such tests say stop. If 15% "
        "do, 27 say go. Reach 300, or offer a call (visitor settings) and interview those who "
        "agree."
    ) in page


def test_a_number_of_people_that_is_not_offered_is_named_at_its_field(owner, revision):
    answer = send(owner, new_path(revision), work_out="reach", reach="7", target="5")

    assert answer.status_code == 422
    assert errors_of(answer.text)["reach"] == "Choose from the list."
    assert field_of(answer.text, "target") == "5"


def test_creating_a_test_does_not_open_its_page_where_the_proposal_was(owner, revision):
    # A form without an address of its own is sent to that of its page, with what follows the `#`.
    path = new_path(revision)

    assert f' action="{path}"' in owner.get(path).text
