"""New phases: what they change, what they seal, and who may open them."""

import json
from collections import Counter

import pytest

from tests.factories import Team, make_running
from wbtest.extensions import db
from wbtest.publishing import rule as rules
from wbtest.publishing.assignment import assign
from wbtest.publishing.live import LiveExperiment, find_for_preview, find_public, pages_version
from wbtest.publishing.models import Experiment, Variant
from wbtest.publishing.running import life, phases, stages
from wbtest.review.approvals import NotYours
from wbtest.store import Invalid, Refused, writing
from wbtest.writing.models import Revision

WHY = "The second one is far below."


@pytest.fixture
def experiment(revision: Revision, team: Team) -> Experiment:
    """A running page with a control and one other variant."""
    return make_running(revision, team.editor, team.approver, variants=("Price",))


@pytest.fixture
def fresh(experiment: Experiment, team: Team) -> Variant:
    """A variant that waits for a phase."""
    return phases.write_variant(
        experiment, team.editor, name="Fresh", overrides={"headline": "Fresh words"}
    )


def shown(slug: str = "larder") -> LiveExperiment:
    live = find_public(slug)
    assert live is not None
    return live


def test_a_new_phase_has_its_own_salt_seal_and_weights(experiment: Experiment, team: Team):
    version = pages_version(db.session)

    phase = phases.open_phase(experiment, team.approver, {"control": 1, "price": 3}, WHY)

    assert (phase.number, phase.weights) == (2, {"control": 1, "price": 3})
    assert phase.salt != experiment.phases[0].salt
    sealed = json.loads(phase.sealed)
    assert rules.digest(phase.sealed) == phase.seal
    assert (sealed["phase"], sealed["seal_before"]) == (2, experiment.seal)
    assert experiment.steps[-1].why == f"Phase 2 (Control 1, Price 3): {WHY}"
    assert pages_version(db.session) == version + 1


def test_newcomers_fall_by_the_new_weights_and_to_nobody_left_out(
    experiment: Experiment, fresh: Variant, team: Team
):
    phases.open_phase(experiment, team.approver, {"control": 1, "fresh": 1, "price": 0}, WHY)

    live = shown()
    lots = Counter(assign(str(n), live.salt, live.weights) for n in range(400))

    assert lots.keys() == {"control", "fresh"}
    assert [(each.key, each.weight, each.phase) for each in live.variants] == [
        ("control", 1, 2), ("price", 0, 1), ("fresh", 1, 2),
    ]  # fmt: skip
    assert live.phase_of("price") == 1


@pytest.mark.parametrize("phase", [1, 2])
def test_a_page_whose_phase_was_changed_afterwards_is_not_shown(
    experiment: Experiment, team: Team, phase: int
):
    phases.open_phase(experiment, team.approver, {"control": 1, "price": 3}, WHY)
    assert find_public("larder") is not None

    with writing():
        experiment.phases[phase - 1].weights = {"control": 9, "price": 1}

    assert find_public("larder") is None


def test_a_new_variant_whose_words_were_changed_afterwards_is_not_shown(
    experiment: Experiment, fresh: Variant, team: Team
):
    phases.open_phase(experiment, team.approver, {"control": 1, "fresh": 1}, WHY)
    with writing():
        fresh.overrides = {"headline": "Not what was read"}

    assert find_public("larder") is None


def test_a_variant_that_waits_is_shown_to_nobody_but_in_a_preview(
    experiment: Experiment, fresh: Variant
):
    preview = find_for_preview(experiment.id)

    assert [each.key for each in shown().variants] == ["control", "price"]
    assert preview is not None
    assert [each.phase for each in preview.variants] == [1, 1, 0]
    assert [stages.unopened(experiment), len(stages.tested(experiment))] == [[fresh], 2]


def test_who_wrote_a_variant_does_not_open_its_phase(
    experiment: Experiment, fresh: Variant, team: Team
):
    with writing():
        fresh.writer_id = team.approver.id

    with pytest.raises(NotYours, match="opens the phase"):
        phases.open_phase(experiment, team.approver, {"control": 1, "fresh": 1}, WHY)
    phases.open_phase(experiment, team.approver, {"control": 2, "price": 1}, WHY)
    assert phases.open_phase(experiment, team.owner, {"fresh": 1}, WHY).number == 3


def test_words_changed_after_they_were_read_open_no_phase(
    experiment: Experiment, fresh: Variant, team: Team
):
    read = phases.words_digest(experiment)
    phases.rewrite_variant(fresh, team.editor, name="Fresh", overrides={"headline": "Unread"})

    with pytest.raises(Invalid, match="changed after"):
        phases.open_phase(experiment, team.approver, {"fresh": 1}, WHY, read)


@pytest.mark.parametrize(
    ("weights", "why", "words"),
    [
        ({"control": 1, "price": 1}, WHY, "weights of now"),
        ({"control": 0}, WHY, "must be shown something"),
        ({"control": -1}, WHY, "1 to 1,000"),
        ({"control": 1_001}, WHY, "1 to 1,000"),
        ({"control": 2, "nobody": 1}, WHY, "no such variant"),
        ({"control": 2}, "Because", "in a sentence"),
    ],
)
def test_what_is_no_phase_says_so(
    experiment: Experiment, team: Team, weights: dict[str, int], why: str, words: str
):
    with pytest.raises(Invalid, match=words):
        phases.open_phase(experiment, team.approver, weights, why)

    assert len(experiment.phases) == 1


def test_two_clicks_are_one_new_variant(experiment: Experiment, fresh: Variant, team: Team):
    words = {"headline": "Fresh words"}
    again = phases.write_variant(experiment, team.owner, name="Fresh", overrides=words)

    assert again is fresh
    assert len(experiment.variants) == 3


def test_a_test_has_six_variants_over_all_its_phases(experiment: Experiment, team: Team):
    for n in range(4):
        words = {"headline": f"Words {n}"}
        phases.write_variant(experiment, team.editor, name=f"V{n}", overrides=words)

    with pytest.raises(Invalid, match="six variants at most"):
        phases.write_variant(experiment, team.editor, name="V7", overrides={"headline": "Seven"})


@pytest.mark.parametrize(
    ("words", "said"),
    [({"headline": "Price"}, "the same page as “Price”"), ({"cta_label": "Buy now"}, "for money")],
)
def test_a_page_that_is_the_same_or_asks_for_money_opens_no_phase(
    experiment: Experiment, team: Team, words: dict[str, str], said: str
):
    variant = phases.write_variant(experiment, team.editor, name="Later", overrides=words)

    with pytest.raises(Invalid, match=said):
        phases.open_phase(experiment, team.approver, {variant.key: 1}, WHY)


def test_an_unchanged_page_is_no_new_variant(experiment: Experiment, team: Team):
    with pytest.raises(Invalid, match="an unchanged page"):
        phases.write_variant(experiment, team.editor, name="Later", overrides={"headline": " "})


def test_only_a_variant_that_waits_can_be_taken_away(
    experiment: Experiment, fresh: Variant, team: Team
):
    with pytest.raises(Refused, match="shown to visitors"):
        phases.drop_variant(experiment.variants[1])

    phases.drop_variant(fresh)

    assert [variant.key for variant in experiment.variants] == ["control", "price"]


def test_a_test_that_is_over_has_no_new_phase(experiment: Experiment, team: Team):
    life.end(experiment, team.approver)

    with pytest.raises(phases.NotRunning):
        phases.open_phase(experiment, team.approver, {"control": 1}, WHY)
