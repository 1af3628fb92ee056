"""Who leaves stays as a count without a name; who objects isn't counted any more."""

import pytest
from flask import Flask

from tests.audience.larder import (
    PHONE,
    Larder,
    Visitor,
    sightings,
    signups,
    start_page,
    token_in,
    visits,
    words_in,
)
from tests.audience.recording import Database, Page
from tests.factories import log_in
from wbtest.audience.models import HourlyCount, Objection
from wbtest.audience.recording import rollup
from wbtest.audience.recording.counting_rules import VisitRow
from wbtest.audience.recording.events import Seen
from wbtest.audience.recording.recorder import Recorder
from wbtest.audience.recording.rollup import differences
from wbtest.audience.views import MOST_OBJECTIONS
from wbtest.delivery.worker import run_due_jobs
from wbtest.extensions import db, runtime

COLUMNS = ("served", "seen", "converted", "signups")


@pytest.mark.parametrize("conversion", ["signup", "confirmed"])
def test_leaving_changes_no_figure(database: Database, conversion: str) -> None:
    page = Page(database, conversion=conversion)
    page.see("v", 3)
    for email, visitor, minute in (("ada@x.io", "v", 5), ("bea@x.io", "v", 5), ("cem@x.io", "", 2)):
        page.sign_up(email, visitor, minute)
        page.confirm(email, 60 * minute)
    before = page.cells()

    assert page.erase("ada@x.io")
    assert page.erase("cem@x.io")

    assert page.totals()["converted"] == 1
    assert page.cells() == before
    assert page.differences() == []


def test_who_left_stays_a_count_when_the_roll_up_is_rebuilt(page: Page) -> None:
    page.see("v", 3)
    page.sign_up("ada@x.io", "v", 5)
    page.erase("ada@x.io")
    before = page.cells()

    with page.database.writing() as session:
        rollup.rebuild(session)

    assert page.totals()["converted"] == 1
    assert page.cells() == before


def test_who_left_and_comes_back_converts_once(page: Page) -> None:
    page.see("v", 3)
    page.sign_up("ada@x.io", "v", 5)
    page.erase("ada@x.io")

    assert page.sign_up("ada@x.io", "v", 9) == "new"
    assert page.totals()["converted"] == 1
    assert page.totals()["signups"] == 2
    assert page.erase("ada@x.io")
    assert page.differences() == []


def counted() -> list[int]:
    """What the roll-up counts, by column."""
    sums = [db.func.coalesce(db.func.sum(getattr(HourlyCount, each)), 0) for each in COLUMNS]
    counts = db.select(*sums).where(HourlyCount.excluded_because == "")
    return list(db.session.execute(counts).one())


def objections() -> list[Objection]:
    """The objections that are still remembered."""
    db.session.rollback()
    return list(db.session.scalars(db.select(Objection)))


def test_reading_about_it_changes_nothing(app, mia):
    mia.get()

    answer = mia.get("/p/larder/object")

    assert "Don’t count my visits" in words_in(answer)
    assert len(visits(app)) == 1


def test_what_is_known_of_who_objects_is_forgotten(app, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=1)
    mia.sign_up(page, "mia@x.io")

    answer = mia.post("/p/larder/object", {})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/p/larder/object")
    assert visits(app) == sightings(app) == []
    assert [(each.visitor, each.excluded_because) for each in signups(app)] == [("", "opted_out")]
    assert counted() == [0, 0, 0, 0]
    assert differences(db.session.connection(), 1) == []


def test_nothing_is_recorded_from_then_on(app, mia):
    mia.get()
    mia.post("/p/larder/object", {})

    page = mia.get()
    mia.see(page)

    assert visits(app) == sightings(app) == []
    assert "We no longer count your visits." in words_in(mia.get("/p/larder/object"))


def test_the_page_stays_as_it_was(app, larder):
    for _ in range(6):
        mia = Visitor(app)
        before = mia.get()
        mia.post("/p/larder/object", {})

        after = mia.get()
        assert after.data == before.data
        assert "Set-Cookie" not in after.headers


def test_the_cookie_of_who_objects_names_nobody(mia):
    mia.get()
    number = mia.browser.get_cookie("wb-p1").value.partition(":")[0]

    mia.post("/p/larder/object", {})

    assert mia.browser.get_cookie("wb-p1") is None
    cookie = mia.browser.get_cookie("wb-ignore-p1")
    assert cookie.value in ("control", "photo")
    assert number not in cookie.value
    assert cookie.http_only


