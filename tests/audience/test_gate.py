"""How many visitors of one network count: what the recorder admits and what becomes of the rest."""

import gc
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.audience.larder import Larder, Visitor
from tests.audience.recording import START, START_US, Database, Page
from wbtest.audience.models import CrowdNetwork, Newcomers, Visit
from wbtest.audience.quality_counts import newest_networks
from wbtest.audience.recording import gate, write_batch
from wbtest.audience.recording.events import Served
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db, runtime

pytestmark = pytest.mark.every_database
HOME = "203.0.113.7"
DAY = 24 * 60


def come(page: Page, number: int, minute: float = 0, address: str = HOME, name: str = "v") -> None:
    for index in range(number):
        page.serve(f"{name}{index}", minute, address=address)
        page.see(f"{name}{index}", minute + 1, address=address)
    page.recorder.flush()


def visits(page: Page) -> list[Visit]:
    return page.database.read(
        sa.select(Visit.__table__).where(Visit.experiment_id == page.id).order_by(Visit.at_us)
    )


def test_thirty_of_a_network_count_within_an_hour(page: Page) -> None:
    come(page, 50)

    assert page.totals() == {"served": 30, "seen": 30}
    assert page.totals("crowd") == {"served": 20, "seen": 20}
    assert page.differences() == []


def test_the_hour_rolls_over_midnight(page: Page) -> None:
    midnight = 15 * 60
    come(page, 30, midnight - 10, name="before")
    come(page, 30, midnight + 10, name="after")

    assert page.totals() == {"served": 30, "seen": 30}


def test_a_hundred_of_a_network_count_within_a_day(page: Page) -> None:
    for hour in range(10):
        come(page, 20, 120 * hour, name=f"h{hour}-")

    assert page.totals()["seen"] == 100

    come(page, 20, DAY + 125, name="next")

    assert page.totals()["seen"] == 120


def test_other_networks_are_not_held_to_what_one_did(page: Page) -> None:
    come(page, 50)
    for block in range(40):
        come(page, 2, address=f"198.51.{block}.9", name=f"n{block}-")

    assert page.totals()["seen"] == 110


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "100.64.9.9", "", "nonsense"])
def test_visitors_of_an_unknown_network_all_count(page: Page, address: str) -> None:
    come(page, 150, address=address)

    assert page.totals()["seen"] == 150
    assert {row.mark for row in visits(page)} == {-1}


def test_all_of_a_block_of_ipv6_are_one_network(page: Page) -> None:
    for line in range(50):
        come(page, 1, address=f"2001:db8:7:{line:x}::1", name=f"line{line}-")

    assert page.totals()["seen"] == 30
    assert len({row.mark for row in visits(page)}) == 1


def test_a_mark_differs_from_test_to_test(page: Page) -> None:
    other = Page(page.database)
    for each in (page, other):
        come(each, 1)

    assert visits(page)[0].mark != visits(other)[0].mark


def test_somebody_of_the_crowd_signs_up_like_anybody_and_is_in_no_rate(page: Page) -> None:
    come(page, 31)

    assert page.sign_up("mia@x.io", "v30", 2, subject="Hello", body="Hi") == "new"
    assert page.totals("crowd") == {
        "served": 1,
        "seen": 1,
        "converted": 1,
        "arrived": 1,
        "signups": 1,
    }
    assert page.totals() == {"served": 30, "seen": 30}
    [mail] = page.database.read(sa.select(OutboxMail.__table__))
    assert mail.recipient == "mia@x.io"
    assert page.differences() == []


def test_what_was_decided_stays_from_whatever_network_they_come_later(page: Page) -> None:
    come(page, 31)
    page.serve("v30", 3 * DAY, address="198.51.100.1")
    page.see("v30", 3 * DAY, address="198.51.100.1")
    page.serve("new", 5, address="198.51.100.1")
    page.see("new", 6, address=HOME)

    assert page.totals() == {"served": 31, "seen": 31}
    assert page.totals("crowd") == {"served": 1, "seen": 1}


def test_a_visitor_who_leaves_no_visit_is_asked_at_the_beacon(page: Page) -> None:
    for index in range(40):
        page.see(f"v{index}", address=HOME)

    assert page.totals() == {"served": 30, "seen": 30}


def test_those_left_out_for_another_reason_take_nobodys_place(page: Page) -> None:
    for index in range(40):
        page.serve(f"t{index}", address=HOME, excluded_because="team")
    come(page, 30, 1)

    assert page.totals() == {"served": 30, "seen": 30}


def test_machines_take_nobodys_place(page: Page) -> None:
    for index in range(40):
        page.serve(f"m{index}", address=HOME, user_agent="curl/8.14.1")
    come(page, 30, 1)

    assert page.totals() == {"served": 30, "seen": 30}


