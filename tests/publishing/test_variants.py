"""The variants of a draft: added, changed and removed."""

from typing import Any

import pytest
from sqlalchemy import delete

from tests.factories import Team, make_experiment
from wbtest.extensions import db
from wbtest.publishing import experiments
from wbtest.publishing.models import Variant
from wbtest.store import Invalid, Refused
from wbtest.writing.models import Revision


def test_a_variant_gets_a_key_from_its_name(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    variants = [
        experiments.add_variant(experiment, team.editor, name="Price first", weight=n, overrides={})
        for n in (3, 4)
    ]

    assert [variant.key for variant in variants] == ["price-first", "price-first-2"]
    assert [variant.position for variant in experiment.variants] == [0, 1, 2]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"weight": 0}, "weight"),
        ({"weight": -1}, "weight"),
        ({"weight": 1001}, "weight"),
        ({"weight": 0.5}, "weight"),
        ({"weight": True}, "weight"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"key": "control"}, "key"),
        ({"key": "new"}, "key"),
        ({"key": "x" * 31}, "key"),
        ({"overrides": {"product": "Pantry"}}, "product"),
        ({"overrides": {"headline": "x" * 301}}, "headline"),
    ],
)
def test_a_variant_that_cannot_be_used_is_refused_at_its_field(
    revision: Revision, team: Team, changed: dict[str, Any], field: str
):
    experiment = make_experiment(revision, team.editor)
    given: dict[str, Any] = {"name": "Price", "weight": 1, "overrides": {}} | changed

    with pytest.raises(Invalid) as refused:
        experiments.add_variant(experiment, team.editor, **given)

    assert refused.value.field == field
    assert len(experiment.variants) == 1


def test_two_clicks_are_one_variant(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    words = {"headline": "Half the waste"}

    first, second = (
        experiments.add_variant(experiment, team.editor, name="Waste", weight=1, overrides=words)
        for _ in range(2)
    )

    assert first is second
    assert len(experiment.variants) == 2


def test_six_variants_are_the_most(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("a1", "b1", "c1", "d1", "e1"))

    with pytest.raises(Invalid, match="one to six variants"):
        experiments.add_variant(experiment, team.editor, name="Seventh", weight=1, overrides={})


def test_a_variant_of_a_draft_can_be_changed(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    variant = experiment.variants[1]

    experiments.change_variant(
        variant, team.editor, name="Free", weight=2, overrides={"price": " Free ", "headline": ""}
    )

    assert (variant.name, variant.weight, variant.overrides) == ("Free", 2, {"price": "Free"})


def test_a_removed_variant_leaves_no_gap(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price", "Body"))

    experiments.remove_variant(experiment.variants[1])

    assert [(each.key, each.position) for each in experiment.variants] == [
        ("control", 0),
        ("body", 1),
    ]


def test_the_control_cannot_be_removed(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))

    with pytest.raises(Refused, match="control stays"):
        experiments.remove_variant(experiment.variants[0])


def test_a_variant_that_somebody_deleted_meanwhile_is_not_changed(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    variant = experiment.variants[1]
    with db.engine.execution_options(writes=True).begin() as connection:
        connection.execute(delete(Variant).where(Variant.key == variant.key))

    with pytest.raises(Refused, match="deleted in the meantime"):
        experiments.remove_variant(variant)