def test_an_address_left_afterwards_is_written_to_and_not_counted(app, mia):
    page = mia.get()
    mia.post("/p/larder/object", {})

    mia.sign_up(page, "mia@x.io")

    assert [(each.visitor, each.excluded_because) for each in signups(app)] == [("", "opted_out")]


def test_a_visit_that_another_process_still_held_is_forgotten_too(app, mia, now):
    mia.get()
    other = Recorder(db.engine, runtime(app).lock, now)
    [visit] = visits(app)
    who = {name: getattr(visit, name) for name in VisitRow._fields if name != "mark"}
    mia.post("/p/larder/object", {})
    other.put(Seen(**who, user_agent=PHONE))
    other.close()
    assert len(sightings(app)) == 1

    now.turn(minutes=1)
    run_due_jobs()

    assert visits(app) == sightings(app) == objections() == []
    assert counted() == [0, 0, 0, 0]
    assert differences(db.session.connection(), 1) == []


def test_the_number_of_who_objects_is_kept_for_a_minute_only(app, mia, now):
    mia.get()
    mia.post("/p/larder/object", {})
    mia.post("/p/larder/object", {})
    now.turn(seconds=59)
    run_due_jobs()
    assert len(objections()) == 1

    now.turn(minutes=1)
    run_due_jobs()

    assert objections() == []


def test_an_objection_holds_for_one_page(app, mia):
    start_page(slug="kiln")
    mia.get()
    mia.post("/p/larder/object", {})

    mia.get("/p/kiln")

    assert [visit.experiment_id for visit in visits(app)] == [2]


def test_another_site_cannot_object_for_somebody(app, mia):
    mia.get()

    answer = mia.post("/p/larder/object", {}, **{"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403
    assert len(visits(app)) == 1


def test_somebody_unknown_can_object_beforehand(app, larder):
    mia = Visitor(app)

    assert mia.post("/p/larder/object", {}).status_code == 303
    mia.get()
    assert visits(app) == []


def test_a_visit_of_the_team_is_kept_apart(app: Flask, larder: Larder, mia: Visitor):
    log_in(mia.browser, larder.editor)
    for _ in range(100):
        mia.get()

    assert [visit.excluded_because for visit in visits(app)] == ["team"]
    assert counted() == [0, 0, 0, 0]


def test_a_browser_that_the_team_marked_as_its_own_stays_so_after_the_log_out(app, larder, mia):
    start_page(slug="kiln")
    log_in(mia.browser, larder.editor)
    mia.post("/p/larder/object", {})
    mia.browser.delete_cookie("wb-session")

    mia.get()
    mia.get("/p/kiln")

    assert [visit.excluded_because for visit in visits(app)] == ["team", "team"]


def test_somebody_of_the_team_is_offered_to_mark_the_browser_once(mia, larder):
    log_in(mia.browser, larder.editor)
    assert "<button" in mia.get("/p/larder/object").text

    mia.post("/p/larder/object", {})

    assert "<button" not in mia.get("/p/larder/object").text


def test_somebody_whose_log_in_is_over_is_a_visitor_like_any_other(app, mia):
    mia.browser.set_cookie("wb-session", "old")

    mia.get()

    assert [visit.excluded_because for visit in visits(app)] == [""]


def test_a_network_that_objects_too_often_is_asked_to_wait(app, mia, larder):
    answers = [Visitor(app).post("/p/larder/object", {}) for _ in range(MOST_OBJECTIONS)]
    mia.get()

    refused = mia.post("/p/larder/object", {})

    assert {answer.status_code for answer in answers} == {303}
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert "Wait 60 minutes, then try again." in words_in(refused)
    assert objections() == []
    assert len(visits(app)) == 1


def test_an_address_of_who_objects_by_a_signal_is_counted_before_anything_is_forgotten(
    app, mia, monkeypatch
):
    monkeypatch.setattr("wbtest.audience.signups.MOST_SIGN_UPS", 1)
    page = mia.get()
    Visitor(app).sign_up(page, "ada@x.io")
    fields = {"token": token_in(page), "email": "mia@x.io", "website": ""}

    refused = mia.post("/p/larder/signup", fields, **{"Sec-GPC": "1"})

    assert refused.status_code == 429
    assert objections() == []
    assert len(visits(app)) == 1
