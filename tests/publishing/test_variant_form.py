"""The form of a variant: what it takes, and what it answers to the rest."""

import re

import pytest
from flask.testing import FlaskClient

from tests.factories import (
    Team,
    make_experiment,
    make_running,
)
from tests.publishing.filling import errors_of, field_of
from wbtest.publishing import lifecycle
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")


def test_a_variant_is_added_with_what_differs(owner: FlaskClient, revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}/variants"
    assert path in owner.get(f"/experiments/{experiment.id}").text

    answer = owner.post(path, data={"name": "Price", "weight": "2", "price": "Free", "body": ""})

    assert answer.status_code == 303
    variant = experiment.variants[1]
    assert (variant.key, variant.weight, variant.overrides) == ("price", 2, {"price": "Free"})


def test_a_variant_that_says_nothing_else_is_saved_with_a_hint(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    path, hint = f"/experiments/{experiment.id}", "Nothing differs from the control yet."

    owner.post(f"{path}/variants", data={"name": "Price", "weight": "1"})
    assert hint in owner.get(path).text

    owner.post(f"{path}/variants/price", data={"name": "Price", "weight": "1", "price": "Free"})
    assert hint not in owner.get(path).text


@pytest.mark.parametrize(
    "weight", ["-1", "0", "1e308", "NaN", "Infinity", "٣", "0.1", "1001", "", "1,00"]
)
def test_a_weight_that_is_none_is_answered_with_the_rule(
    weight: str, owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    data = {"name": "Price", "weight": weight, "headline": "Typed with care"}

    answer = owner.post(f"/experiments/{experiment.id}/variants", data=data)

    assert answer.status_code == 422
    assert "whole number" in errors_of(answer.text)["weight"] or not weight
    assert "Typed with care" in answer.text
    assert field_of(answer.text, "weight") == weight
    assert len(experiment.variants) == 1


def test_a_seventh_variant_is_answered_with_the_rule(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor, variants=("a1", "b1", "c1", "d1", "e1"))

    answer = owner.post(f"/experiments/{experiment.id}/variants", data={"name": "G", "weight": "1"})

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


def test_a_started_variant_is_corrected_on_the_same_page_until_the_end(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_running(revision, team.editor, team.approver)
    path = f"/experiments/{experiment.id}/variants/control"

    assert "Correct a mistake" in owner.get(path).text
    lifecycle.end(experiment, team.owner)
    assert owner.get(path).status_code == 409
