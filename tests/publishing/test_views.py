"""The team's pages of an experiment: what they take, what they say, what they keep."""

import hashlib
import html
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories import (
    log_in,
    make_experiment,
    make_person,
    make_revision,
    make_running,
    make_workspace,
)
from tests.publishing.conftest import Team
from tests.publishing.filling import Form
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.publishing import life
from wbtest.publishing.models import Experiment
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")


@pytest.fixture
def owner(team: Team, client: FlaskClient) -> FlaskClient:
    """The owner's browser."""
    log_in(client, team.owner)
    return client


def new_path(revision: Revision) -> str:
    return f"/releases/{revision.release_id}/revisions/{revision.number}/experiment"


def send(client: FlaskClient, path: str, **changes: Any) -> TestResponse:
    """Open the form at ``path``, change some fields and press its button."""
    page = client.get(path)
    assert page.status_code == 200
    return client.post(path, data=Form(page.text).with_changes(changes))


def field_of(page: str, name: str) -> str:
    """The value that stands in an input of the page."""
    tag = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
    assert tag is not None
    value = re.search(r'value="([^"]*)"', tag[0])
    return html.unescape(value[1]) if value else ""


def errors_of(page: str) -> dict[str, str]:
    """The sentences that stand at fields, by the field's name."""
    found = re.findall(r'class="field-error" id="(\w+)-error"[^>]*>([^<]*)<', page)
    return {name: html.unescape(sentence) for name, sentence in found}


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


@pytest.mark.parametrize("typed", ["8,5", "8.5", "8.5 %", " 8,5% "])
def test_percent_is_typed_as_people_type_it(typed: str, owner: FlaskClient, revision: Revision):
    send(owner, new_path(revision), target=typed)
    experiment = newest()

    assert experiment is not None
    assert experiment.rule["target"] == 0.085


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        *(("target", typed) for typed in ("", "eight", "-8", "NaN", "1e1", "٨", "0", "100", "8%%")),
        *(("floor", typed) for typed in ("8", "9", "101")),
        *(("alpha", typed) for typed in ("30", "x")),
        *(("minimum_visitors", typed) for typed in ("", "0", "-1", "1.5", "٣", "1e308", "9" * 30)),
        ("maximum_visitors", "400"),
        ("minimum_days", "400"),
        ("conversion_window_hours", "1000"),
        ("sources", "x" * 65),
        *(("ends_on", typed) for typed in ("", "0000-00-00", "9999-12-31", "2026-02-30")),
        *(("ends_on", typed) for typed in ("2027-03-01", "2027-03-03", "tomorrow")),
        *(("slug", typed) for typed in ("", "-", "admin", "a/b", "..", "аpple", "Larder", "CON")),
        ("slug", "x" * 300),
        *(("who", typed) for typed in ("", " ", "x" * 1001, "a\x07b")),
        ("if_unclear", ""),
    ],
)
def test_what_cannot_be_used_is_named_at_its_field_and_kept(
    name: str, typed: str, owner: FlaskClient, revision: Revision
):
    answer = send(owner, new_path(revision), **{name: typed, "if_met": "Typed with care."})

    assert answer.status_code == 422
    assert errors_of(answer.text)[name]
    assert "Typed with care." in answer.text
    assert html.escape(typed, quote=False) in answer.text
    assert newest() is None


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
    make_experiment(revision, team.editor)

    answer = send(owner, new_path(revision), slug="larder")

    assert "taken" in errors_of(answer.text)["slug"]


def test_two_clicks_make_one_experiment(owner: FlaskClient, revision: Revision):
    first, second = (send(owner, new_path(revision), slug="larder", who="parents") for _ in "12")

    assert first.location == second.location
    assert len(db.session.scalars(select(Experiment)).all()) == 1


def test_fields_that_the_form_does_not_have_change_nothing(
    owner: FlaskClient, revision: Revision, strangers: Team
):
    extra = {"workspace_id": strangers.workspace.id, "state": "running", "attempt": 9, "seal": "f"}
    send(owner, new_path(revision), **extra)
    experiment = newest()

    assert experiment is not None
    assert experiment.workspace_id == revision.workspace_id
    assert (experiment.state, experiment.attempt, experiment.seal) == ("draft", 1, "")


