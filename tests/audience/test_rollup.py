"""What the roll-up and its totals hold after visits, sign-ups, confirmations and erasures."""

from typing import Any

import pytest
import sqlalchemy as sa

from tests.audience.recording import START, Database, Page
from wbtest.audience.models import (
    DayTotal,
    EngagementCount,
    HourlyCount,
    HourTotal,
    KindTotal,
    Sighting,
    Signup,
    Visit,
)
from wbtest.audience.recording import rollup
from wbtest.audience.recording.events import Did

# In minutes after the start, which is at nine.
MIDNIGHT = 15 * 60


def test_a_returning_visitor_is_counted_once(page: Page) -> None:
    page.serve("v", 0)
    page.see("v", 0.1)
    page.serve("v", 70)
    page.see("v", 70.1)

    assert page.totals() == {"served": 1, "seen": 1}


def test_a_sign_up_after_the_sighting_is_the_conversion(page: Page) -> None:
    page.see("v", 0)
    page.sign_up("ada@x.io", "v", 5)

    assert page.totals() == {"served": 1, "seen": 1, "converted": 1, "arrived": 1, "signups": 1}


def test_signing_up_makes_nobody_seen(page: Page) -> None:
    page.serve("v", 0)
    page.sign_up("ada@x.io", "v", 5)
    page.see("v", 6)

    assert page.totals() == {"served": 1, "signups": 1, "unseen": 1}


def test_a_sign_up_without_a_cookie_is_unseen(page: Page) -> None:
    page.sign_up("ada@x.io", "", 5)
    page.sign_up("bea@x.io", "", 6)

    assert page.totals() == {"signups": 2, "unseen": 2}


def test_a_sign_up_after_the_window_is_unseen(page: Page) -> None:
    page.see("v", 0)
    page.sign_up("ada@x.io", "v", 24 * 60 + 0.1)

    assert page.totals() == {"served": 1, "seen": 1, "signups": 1, "unseen": 1}


def test_a_visitor_converts_once(page: Page) -> None:
    page.see("v", 0)
    page.sign_up("ada@x.io", "v", 5)
    page.sign_up("bea@x.io", "v", 6)

    assert page.totals()["converted"] == 1
    assert page.totals()["signups"] == 2


def test_a_conversion_stands_in_the_hour_of_the_sighting_and_arrives_in_its_own(page: Page) -> None:
    page.see("v", 50)
    page.sign_up("ada@x.io", "v", 70)

    assert page.hours("converted") == {0: 1}
    assert page.hours("arrived") == {1: 1}
    assert page.hours("signups") == {1: 1}


def test_a_sign_up_after_midnight_is_one_conversion_on_the_day_of_the_visit(page: Page) -> None:
    page.see("v", MIDNIGHT - 1 / 6)
    page.sign_up("ada@x.io", "v", MIDNIGHT + 1 / 6)

    assert page.totals() == {"served": 1, "seen": 1, "converted": 1, "arrived": 1, "signups": 1}
    assert page.hours("seen") == page.hours("converted") == {14: 1}
    assert page.hours("signups") == {15: 1}


@pytest.mark.parametrize(("window_days", "converted"), [(8, 1), (7, 0)])
def test_a_visit_on_day_one_and_a_sign_up_on_day_nine_are_one_visitor(
    database: Database, window_days: int, converted: int
) -> None:
    page = Page(database, conversion_window_hours=24 * window_days)
    page.see("v", 0)
    page.sign_up("ada@x.io", "v", 8 * 24 * 60)

    totals = page.totals()
    assert (totals["seen"], totals["signups"]) == (1, 1)
    assert totals.get("converted", 0) == converted


def test_a_conversion_counts_for_the_source_that_was_seen(page: Page) -> None:
    page.see("v", 0, source="x", device="phone")
    page.sign_up("ada@x.io", "v", 5, source="direct", device="desktop")

    counted = {(row.source, row.device): (row.arrived, row.signups) for row in page.cells()}
    assert counted == {("x", "phone"): (1, 0), ("direct", "desktop"): (0, 1)}


def test_an_address_that_is_known_changes_nothing(page: Page) -> None:
    page.see("v", 0)
    page.sign_up("ada@x.io", "v", 5)
    page.see("w", 0)

    assert page.sign_up("ada@x.io", "w", 9) == "known"
    assert page.totals()["signups"] == 1
    assert page.totals()["converted"] == 1


