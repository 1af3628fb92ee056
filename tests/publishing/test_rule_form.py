"""The form of an experiment's rule: what it offers, what it takes, what it keeps."""

import html

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import (
    Team,
    make_checked,
    make_experiment,
    make_revision,
)
from tests.publishing.filling import Form, errors_of, field_of, new_path, send, send_rule
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.writing.document import Evidence
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")
# Fields of the rule, and what nobody can use there.
UNUSABLE = (
    *(("target", typed) for typed in ("", "eight", "-8", "NaN", "1e1", "٨", "0", "100", "8%%")),
    *(("floor", typed) for typed in ("8", "9", "101")),
    *(("alpha", typed) for typed in ("30", "x")),
    *(("minimum_visitors", typed) for typed in ("", "0", "-1", "1.5", "٣", "1e308", "9" * 30)),
    ("maximum_visitors", "300"),
    *(("hoped_for", typed) for typed in ("8", "100", "x")),
    ("minimum_days", "400"),
    ("conversion_window_hours", "1000"),
    ("sources", "x" * 65),
    *(("ends_on", typed) for typed in ("", "0000-00-00", "9999-12-31", "2026-02-30")),
    *(("ends_on", typed) for typed in ("2027-03-01", "2027-03-03", "tomorrow")),
    *(("slug", typed) for typed in ("", "-", "admin", "a/b", "..", "аpple", "Larder", "CON")),
    ("slug", "x" * 300),
    *(("host", typed) for typed in ("halfchair", "localhost", "192.0.2.1", "a.com/b", "x" * 300)),
    *(("who", typed) for typed in ("", " ", "x" * 1001, "a\x07b")),
    ("if_unclear", ""),
)


def newest() -> Experiment | None:
    return db.session.scalars(select(Experiment).order_by(Experiment.id.desc())).first()


def test_a_founder_makes_an_experiment_by_pressing_one_button(
    owner: FlaskClient, revision: Revision
):
    answer = send(owner, new_path(revision))
    experiment = newest()

    assert experiment is not None
    assert answer.status_code == 303
    assert answer.location == f"/experiments/{experiment.id}"
    assert (experiment.slug, experiment.rule["target"], experiment.rule["floor"]) == (
        *("larder", 0.08),
        0.03,
    )
    assert experiment.rule["ends_on"] == "2027-03-29"


def test_who_comes_is_the_segment_of_the_release(owner: FlaskClient, revision: Revision):
    page = owner.get(new_path(revision)).text

    assert field_of(page, "who") == revision.document["segment"]
    assert field_of(page, "target") == "8"


def test_a_page_may_have_a_host_of_its_own(owner: FlaskClient, revision: Revision):
    send(owner, new_path(revision), host=" HalfChair.com")
    experiment = newest()

    assert experiment is not None
    assert experiment.host == "halfchair.com"
    page = owner.get(f"/experiments/{experiment.id}").text
    assert field_of(page, "host") == "halfchair.com"


@pytest.mark.parametrize(("typed", "sealed", "again"), [("", 0.12, ""), ("16", 0.16, "16")])
def test_left_empty_the_rate_hoped_for_follows_the_target(
    typed: str, sealed: float, again: str, owner: FlaskClient, revision: Revision
):
    made = send(owner, new_path(revision), hoped_for=typed)
    experiment = newest()

    assert experiment is not None
    assert experiment.rule["hoped_for"] == sealed
    assert field_of(owner.get(made.location).text, "hoped_for") == again


def test_the_usual_rate_hoped_for_is_no_other_when_it_is_typed(
    owner: FlaskClient, revision: Revision
):
    made = send(owner, new_path(revision), target="10", hoped_for="15")

    assert field_of(owner.get(made.location).text, "hoped_for") == ""


@pytest.mark.parametrize("typed", ["8,5", "8.5", "8.5 %", " 8,5% "])
def test_percent_is_typed_as_people_type_it(typed: str, owner: FlaskClient, revision: Revision):
    send(owner, new_path(revision), target=typed)
    experiment = newest()

    assert experiment is not None
    assert experiment.rule["target"] == 0.085


def test_what_cannot_be_used_is_named_at_its_field_and_kept(owner: FlaskClient, revision: Revision):
    for name, typed in UNUSABLE:
        answer = send(owner, new_path(revision), **{name: typed, "if_met": "Typed with care."})

        assert (answer.status_code, name, typed) == (422, name, typed)
        assert errors_of(answer.text)[name], typed
        assert "Typed with care." in answer.text
        assert html.escape(typed, quote=False) in answer.text
    assert newest() is None


def test_all_that_the_rule_cannot_be_is_said_at_once(owner: FlaskClient, revision: Revision):
    wrong = {"floor": "9", "alpha": "30", "maximum_visitors": "300", "minimum_days": "400"}

    answer = send(owner, new_path(revision), **wrong, sources="x" * 65)

    assert {*errors_of(answer.text)} == {*wrong, "sources"}