def test_a_revision_that_is_not_there_is_not_found(owner: FlaskClient, revision: Revision):
    path = f"/releases/{revision.release_id}/revisions/2/experiment"

    assert owner.get(path).status_code == 404


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
    path = f"/experiments/{experiment.id}/edit"
    assert field_of(owner.get(path).text, "sources") == "newsletter"

    answer = send(owner, path, target="12", slug="pantry", asks_name="y")

    assert answer.status_code == 303
    assert (experiment.rule["target"], experiment.slug) == (0.12, "pantry")
    assert experiment.rule["sources"] == ["newsletter"]
    assert experiment.asks_name


def test_a_started_rule_is_not_changed(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}/edit"
    typed = Form(owner.get(path).text).with_changes({"target": "1", "floor": "0.5"})
    life.start(experiment, team.approver)

    answer = owner.post(path, data=typed)

    assert answer.status_code == 409
    assert "sealed" in answer.text
    assert experiment.rule["target"] == 0.08


def test_a_variant_is_added_with_what_differs(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}/variants/new"
    assert revision.document["headline"] in owner.get(path).text

    answer = owner.post(path, data={"name": "Price", "weight": "2", "price": "Free", "body": ""})

    assert answer.status_code == 303
    variant = experiment.variants[1]
    assert (variant.key, variant.weight, variant.overrides) == ("price", 2, {"price": "Free"})


