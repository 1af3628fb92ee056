"""Pictures that nothing shows go after a week, and none that anything names."""

from datetime import timedelta

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_checked, make_experiment
from tests.publishing.test_images import picture
from wbtest.extensions import db
from wbtest.publishing.experiments import change_variant, remove_experiment
from wbtest.publishing.looks.changing import change_look
from wbtest.publishing.looks.images import add_image, picture_of
from wbtest.publishing.looks.look import PLAIN, Look
from wbtest.publishing.looks.unused import EVERY, KEPT, delete_unused
from wbtest.publishing.models import Experiment, Image, ImageFile
from wbtest.publishing.running import life
from wbtest.store import Invalid, writing
from wbtest.writing.models import Revision


@pytest.fixture
def name(team: Team) -> str:
    """A picture that was sent, by its name."""
    return picture_of(add_image(team.editor, picture(size=(60, 40)))).name


@pytest.fixture
def draft(revision: Revision, team: Team) -> Experiment:
    return make_experiment(revision, team.editor, variants=("Photo",))


def left_after(now: HandClock, days: float) -> int:
    """How many pictures are left when the worker has done its work on each of these days."""
    end = now() + timedelta(days=days)
    while now() < end:
        now.turn(days=1)
        delete_unused(now())
    return db.session.scalar(db.select(db.func.count()).select_from(Image)) or 0


def show_in_variant(draft: Experiment, team: Team, **words: str) -> None:
    change_variant(draft.variants[1], team.editor, name="Photo", weight=1, overrides=words)


def test_a_picture_that_nothing_shows_is_kept_for_a_week(name: str, now: HandClock):
    assert left_after(now, days=KEPT / EVERY) == 1
    assert left_after(now, days=1) == 0
    assert db.session.scalars(db.select(ImageFile)).all() == []


@pytest.mark.parametrize("part", ["logo", "hero"])
def test_a_picture_of_a_look_stays(
    part: str, name: str, draft: Experiment, team: Team, now: HandClock
):
    change_look(draft, team.editor, Look(**{part: name}, hero_alt="A fridge"))

    assert left_after(now, days=20) == 1


def test_a_picture_of_a_variant_stays(name: str, draft: Experiment, team: Team, now: HandClock):
    show_in_variant(draft, team, hero=name, hero_alt="A fridge")

    assert left_after(now, days=20) == 1


def test_a_picture_that_a_look_lets_go_is_kept_for_a_week_from_then(
    name: str, draft: Experiment, team: Team, now: HandClock
):
    change_look(draft, team.editor, Look(logo=name))
    left_after(now, days=20)
    change_look(draft, team.editor, PLAIN)

    assert left_after(now, days=KEPT / EVERY) == 1
    assert left_after(now, days=2) == 0


def test_the_picture_of_a_deleted_draft_goes(
    name: str, draft: Experiment, team: Team, now: HandClock
):
    change_look(draft, team.editor, Look(logo=name))
    remove_experiment(draft)

    assert left_after(now, days=9) == 0


def test_a_picture_that_a_sealed_text_alone_names_stays(
    name: str, draft: Experiment, team: Team, now: HandClock
):
    show_in_variant(draft, team, hero=name, hero_alt="A fridge")
    life.start(make_checked(draft, team.editor), team.approver)
    with writing():
        draft.variants[1].overrides = {"headline": "Changed behind its seal"}

    assert left_after(now, days=20) == 1


def test_a_picture_that_is_gone_is_not_chosen(
    name: str, draft: Experiment, team: Team, now: HandClock
):
    left_after(now, days=9)

    with pytest.raises(Invalid, match="from the list"):
        change_look(draft, team.editor, Look(logo=name))
    with pytest.raises(Invalid, match="from the list"):
        show_in_variant(draft, team, hero=name, hero_alt="A fridge")