def test_of_one_network_two_hundred_rows_of_the_crowd_are_kept_and_the_rest_is_counted(
    page: Page,
) -> None:
    for start in range(0, 600, 50):
        come(page, 50, start / 50, name=f"s{start}-")

    assert len(visits(page)) == 30 + 200
    assert page.totals("crowd") == {"served": 200, "seen": 200}
    # A page load and a beacon of each.
    assert page.machines() == {("crowd", "beyond what is stored"): 2 * (600 - 230)}
    assert page.differences() == []


def test_a_visitor_without_a_row_is_not_counted_when_they_come_back(page: Page) -> None:
    """Only those come back who did not sign up: to count them would count noes alone."""
    for start in range(0, 300, 50):
        come(page, 50, start / 50, name=f"s{start}-")
    before = page.totals()
    first_came = f"{START_US // 1000:012x}{7:020x}"
    page.see(first_came, 2 * DAY, address=HOME)
    page.sign_up("mia@x.io", first_came, 2 * DAY + 1)

    assert page.totals() == before
    assert page.totals("crowd")["signups"] == 1


def test_a_visitor_without_a_row_counts_later_where_nobody_was_dropped(page: Page) -> None:
    """As somebody whose page was fetched ahead and is looked at an hour later."""
    first_came = f"{START_US // 1000:012x}{7:020x}"
    page.see(first_came, 60, address=HOME)

    assert page.totals() == {"served": 1, "seen": 1}


def test_of_a_test_two_thousand_rows_of_the_crowd_are_kept(page: Page) -> None:
    for block in range(12):
        for index in range(240):
            page.serve(f"b{block}-{index}", address=f"198.51.{block}.9")
    page.recorder.flush()

    assert page.totals() == {"served": 12 * 30}
    assert page.totals("crowd") == {"served": 2_000}


def test_two_processes_together_admit_as_many_as_one(page: Page) -> None:
    second = Page(page.database, experiment_id=page.id)
    for index in range(30):
        for name, each in (("a", page), ("b", second)):
            each.serve(f"{name}{index}", index / 10, address=HOME)
            each.recorder.flush()

    assert page.totals()["served"] == 30


def test_a_process_that_starts_later_knows_who_came_before(page: Page) -> None:
    come(page, 29)
    come(Page(page.database, experiment_id=page.id), 5, 2, name="later")

    assert page.totals()["served"] == 30


def test_a_group_that_is_written_again_admits_nobody_twice(page: Page) -> None:
    keeper = gate.NetworkGate()
    events = [Served(**page.arrival(f"v{index}", 0, {"address": HOME})) for index in range(40)]
    for is_last in (False, True):
        with page.database.lock, page.database.engine.connect() as connection:
            write_batch.record_events(connection, events, {}, START, "example.com", gate=keeper)
            if is_last:
                connection.commit()
            else:
                connection.rollback()

    assert page.totals()["served"] == 30


def test_the_first_form_of_an_admitted_visitor_is_never_refused_for_their_network(
    page: Page,
) -> None:
    come(page, 30)
    limit = {"counted_as": ("the network",), "most_counted": 3}
    for index in range(3):
        page.sign_up(f"x{index}@x.io", "", 2, **limit)

    assert page.sign_up("mia@x.io", "v4", 3, **limit) == "new"
    with pytest.raises(Exception, match="a lot of sign-ups"):
        page.sign_up("again@x.io", "v4", 4, **limit)
    with pytest.raises(Exception, match="a lot of sign-ups"):
        page.sign_up("other@x.io", "", 4, **limit)


def announced(people: int = 60, networks: int = 1) -> dict[str, Any]:
    values = {
        "name": "Meetup",
        "from": "2027-03-01T10:00:00+00:00",
        "until": "2027-03-01T13:00:00+00:00",
    }
    return {"crowds": [{**values, "people": people, "networks": networks}]}


def test_an_announced_crowd_counts_up_to_its_people(database: Database) -> None:
    page = Page(database, **announced(people=60))
    come(page, 100, 70)

    assert page.totals()["seen"] == 60
    assert crowd_networks(page) == [(0, 60)]


def test_an_announced_crowd_counts_in_its_time_only(database: Database) -> None:
    page = Page(database, **announced())
    come(page, 40, 0, name="early")
    come(page, 40, 5 * 60, name="late")

    assert page.totals()["seen"] == 60
    assert crowd_networks(page) == []


def test_only_the_first_networks_that_are_full_are_an_announced_crowds(database: Database) -> None:
    page = Page(database, **announced(people=90, networks=2))
    for block in range(4):
        come(page, 50, 70 + block, address=f"198.51.{block}.9", name=f"n{block}-")

    assert page.totals()["seen"] == 50 + 40 + 30 + 30
    assert [number for _, number in crowd_networks(page)] == [40, 50]