@pytest.mark.parametrize("name", ["conversion", "disclosure", "time_zone"])
def test_a_choice_that_is_not_offered_is_named_at_its_field(
    name: str, owner: FlaskClient, revision: Revision
):
    answer = send(owner, new_path(revision), **{name: "Mars/Olympus"})

    assert answer.status_code == 422
    assert errors_of(answer.text)[name]
    assert newest() is None


def test_an_error_in_the_folded_part_unfolds_it(owner: FlaskClient, revision: Revision):
    fine = owner.get(new_path(revision)).text
    wrong = send(owner, new_path(revision), minimum_days="0").text

    assert '<details class="fold">' in fine
    assert '<details class="fold" open>' in wrong


def test_an_address_that_is_taken_is_said_at_its_field(
    owner: FlaskClient, revision: Revision, team: Team
):
    make_experiment(make_revision(team.editor), team.editor)

    answer = send(owner, new_path(revision), slug="larder")

    assert "taken" in errors_of(answer.text)["slug"]


def test_two_clicks_make_one_experiment(owner: FlaskClient, revision: Revision):
    first, second = (send(owner, new_path(revision), slug="larder", who="parents") for _ in "12")

    assert first.location == second.location
    assert len(db.session.scalars(select(Experiment)).all()) == 1


def test_fields_that_the_form_does_not_have_change_nothing(owner: FlaskClient, revision: Revision):
    extra = {"revision_id": 999, "state": "running", "attempt": 9, "seal": "f"}
    send(owner, new_path(revision), **extra)
    experiment = newest()

    assert experiment is not None
    assert experiment.revision_id == revision.id
    assert (experiment.state, experiment.attempt, experiment.seal) == ("draft", 1, "")


def test_the_window_follows_what_counts(owner: FlaskClient, revision: Revision):
    send(owner, new_path(revision), conversion="confirmed", conversion_window_hours="")
    experiment = newest()

    assert experiment is not None
    assert experiment.rule["conversion_window_hours"] == 168


def test_sources_are_names_with_commas_between(owner: FlaskClient, revision: Revision):
    send(owner, new_path(revision), sources=" Newsletter, instagram ,")
    experiment = newest()

    assert experiment is not None
    assert experiment.rule["sources"] == ["newsletter", "instagram"]


def test_the_rule_of_a_draft_is_changed_in_the_same_form(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, sources=("newsletter",))
    assert field_of(owner.get(f"/experiments/{experiment.id}").text, "sources") == "newsletter"

    answer = send_rule(owner, experiment, target="12", slug="pantry", asks_name="y")

    assert answer.status_code == 303
    assert (experiment.rule["target"], experiment.slug) == (0.12, "pantry")
    assert experiment.rule["sources"] == ["newsletter"]
    assert experiment.asks_name


def test_a_started_rule_is_not_changed(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}/edit"
    page = owner.get(f"/experiments/{experiment.id}").text
    typed = Form(page, path).with_changes({"target": "1", "floor": "0.5"})
    lifecycle.start(make_checked(experiment, team.editor), team.approver)

    answer = owner.post(path, data=typed)

    assert answer.status_code == 409
    assert "locked" in answer.text
    assert experiment.rule["target"] == 0.08


def test_the_form_says_how_long_it_takes_by_the_planner(owner: FlaskClient, revision: Revision):
    page = owner.get(f"{new_path(revision)}?daily=20").text

    assert "With 20 visitors a day, expect an answer in 3 to 5 weeks" in page
    assert "You’d need 21 a day" in page


def test_rates_that_cannot_be_planned_with_give_no_plan(owner: FlaskClient, revision: Revision):
    page = send(owner, new_path(revision), floor="9", daily="40").text

    assert "visitors a day, expect" not in page


@pytest.mark.parametrize("daily", ["x", "-1", "9" * 5000, "٣", "0"])
def test_a_number_of_visitors_that_is_none_is_no_error(
    daily: str, owner: FlaskClient, revision: Revision
):
    assert owner.get(new_path(revision), query_string={"daily": daily}).status_code == 200


def test_sources_are_sealed_under_the_names_by_which_visits_are_recorded(
    owner: FlaskClient, revision: Revision
):
    send(owner, new_path(revision), sources="Twitter.com, www.blog.example, Newsletter")

    assert newest().rule["sources"] == ["x", "blog.example", "newsletter"]


def test_the_usual_window_follows_what_counts_also_when_that_is_changed(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)

    send_rule(owner, experiment, conversion="confirmed")

    db.session.refresh(experiment)
    assert experiment.rule["conversion_window_hours"] == 168


def test_the_rule_is_written_beside_what_the_release_assumes(owner: FlaskClient, team: Team):
    evidence = (Evidence("30 minutes", "assumed"), Evidence("£4 a month", "imagined"))
    revision = make_revision(team.editor, evidence=evidence)
    page = owner.get(new_path(revision)).text

    assert "<b>30 minutes</b>" in page
    assert "<bdi>£4" not in page