def test_seeing_a_page_proves_that_it_was_served(page: Page) -> None:
    page.see("v", 0)

    assert page.totals() == {"served": 1, "seen": 1}


@pytest.mark.parametrize("reason", ["team", "paused"])
def test_who_does_not_count_stands_under_the_reason(page: Page, reason: str) -> None:
    page.see("v", 0, excluded_because=reason)
    page.sign_up("ada@x.io", "v", 5, excluded_because=reason)

    assert page.totals() == {}
    assert page.totals(reason) == {
        "served": 1, "seen": 1, "converted": 1, "arrived": 1, "signups": 1,
    }  # fmt: skip


def test_a_visit_that_does_not_count_hides_none_that_does(page: Page) -> None:
    page.serve("v", 0, excluded_because="team")
    page.serve("v", 1)

    assert page.totals() == {"served": 1}
    assert page.totals("team") == {"served": 1}


def test_an_address_that_counts_takes_the_place_of_one_that_does_not(page: Page) -> None:
    page.sign_up("ada@x.io", "m", 0, excluded_because="suspected")
    page.see("v", 1)

    assert page.sign_up("ada@x.io", "v", 2) == "new"
    assert page.totals("suspected") == {"served": 1}
    assert page.totals()["converted"] == 1


def test_what_happened_first_counts_although_it_is_stored_last(page: Page) -> None:
    other = page.database.open_recorder()
    page.see("v", 70, source="late")
    page.sign_up("ada@x.io", "v", 65)
    page.recorder.flush()
    assert page.totals() == {"served": 1, "signups": 1, "unseen": 1}

    page.recorder = other
    page.see("v", 1, source="early")

    assert page.totals() == {"served": 1, "seen": 1, "converted": 1, "arrived": 1, "signups": 1}
    assert page.hours("seen") == {0: 1}
    assert [row.source for row in page.cells() if row.seen] == ["early"]


def test_a_sign_up_that_happened_first_takes_the_sighting_out(page: Page) -> None:
    page.see("v", 5)
    page.sign_up("ada@x.io", "v", 6)
    page.sign_up("bea@x.io", "v", 4)

    assert page.totals() == {"served": 1, "signups": 2, "unseen": 2}
    assert page.differences() == []


def test_one_address_by_two_visitors_belongs_to_the_first(page: Page) -> None:
    page.see("v", 0)
    page.see("w", 0, variant="b")
    page.sign_up("ada@x.io", "w", 9, variant="b")
    page.sign_up("ada@x.io", "v", 8)

    assert {row.variant: row.converted for row in page.cells()} == {"a": 1, "b": 0}


def test_a_confirmation_is_counted_once_at_the_hour_of_the_sign_up(page: Page) -> None:
    page.sign_up("ada@x.io", "", 5)

    assert page.confirm("ada@x.io", 130) == "confirmed"
    assert page.confirm("ada@x.io", 190) == "already"
    assert page.confirm("nobody@x.io", 190) == "unknown"
    assert page.hours("confirmed") == {0: 1}


def test_where_only_a_confirmation_converts_it_does_within_the_window(database: Database) -> None:
    page = Page(database, conversion="confirmed", conversion_window_hours=2)
    for visitor, minute in (("v", 119), ("w", 121)):
        page.see(visitor, 0)
        page.sign_up(f"{visitor}@x.io", visitor, 5)
        page.confirm(f"{visitor}@x.io", minute)

    assert page.totals()["converted"] == 1
    assert page.hours("converted") == {0: 1}
    assert page.hours("arrived") == {1: 1}
    assert page.totals()["confirmed"] == 2


def test_nothing_is_confirmed_without_a_token(page: Page) -> None:
    page.sign_up("ada@x.io", "", 5, token_hash="")

    with page.database.writing() as session:
        assert rollup.confirm(session, "", 0) == "unknown"
        assert not rollup.erase(session, "", START)


def test_who_objects_leaves_an_address_that_counts_nowhere(page: Page) -> None:
    page.see("v", 0)
    page.see("v", 1, excluded_because="team")
    page.sign_up("ada@x.io", "v", 5)
    page.see("w", 0)
    page.recorder.flush()

    page.forget("v")

    assert page.totals() == {"served": 1, "seen": 1}
    assert page.totals("opted_out") == {"signups": 1, "unseen": 1}
    assert page.totals("team") == {}
    assert page.differences() == []


