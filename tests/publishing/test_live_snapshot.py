"""What the visitor path may show: only what was approved and sealed, whatever the rows say."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_experiment, make_revision, make_running
from tests.publishing.tampering import Tamper, each_tampering, words_changed
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing import rule as rules
from wbtest.publishing.corrections import cut_for
from wbtest.publishing.display import find_preview, preview_token, read_preview
from wbtest.publishing.live_snapshot import (
    LiveExperiment,
    load_live,
    pages_version,
    with_look,
)
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import Look, family_of
from wbtest.publishing.page_strings import display_letters
from wbtest.publishing.typefaces import cut_typeface
from wbtest.store import writing
from wbtest.writing.models import Revision


@pytest.fixture
def running(revision: Revision, team: Team) -> Experiment:
    return make_running(revision, team.editor, team.approver, variants=("Price",))


def find_live() -> LiveExperiment | None:
    """The only page that may be shown, or None."""
    return next((live for live in load_live(db.session) if live.is_shown), None)


def test_a_running_experiment_is_given_as_values(running: Experiment):
    (live,) = load_live(db.session)

    assert (live.slug, live.state) == ("larder", "running")
    assert live.salt == running.assignment_salt
    assert live.weights == (("control", 1), ("price", 1))
    assert live.control.key == "control"
    assert live.identity_key == running.identity_key
    assert live.ends_at == rules.from_json(running.rule).ends_at("UTC")


def test_a_variant_shows_its_own_words(running: Experiment):
    (live,) = load_live(db.session)
    price = live.find_variant("price")

    assert price is not None
    assert price.page.headline == "Price"
    assert live.control.page.headline == running.revision.document["headline"]
    assert live.find_variant("nobody") is None


def test_a_draft_is_not_public(revision: Revision, team: Team):
    make_experiment(revision, team.editor)

    assert load_live(db.session) == ()


@pytest.mark.parametrize("verb", [lifecycle.pause, lifecycle.end])
def test_paused_and_ended_ones_are_known_by_their_state(
    verb: Callable[..., Any], running: Experiment, team: Team
):
    verb(running, team.approver)
    live = find_live()

    assert live is not None
    assert live.state == running.state


def test_the_version_grows_with_a_start(revision: Revision, team: Team):
    assert pages_version(db.session) == 0
    make_running(revision, team.editor, team.approver)

    assert pages_version(db.session) == 1


def test_once_the_key_is_destroyed_nothing_signed_before_is_valid(running: Experiment):
    before = running.identity_key
    with writing():
        running.identity_key = None
    live = find_live()

    assert live is not None
    assert live.identity_key != before
    assert len(live.identity_key) == 32


def test_a_typeface_is_cut_at_the_start_and_kept(running: Experiment):
    (live,) = load_live(db.session)

    assert live.typeface == running.typeface == cut_for(running)
    assert live.typeface.startswith(b"wOF2")


def test_the_typeface_has_the_letters_of_all_variants(running: Experiment):
    (live,) = load_live(db.session)

    letters = display_letters(variant.page for variant in live.variants)
    assert live.typeface == cut_typeface(family_of(live.control.page.look), letters)


def test_a_preview_with_another_look_has_its_typeface(running: Experiment):
    (live,) = load_live(db.session)

    shown = with_look(live, Look(layout="post", palette="dawn"))

    assert {each.page.look for each in shown.variants} == {Look(layout="post", palette="dawn")}
    assert shown.typeface
    assert shown.typeface != live.typeface
    assert with_look(live, Look(layout="plain")).typeface == b""


@each_tampering
def test_rows_changed_by_hand_take_the_page_down(
    tamper: Tamper, cause: str, running: Experiment, caplog: pytest.LogCaptureFixture
):
    assert find_live() is not None
    token = preview_token(running, "control")
    with writing():
        tamper(running)

    with caplog.at_level(logging.CRITICAL):
        assert find_live() is None
        assert find_preview("larder", token) is None


def test_a_page_that_is_taken_down_leaves_the_others_alone(
    running: Experiment, revision: Revision, team: Team
):
    make_running(revision, team.editor, team.approver, slug="other")
    with writing():
        words_changed(running)

    assert [live.slug for live in load_live(db.session) if live.is_shown] == ["other"]


def test_a_preview_shows_a_variant_of_a_draft(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    found = find_preview("larder", preview_token(experiment, "price"))

    assert found is not None
    live, variant = found
    assert (live.state, live.salt, variant.page.headline) == ("draft", "", "Price")


def test_a_preview_shows_nothing_that_nobody_approved(team: Team):
    experiment = make_experiment(make_revision(team.editor), team.editor)

    assert find_preview("larder", preview_token(experiment, "control")) is None


def test_a_preview_is_over_after_two_weeks(running: Experiment, now: HandClock):
    token = preview_token(running, "price")
    now.turn(days=14)
    assert read_preview(token) == (running.id, "price")

    now.turn(seconds=1)

    assert read_preview(token) is None


def test_a_preview_of_one_page_shows_no_other(running: Experiment):
    assert find_preview("other", preview_token(running, "price")) is None
    assert find_preview("larder", "forged") is None
    assert find_preview("larder", preview_token(running, "gone")) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda _: "",
        lambda _: "x",
        lambda token: token[:-1],
        lambda token: token.replace("price", "control"),
        lambda token: "9" + token,
        lambda token: token + "é",
        lambda _: "a.b.c.d.e",
    ],
)
def test_a_token_that_we_did_not_sign_is_nobody_s(forge: Callable[[str], str], running: Experiment):
    assert read_preview(forge(preview_token(running, "price"))) is None
