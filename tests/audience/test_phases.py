"""Visitors over a new phase: who was there keeps the page, newcomers fall to the new ones."""

import pytest

from tests.audience.larder import Visitor, sightings, signups, visits
from wbtest.audience.models import HourlyCount
from wbtest.extensions import db
from wbtest.publishing.live import find_for_preview
from wbtest.publishing.previews import preview_token
from wbtest.publishing.running import phases
from wbtest.results.figures import results_of

WHY = "The photo is far ahead."


@pytest.fixture
def control(app, larder):
    """Somebody who was shown the control before the phase changed."""
    for _ in range(40):
        visitor = Visitor(app)
        page = visitor.get()
        if "Dinner from a photo" not in page.text:
            visitor.see(page)
            return visitor
    raise AssertionError("by chance of one in a trillion nobody fell to the control")


def photo_only(larder):
    """Let newcomers see the photo alone."""
    return phases.open_phase(larder.experiment, larder.approver, {"photo": 1}, WHY)


def test_a_returning_visitor_keeps_the_variant_that_nobody_new_is_shown(app, larder, control):
    photo_only(larder)

    assert "Dinner from a photo" not in control.get().text
    assert "Dinner from a photo" in Visitor(app).get().text


def test_what_they_do_then_stands_in_the_phase_in_which_they_came(app, larder, control, now):
    photo_only(larder)
    now.turn(minutes=1)
    page = control.get()

    control.sign_up(page, "ann@x.io")

    [row] = signups(app)
    assert (row.phase, row.variant, row.is_converted) == (1, "control", True)
    assert {each.phase for each in visits(app)} == {1}


def test_a_sign_up_without_the_cookie_stands_where_its_page_was_shown(app, larder, control):
    photo_only(larder)
    page = control.get()

    Visitor(app).sign_up(page, "ann@x.io")

    [row] = signups(app)
    assert (row.phase, row.variant, row.visitor) == (1, "control", "")


@pytest.mark.parametrize("has_cookie", [True, False])
def test_a_form_of_a_variant_stopped_meanwhile_counts_where_it_was_shown(
    app, larder, control, now, has_cookie
):
    page = control.get()
    photo_only(larder)
    now.turn(minutes=1)

    (control if has_cookie else Visitor(app)).sign_up(page, "ann@x.io")

    [row] = signups(app)
    assert (row.phase, row.variant, row.is_converted) == (1, "control", has_cookie)
    columns = (HourlyCount.converted, HourlyCount.unseen)
    counted = db.session.execute(db.select(*map(db.func.sum, columns))).one()
    assert counted == (has_cookie, not has_cookie)


def test_newcomers_are_counted_in_the_new_phase(app, larder, control, now):
    photo_only(larder)
    newcomer = Visitor(app)
    newcomer.see(newcomer.get())

    assert sorted((each.phase, each.variant) for each in sightings(app)) == [
        (1, "control"), (2, "photo"),
    ]  # fmt: skip
    found = results_of(larder.experiment, now())
    first, second = found.phases
    assert [counts.seen for counts in first.counts] == [1, 0]
    assert (second.weights, [counts.seen for counts in second.counts]) == ((0, 1), [0, 1])
    assert found.split.mismatch is False


def test_a_variant_that_waits_is_previewed_by_the_team_alone(app, larder):
    words = {"headline": "Not read yet"}
    phases.write_variant(larder.experiment, larder.editor, name="Later", overrides=words)
    token = preview_token(larder.experiment, "later")

    assert find_for_preview(larder.experiment.id).find_variant("later").phase == 0
    assert Visitor(app).get(f"/p/larder?preview={token}").status_code == 404