def test_no_more_people_of_an_announced_crowd_count_than_were_announced(
    database: Database,
) -> None:
    """Also where their network would have room again in the next hour."""
    page = Page(database, **announced(people=40))
    come(page, 50, 65, name="first")
    come(page, 50, 65 + 90, name="later")

    assert page.totals()["seen"] == 40
    assert crowd_networks(page) == [(0, 40)]


def test_a_small_crowd_is_told_from_the_others_too(database: Database) -> None:
    page = Page(database, **announced(people=25))
    come(page, 30, 65)

    assert page.totals()["seen"] == 25
    assert crowd_networks(page) == [(0, 25)]


def crowd_networks(page: Page) -> list[tuple[int, int]]:
    page.recorder.flush()
    rows = page.database.read(
        sa.select(CrowdNetwork.__table__)
        .where(CrowdNetwork.experiment_id == page.id)
        .order_by(CrowdNetwork.admitted)
    )
    return [(row.crowd, row.admitted) for row in rows]


def test_counts_that_no_window_reaches_are_forgotten(app: Flask, larder: Larder, now) -> None:
    for _ in range(5):
        browser = Visitor(app)
        browser.browser.environ_base["REMOTE_ADDR"] = HOME
        browser.get()
    gate.forget_old_newcomers(now())
    assert marks_in_store() == 5

    gate.forget_old_newcomers(now() + timedelta(hours=26))
    assert marks_in_store() == 0


def marks_in_store() -> int:
    runtime().recorder.flush()
    db.session.rollback()
    return sum(len(group.admitted) // 2 for group in db.session.scalars(sa.select(Newcomers)))


def test_the_newest_visitors_tell_of_how_many_networks_they_came(
    app: Flask, larder: Larder, now
) -> None:
    def come(address: str) -> None:
        visitor = Visitor(app)
        visitor.browser.environ_base["REMOTE_ADDR"] = address
        visitor.get()

    come("198.51.100.1")
    now.turn(days=2)
    for address in (*[HOME] * 40, "10.0.0.1", "10.0.0.2", "198.51.100.1"):
        come(address)
    runtime().recorder.flush()

    [found] = newest_networks(now())
    assert found == ("larder", 43, 2, 41)


# So many that one of the two networks always sends more than count within the hour.
histories = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 40), st.booleans(), st.booleans()),
    min_size=70,
    max_size=90,
)


@pytest.mark.one_database
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories)
def test_who_is_admitted_does_not_depend_on_who_signs_up(database: Database, history) -> None:
    """The same arrivals, once as they sign up and once with everybody's sign-up turned round."""
    admitted = []
    for turns in (False, True):
        page = Page(database)
        for place, (network, minute, is_seen, signs) in enumerate(
            sorted(history, key=lambda h: h[1])
        ):
            address = f"198.51.{network}.1"
            page.serve(f"v{place}", minute, address=address)
            if is_seen:
                page.see(f"v{place}", minute, address=address)
            if signs != turns:
                page.sign_up(f"{place}@x.io", f"v{place}", minute + 1)
        page.recorder.flush()
        admitted.append({(row.visitor, row.excluded_because) for row in visits(page)})

    assert admitted[0] == admitted[1]
    assert "crowd" in {reason for _, reason in admitted[0]}


def test_nothing_holds_an_address_once_its_group_is_written(page: Page) -> None:
    come(page, 40, address=spelled())

    assert holders_of(spelled()) == []


def spelled() -> str:
    """An address put together at run time: as a literal in the code it would always be found."""
    return ".".join(map(str, (192, 0, 2, 201)))


def holders_of(text: str) -> list[object]:
    """Everything that holds this text, also by way of what the collector does not track."""
    found = []
    gc.collect()
    for holder in gc.get_objects():
        for held in gc.get_referents(holder):
            for each in (held, *([] if gc.is_tracked(held) else gc.get_referents(held))):
                # What this very function is doing holds it, too.
                if type(each) is str and text in each and not isinstance(holder, FrameType):
                    found.append(holder)  # noqa: PERF401 - a generator would hold it as well
    return found


def test_an_admitted_visitor_is_told_what_to_fix_whatever_their_network_sent(
    app: Flask, larder: Larder
) -> None:
    """Of one network sixty forms an hour are read, also those that cannot be taken."""

    def from_home() -> Visitor:
        visitor = Visitor(app)
        visitor.browser.environ_base["REMOTE_ADDR"] = HOME
        return visitor

    mia, other = from_home(), from_home()
    page = mia.get()
    for _ in range(60):
        other.sign_up(page, "no address")

    assert other.sign_up(page, "no address").status_code == 429
    assert mia.sign_up(page, "no address").status_code == 422
    assert mia.sign_up(page, "mia@x.io").status_code == 303
