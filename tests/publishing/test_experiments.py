"""Making an experiment and changing it while it is a draft."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from tests.conftest import HandClock
from tests.factories import (
    Team,
    make_checked,
    make_experiment,
    make_revision,
    make_rule,
    make_running,
)
from tests.publishing.filling import Form
from wbtest.extensions import db
from wbtest.publishing import experiments, lifecycle
from wbtest.publishing import rule as rules
from wbtest.publishing.experiment_stages import is_checked
from wbtest.publishing.models import Experiment, Variant
from wbtest.store import Gone, Invalid, writing
from wbtest.team.models import Person
from wbtest.writing.models import Revision


def test_an_experiment_begins_as_a_draft_with_one_variant(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    assert experiment.state == "draft"
    assert [(each.key, each.weight, each.overrides) for each in experiment.variants] == [
        ("control", 1, {})
    ]
    assert rules.from_json(experiment.rule) == make_rule()


def test_the_same_form_sent_twice_makes_one_experiment(revision: Revision, team: Team):
    first = make_experiment(revision, team.editor)
    second = make_experiment(revision, team.editor)

    assert first is second
    assert len(db.session.scalars(select(Experiment)).all()) == 1


def test_an_address_belongs_to_one_idea(revision: Revision, team: Team):
    make_experiment(revision, team.editor)

    with pytest.raises(Invalid) as refused:
        make_experiment(make_revision(team.editor), team.editor)

    assert refused.value.field == "slug"
    assert "taken" in str(refused.value)


def test_all_tests_of_an_idea_have_its_address(revision: Revision, team: Team):
    first = make_experiment(revision, team.editor)
    second = make_experiment(revision, team.approver)

    assert first is not second
    assert first.slug == second.slug == revision.release.slug == "larder"
    with pytest.raises(Invalid, match="already has an address: /p/larder"):
        experiments.create_experiment(
            revision, team.owner, slug="pantry", rule=make_rule(), time_zone="UTC"
        )


def test_once_a_test_has_started_the_address_stays_for_good(revision: Revision, team: Team):
    draft = make_experiment(revision, team.approver)
    lifecycle.end(make_running(revision, team.editor, team.approver), team.approver)

    with pytest.raises(Invalid, match="its address stays /p/larder") as refused:
        experiments.change_rule(draft, slug="pantry", rule=make_rule(), time_zone="UTC")

    assert refused.value.field == "slug"
    experiments.remove_experiment(draft)
    assert revision.release.slug == "larder"


def test_a_moved_address_moves_every_draft_of_the_idea(revision: Revision, team: Team):
    first = make_experiment(revision, team.editor)
    second = make_checked(make_experiment(revision, team.approver), team.editor)

    experiments.change_rule(first, slug="pantry", rule=make_rule(), time_zone="UTC")

    db.session.expire_all()
    assert second.slug == "pantry"
    assert not is_checked(second)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"slug": "Admin"}, "slug"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"ends_on": date(2027, 3, 1)}, "ends_on"),
        ({"ends_on": date(2027, 3, 4)}, "ends_on"),
        ({"ends_on": date(2028, 4, 1)}, "ends_on"),
    ],
)
def test_what_cannot_be_used_is_refused_at_its_field(
    revision: Revision, team: Team, changed: dict[str, Any], field: str
):
    with pytest.raises(Invalid) as refused:
        make_experiment(revision, team.editor, **changed)

    assert refused.value.field == field
    assert db.session.scalars(select(Experiment)).all() == []


def test_today_is_a_day_of_the_experiment_s_time_zone(
    revision: Revision, team: Team, now: HandClock
):
    now.turn(hours=2)  # 11:00 UTC on 1 March; already 2 March in Kiritimati

    with pytest.raises(Invalid):
        make_experiment(
            revision,
            team.editor,
            minimum_days=7,
            ends_on=date(2027, 3, 8),
            time_zone="Pacific/Kiritimati",
        )


def test_the_proposed_address_is_free(revision: Revision, team: Team):
    assert experiments.proposed_slug("Larder") == "larder"
    make_experiment(revision, team.editor, slug="larder")

    assert experiments.proposed_slug("Larder") == "larder-2"


def test_the_rule_of_a_draft_can_be_replaced(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    experiments.change_rule(
        experiment, slug="pantry", rule=make_rule(target=0.1), time_zone="UTC", asks_name=True
    )

    assert (experiment.slug, experiment.rule["target"]) == ("pantry", 0.1)
    assert experiment.asks_name


@pytest.mark.every_database
def test_two_clicks_at_once_are_one_experiment(app: Flask, revision: Revision, team: Team):
    keys = revision.id, team.editor.id
    db.session.rollback()
    wait = Barrier(2)

    def create(_: int) -> int:
        with app.app_context():
            found = db.session.get_one(Revision, keys[0])
            person = db.session.get_one(Person, keys[1])
            wait.wait()
            return make_experiment(found, person).id

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(create, range(2))

    assert first == second


def test_a_draft_may_keep_its_own_address_but_not_take_another_s(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    make_experiment(revision, team.editor, slug="pantry")
    rule = make_rule(target=0.1)
    experiments.change_rule(experiment, slug="larder", rule=rule, time_zone="UTC")

    with pytest.raises(Invalid, match="taken"):
        experiments.change_rule(experiment, slug="pantry", rule=rule, time_zone="UTC")

    assert experiment.slug == "larder"


def test_nothing_of_a_started_experiment_can_be_changed(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, variants=("Price",))
    lifecycle.start(make_checked(experiment, team.editor), team.approver)
    before = experiment.rule, [(each.key, each.weight) for each in experiment.variants]

    with pytest.raises(experiments.Frozen):
        experiments.add_variant(experiment, team.editor, name="Late", weight=1, overrides={})
    with pytest.raises(experiments.Frozen):
        experiments.change_variant(
            experiment.variants[1], team.editor, name="Late", weight=9, overrides={}
        )
    with pytest.raises(experiments.Frozen):
        experiments.remove_variant(experiment.variants[1])
    with pytest.raises(experiments.Frozen, match="you can’t delete it"):
        experiments.remove_experiment(experiment)
    with pytest.raises(experiments.Frozen):
        experiments.change_rule(
            experiment, slug="other", rule=make_rule(target=0.01, floor=0.001), time_zone="UTC"
        )

    assert before == (experiment.rule, [(each.key, each.weight) for each in experiment.variants])


def test_the_time_zone_is_sealed_and_stays(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor, time_zone="Asia/Kathmandu")
    lifecycle.start(make_checked(experiment, team.editor), team.approver)

    with pytest.raises(experiments.Frozen):
        experiments.change_rule(
            experiment, slug="larder", rule=make_rule(), time_zone="Europe/Berlin"
        )

    assert experiment.time_zone == "Asia/Kathmandu"
    assert json.loads(experiment.sealed)["time_zone"] == "Asia/Kathmandu"


def test_a_removed_draft_leaves_its_address_to_others(revision: Revision, team: Team):
    first = make_experiment(revision, team.editor, variants=("Price",))
    second = make_experiment(revision, team.approver)

    experiments.remove_experiment(first)
    assert revision.release.slug == "larder"
    experiments.remove_experiment(second)

    assert db.session.scalars(select(Variant)).all() == []
    assert revision.release.slug is None
    assert make_experiment(make_revision(team.editor), team.editor).slug == "larder"


def test_a_draft_that_somebody_deleted_meanwhile_is_not_changed(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)
    with db.engine.execution_options(writes=True).begin() as connection:
        connection.execute(delete(Variant))
        connection.execute(delete(Experiment))

    with pytest.raises(Gone, match="deleted this meanwhile"):
        experiments.change_rule(experiment, slug="larder", rule=make_rule(), time_zone="UTC")
    with pytest.raises(Gone):
        lifecycle.start(experiment, team.approver)


def test_a_change_does_not_forget_what_its_transaction_did_before(revision: Revision, team: Team):
    experiment = make_experiment(revision, team.editor)

    with writing():
        experiment.asks_name = True
        experiments.add_variant(experiment, team.editor, name="Price", weight=1, overrides={})

    assert experiment.asks_name


pytestmark = pytest.mark.usefixtures("no_token_needed")
SAID = "Somebody else changed this after you opened it."
WORDS = ("Typed by the first", "Typed by the second")
FORMS = [
    ("edit", "who", WORDS),
    ("variants/price", "headline", WORDS),
    ("design", "thanks", WORDS),
    ("design", "accent", ("#0b5c8a", "#7a1f5c")),
    ("options", "question_1", WORDS),
]


class Card(NamedTuple):
    """A form of a draft: the page that shows it, and where it is sent."""

    page: str
    path: str

    @property
    def action(self) -> str:
        return "" if self.path == self.page else self.path

    def opened(self, client: FlaskClient) -> Form:
        return Form(client.get(self.page).text, self.action)

    def send(self, client: FlaskClient, **changes: str) -> TestResponse:
        return client.post(self.path, data=self.opened(client).with_changes(changes))


@pytest.fixture
def cards(revision: Revision, team: Team) -> dict[str, Card]:
    """Each form of a draft."""
    draft = make_experiment(revision, team.editor, slug="draft", variants=("Price",))
    page = f"/experiments/{draft.id}"
    alone = ("variants/price", "design")
    return {
        name: Card(f"{page}/{name}" if name in alone else page, f"{page}/{name}")
        for name, *_ in FORMS
    }


@pytest.mark.parametrize(("name", "field", "typed"), FORMS)
def test_who_saves_second_is_told_and_keeps_what_they_typed(
    owner: FlaskClient, cards: dict[str, Card], name: str, field: str, typed: tuple[str, str]
):
    card, (first, second) = cards[name], typed
    opened = card.opened(owner)
    card.send(owner, **{field: first})
    told = owner.post(card.path, data=opened.with_changes({field: second}))
    between = owner.get(card.page).text
    again = owner.post(card.path, data=Form(told.text, card.action).values)

    assert (told.status_code, SAID in told.text, second in told.text) == (422, True, True)
    assert first in between
    assert again.status_code == 303
    assert second in owner.get(card.page).text


@pytest.mark.parametrize(("name", "field", "typed"), FORMS)
def test_two_clicks_on_save_are_one(
    owner: FlaskClient, cards: dict[str, Card], name: str, field: str, typed: tuple[str, str]
):
    card = cards[name]
    form = card.opened(owner).with_changes({field: typed[0]})

    assert [owner.post(card.path, data=form).status_code for _ in range(2)] == [303, 303]


def test_another_fault_does_not_hide_that_it_changed(owner: FlaskClient, cards: dict[str, Card]):
    card = cards["edit"]
    opened = card.opened(owner)
    card.send(owner, who="Typed by the first")
    faulty = owner.post(card.path, data=opened.with_changes({"who": ""}))

    typed = Form(faulty.text, card.action).with_changes({"who": "Typed by the second"})
    told = owner.post(card.path, data=typed)

    assert (faulty.status_code, told.status_code, SAID in told.text) == (422, 422, True)


RELEASE = re.compile(r'class="name"\s+href="/releases/(\d+)"')
