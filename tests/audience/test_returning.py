"""Who was shown an earlier test of an idea does not count in a newer one."""

import sqlalchemy as sa

from tests.audience.larder import (
    Visitor,
    sightings,
    signups,
    start_next,
    start_page,
    visits,
    words_in,
)
from tests.factories import make_checked
from wbtest.audience.models import HourlyCount
from wbtest.audience.recording.rollup import differences
from wbtest.audience.retention import purge
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.experiments import remove_variant
from wbtest.publishing.page_options import Options
from wbtest.publishing.page_settings import change_options
from wbtest.publishing.whole_drafts import clone_experiment


def start_cookieless(larder):
    """End the test, and start another at the same address that sets no cookie."""
    lifecycle.end(larder.experiment, larder.approver)
    draft = clone_experiment(larder.experiment, larder.editor)
    remove_variant(draft.variants[1])
    change_options(draft, larder.editor, Options(counting="cookieless"))
    return lifecycle.start(make_checked(draft, larder.approver), larder.approver)


def reasons(app, experiment_id=2):
    """Why the visits of a test do not count."""
    return [row.excluded_because for row in visits(app) if row.experiment_id == experiment_id]


def test_a_visitor_of_an_older_test_is_left_out_on_both_sides_of_the_rate(app, larder, mia, now):
    mia.get()
    second = start_next(larder)

    page = mia.get()
    mia.see(page)
    now.turn(minutes=2)
    mia.sign_up(page, "mia@x.io")

    [seen], [signup] = sightings(app), signups(app)
    assert reasons(app) == ["returning"]
    assert (seen.experiment_id, seen.excluded_because) == (second.id, "returning")
    assert (signup.experiment_id, signup.excluded_because) == (second.id, "returning")
    counted = sa.select(HourlyCount).where(HourlyCount.excluded_because == "")
    assert [row.experiment_id for row in db.session.scalars(counted)] == [1]
    assert differences(db.session.connection()) == []


def test_somebody_new_counts(app, larder, mia):
    mia.get()
    start_next(larder)

    Visitor(app).get()
    Visitor(app).get(Cookie="theme=dark; wb-p7=x")

    assert reasons(app) == ["", ""]


def test_who_returned_stays_left_out_when_the_older_cookie_is_gone(app, larder, mia):
    mia.get()
    start_next(larder)
    mia.get()
    mia.browser.delete_cookie("wb-p1")

    mia.see(mia.get())

    assert reasons(app) == ["returning"]
    assert [row.excluded_because for row in sightings(app)] == ["returning"]


def test_a_third_test_knows_the_visitors_of_both_before(app, larder, mia):
    mia.get()
    second = start_next(larder)
    zoe = Visitor(app)
    zoe.get()
    lifecycle.end(second, larder.approver)
    start_next(larder)

    mia.get()
    zoe.get()

    assert reasons(app, 3) == ["returning", "returning"]


def test_nobody_is_left_out_by_a_cookie_that_we_did_not_sign(app, larder, mia):
    mia.get()
    start_next(larder)

    mia.browser.set_cookie("wb-p1", "7" * 32 + ":control:0::phone::" + "0" * 32)
    mia.get()

    assert reasons(app) == [""]


def test_once_the_older_key_is_destroyed_its_cookie_s_name_is_enough(app, larder, mia):
    mia.get()
    start_next(larder)
    purge(larder.experiment)

    mia.get()

    assert reasons(app) == ["returning"]


def test_a_test_without_cookies_looks_for_none(app, larder, mia):
    mia.get()
    start_cookieless(larder)

    mia.get()

    assert reasons(app) == [""]


def test_a_test_without_cookies_leaves_nothing_to_know_its_visitors_by(app):
    larder = start_page(options=Options(counting="cookieless"))
    mia = Visitor(app)
    mia.get()
    lifecycle.end(larder.experiment, larder.approver)
    draft = clone_experiment(larder.experiment, larder.editor)
    change_options(draft, larder.editor, Options())
    lifecycle.start(make_checked(draft, larder.approver), larder.approver)

    mia.get()

    assert reasons(app) == [""]


def test_a_visitor_of_another_idea_counts(app, larder, mia):
    mia.get()
    start_page(slug="kiln")

    mia.get("/p/kiln")

    assert reasons(app) == [""]


def test_somebody_of_the_team_is_of_the_team(app, larder, mia):
    mia.get()
    start_next(larder)
    mia.browser.set_cookie("wb-ignore", "1")

    mia.get()

    assert reasons(app) == ["team"]


def test_who_returns_while_the_test_rests_is_returning(app, larder, mia):
    mia.get()
    second = start_next(larder)
    page = mia.get()
    lifecycle.pause(second, larder.approver)

    mia.see(page)

    assert [row.excluded_because for row in sightings(app)] == ["returning"]


def test_the_privacy_page_says_what_the_cookie_is_for_after_the_test(app, larder):
    words = words_in(Visitor(app).get("/p/larder/privacy"))

    assert "up to 13 months, so it can outlast the test" in words
    assert "not to count your visits" in words