def test_each_wrong_figure_and_mark_is_named(page: Page) -> None:
    page.see("v", 0)
    page.sign_up("ada@x.io", "v", 5)
    with page.database.writing() as session:
        session.execute(sa.update(HourlyCount).values(seen=7))
        session.execute(sa.update(Sighting).values(is_counted=False))
        session.execute(sa.update(Signup).values(is_converted=False))

    where = f"experiment {page.id}, a, {START:%Y-%m-%d %H:%M} UTC, newsletter, phone"
    assert page.differences() == [
        f"{where}: seen is 7, the events say 1",
        f"experiment {page.id}, visitor v: is_counted is wrong",
        f"experiment {page.id}, a sign-up: is_converted is wrong",
    ]


def test_a_roll_up_that_was_lost_is_rebuilt(page: Page) -> None:
    page.see("v", 0)
    page.sign_up("ada@x.io", "v", 5)
    before = page.cells()
    with page.database.writing() as session:
        session.execute(sa.delete(HourlyCount))
        session.execute(sa.update(Signup).values(is_converted=False))

    with page.database.writing() as session:
        rollup.rebuild(session)

    assert page.cells() == before
    assert page.differences() == []


def test_a_page_without_visitors_is_rebuilt_to_nothing(page: Page) -> None:
    with page.database.writing() as session:
        rollup.rebuild(session, page.id)

    assert page.cells() == []


def test_differences_of_all_pages_are_found(page: Page) -> None:
    page.serve("v", 0)
    page.recorder.flush()
    with page.database.writing() as session:
        session.execute(sa.delete(Visit))

    with page.database.engine.connect() as connection:
        assert len(rollup.differences(connection)) == 1


def test_what_is_written_meanwhile_makes_no_difference(page: Page) -> None:
    for number in range(400):
        page.see(f"v{number}", number)
        page.recorder._hurry.set()

    with page.database.engine.connect() as connection:
        looks = [rollup.differences(connection, page.id) for _ in range(10)]

    assert looks == [[]] * 10
    assert page.totals()["seen"] == 400


def rows(page: Page, model: type[Any]) -> list[Any]:
    page.recorder.flush()
    return sorted(page.database.read(sa.select(model.__table__)))


def fill(page: Page) -> None:
    """Two people who count, somebody of the team and a machine."""
    page.see("mia", 0)
    page.sign_up("mia@x.io", "mia", 5)
    page.see("leo", 90, source="x.com")
    page.serve("ada", 4, excluded_because="team")
    page.serve("bot", 3, user_agent="curl/8")


@pytest.mark.parametrize("model", [HourTotal, DayTotal, KindTotal])
def test_a_total_that_is_wrong_is_named_and_fixed(page: Page, model: type[Any]) -> None:
    fill(page)
    right = rows(page, model)
    with page.database.writing() as session:
        session.execute(sa.update(model).values(served=7))

    assert {line.split()[0] for line in page.differences()} == {model.__tablename__}
    with page.database.writing() as session:
        rollup.rebuild(session)
    assert (rows(page, model), page.differences()) == (right, [])


def test_hours_and_days_hold_what_the_rule_counts_and_kinds_hold_everything(
    database: Database,
) -> None:
    page = Page(database, sources=["newsletter"])
    fill(page)

    for model in (HourTotal, DayTotal):
        assert [(row.seen, row.converted) for row in rows(page, model)] == [(1, 1)]
    kinds = [(row.source, row.excluded_because, row.served) for row in rows(page, KindTotal)]
    assert kinds == [("newsletter", "", 1), ("newsletter", "team", 1), ("x.com", "", 1)]


def test_what_was_read_by_those_who_signed_up_follows_them(page: Page) -> None:
    def read() -> list[tuple[int, int]]:
        return [(row[-2], row[-1]) for row in rows(page, EngagementCount)]

    for visitor in ("mia", "leo"):
        page.see(visitor)
        page.recorder.put(Did(**page.arrival(visitor, 1, {}), acts=(("faq", "0"),)))
    assert read() == [(2, 0)]

    page.sign_up("mia@x.io", "mia", 5)
    assert read() == [(2, 1)]

    page.recorder.put(Did(**page.arrival("mia", 6, {}), acts=(("faq", "1"),)))
    assert read() == [(2, 1), (1, 1)]

    page.forget("mia")
    assert read() == [(1, 0)]
    assert page.differences() == []