@pytest.mark.parametrize(
    "weight", ["-1", "0", "1e308", "NaN", "Infinity", "٣", "0.1", "1001", "", "1,000"]
)
def test_a_weight_that_is_none_is_answered_with_the_rule(
    weight: str, owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    data = {"name": "Price", "weight": weight, "headline": "Typed with care"}

    answer = owner.post(f"/experiments/{experiment.id}/variants/new", data=data)

    assert answer.status_code == 422
    assert "whole number" in errors_of(answer.text)["weight"] or not weight
    assert "Typed with care" in answer.text
    assert field_of(answer.text, "weight") == weight
    assert len(experiment.variants) == 1


def test_a_seventh_variant_is_answered_with_the_rule(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, variants=("a1", "b1", "c1", "d1", "e1"))

    answer = owner.post(
        f"/experiments/{experiment.id}/variants/new", data={"name": "G", "weight": "1"}
    )

    assert answer.status_code == 422
    assert "one to six variants" in answer.text


def test_the_parts_of_a_variant_can_stand_in_another_order(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    path = f"/experiments/{experiment.id}/variants/price"
    shown = re.findall(r'<option value="(\w+)" selected>', owner.get(path).text)

    owner.post(path, data={"name": "Price", "weight": "1", "order": shown[::-1]})

    assert experiment.variants[1].overrides["order"][: len(shown)] == shown[::-1]
    assert re.findall(r'<option value="(\w+)" selected>', owner.get(path).text) == shown[::-1]


@pytest.mark.parametrize("order", [["faq", "faq"], ["nothing"], ["faq"]])
def test_an_order_that_leaves_a_part_out_is_refused(
    order: list[str], owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, variants=("Price",))

    answer = owner.post(
        f"/experiments/{experiment.id}/variants/price",
        data={"name": "Price", "weight": "1", "order": order},
    )

    assert answer.status_code == 422
    assert "exactly once" in answer.text


def test_a_variant_removed_twice_is_gone(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    path = f"/experiments/{experiment.id}/variants/price/delete"

    assert [owner.post(path).status_code for _ in range(2)] == [303, 303]
    assert [variant.key for variant in experiment.variants] == ["control"]


def test_the_page_reads_the_rule_back(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    page = owner.get(f"/experiments/{experiment.id}").text

    assert (
        "At least 8\u202f% of parents who cook on weeknights will leave an e-mail address." in page
    )
    assert "We write another draft, or stop." in page


def test_what_is_missing_is_listed_with_the_way_there(owner: FlaskClient, team: Team):
    revision = make_revision(team.editor, team.workspace)
    experiment = make_experiment(revision, team.editor)

    page = owner.get(f"/experiments/{experiment.id}").text
    answer = owner.post(f"/experiments/{experiment.id}/start")

    for text in (page, answer.text):
        assert "Revision 1 is not approved yet." in text
        assert f"/releases/{revision.release_id}/revisions/1" in text
        assert "Start the experiment" not in text
    assert answer.status_code == 409


def test_two_clicks_on_start_are_one_start(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}/start"

    assert [owner.post(path).status_code for _ in range(2)] == [303, 303]

    assert "was started before" in owner.get(f"/experiments/{experiment.id}").text
    assert len(experiment.steps) == 1
    assert len(db.session.scalars(select(OutboxMail)).all()) == 2


def test_the_page_goes_through_its_states(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)
    path = f"/experiments/{experiment.id}"
    said = [owner.get(path).text]

    for step in ("pause", "resume", "end"):
        assert owner.post(f"{path}/{step}").status_code == 303
        said.append(owner.get(path).text)

    titles = ("The page is open", "The page rests", "The page is open", "The page is closed")
    for title, page in zip(titles, said, strict=True):
        assert title in page
    assert "Ended by Owner" in said[-1]


def test_a_page_that_is_over_is_not_resumed(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)
    life.end(experiment, team.owner)

    answer = owner.post(f"/experiments/{experiment.id}/resume")

    assert answer.status_code == 409
    assert "ended" in answer.text


def test_the_sealed_text_comes_byte_by_byte(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver)

    answer = owner.get(f"/experiments/{experiment.id}/seal.txt")

    assert answer.mimetype == "text/plain"
    assert hashlib.sha256(answer.data).hexdigest() == experiment.seal
    assert experiment.seal in owner.get(f"/experiments/{experiment.id}").text


def test_a_draft_has_no_sealed_text(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    assert owner.get(f"/experiments/{experiment.id}/seal.txt").status_code == 404


def test_a_viewer_is_shown_no_button(client: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    log_in(client, team.viewer)

    page = client.get(f"/experiments/{experiment.id}").text

    assert "Change the rule" not in page
    assert "Start the experiment" not in page
    assert "An approver of your workspace starts it." in page


def test_an_empty_list_says_how_to_begin(client: FlaskClient, app: Flask):
    log_in(client, make_person("new@new.example", "owner", make_workspace("New")))

    page = client.get("/experiments").text

    assert "No experiment yet" in page
    assert 'href="/releases"' in page


def test_the_list_says_where_each_experiment_stands(
    owner: FlaskClient, revision: Revision, team: Team
):
    make_running(revision, team.editor, team.approver)
    make_experiment(revision, team.editor, slug="second")

    page = owner.get("/experiments").text

    for text in ("/p/larder", "/p/second", "Running", "Draft", revision.document["headline"]):
        assert text in page


@pytest.mark.parametrize("hostile", ['"><svg onload=alert(1)>', "{{ 7*7 }}", "</textarea><script>"])
def test_what_was_typed_is_never_markup(
    hostile: str, owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, variants=(hostile,), who=hostile)
    path = f"/experiments/{experiment.id}"
    pages = ("/experiments", path, f"{path}/edit", f"{path}/variants/{experiment.variants[1].key}")

    for text in (owner.get(page).text for page in pages):
        assert hostile in html.unescape(text)
        assert "<svg onload" not in text
        assert "<script>" not in text


def test_a_plan_is_made_where_a_planner_is(
    owner: FlaskClient, revision: Revision, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    asked: dict[str, Any] = {}

    class Plan:
        visitors, per_variant = 720, 330

    def plan(**values: Any) -> Plan:
        asked.update(values)
        return Plan()

    monkeypatch.setitem(app.extensions, "wbtest.planner", plan)

    page = owner.get(f"{new_path(revision)}?daily=30").text

    assert "With 30 visitors a day you will know in 2 to 4 weeks" in page
    assert (asked["target"], asked["daily"], asked["variants"]) == (0.08, 30, 1)


@pytest.mark.parametrize("daily", ["x", "-1", "9" * 5000, "٣", "0"])
def test_a_number_of_visitors_that_is_none_is_no_error(
    daily: str, owner: FlaskClient, revision: Revision
):
    assert owner.get(new_path(revision), query_string={"daily": daily}).status_code == 200


def test_robots_may_read_the_test_pages_alone(client: FlaskClient, app: Flask):
    answer = client.get("/robots.txt")

    assert answer.mimetype == "text/plain"
    assert answer.text.splitlines() == [
        "User-agent: *",
        "Allow: /p/",
        "Disallow: /",
        "Sitemap: http://localhost/sitemap.xml",
    ]


def test_the_sitemap_lists_the_pages_that_are_open(
    client: FlaskClient, revision: Revision, team: Team
):
    make_running(revision, team.editor, team.approver)
    make_experiment(revision, team.editor, slug="draft")
    life.pause(make_running(revision, team.editor, team.approver, slug="resting"), team.owner)

    answer = client.get("/sitemap.xml")

    assert answer.mimetype == "application/xml"
    assert re.findall("<loc>(.*)</loc>", answer.text) == ["http://localhost/p/larder"]
