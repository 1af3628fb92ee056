"""A store that fails, hangs or refuses: what is refused then, what is tried again, what is lost."""

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from tests.audience.recording import Page
from tests.cli.conftest import eventually
from wbtest.audience.recording import recorder as recording
from wbtest.audience.recording.events import Served
from wbtest.audience.recording.recorder import StoreFailed
from wbtest.store import Gone

NOWHERE = sa.create_engine("sqlite:////nowhere/at/all.db")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "PAUSES", (0.0, 0.0))


def test_while_the_store_fails_a_sign_up_is_refused_with_the_next_step(page: Page) -> None:
    page.recorder._writer._engine = NOWHERE

    with pytest.raises(StoreFailed, match="Your text is still here") as it:
        page.sign_up("ada@x.io")

    assert it.value.status == 503


def test_while_a_group_hangs_sign_ups_are_refused_and_visits_queued(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ends = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        begun.set()
        ends.wait(60)

    monkeypatch.setattr(recording, "HANG_SECONDS", 0.0)
    monkeypatch.setattr(page.recorder._writer, "_write", hang)
    page.serve("v")
    assert begun.wait(60)

    with pytest.raises(StoreFailed):
        page.recorder.check()
    is_taken = page.recorder.put(Served(**page.arrival("w", 1, {})))
    ends.set()

    assert is_taken


def test_after_the_write_of_another_failed_sign_ups_are_refused_for_a_moment(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.recorder.note_failure()
    with pytest.raises(StoreFailed):
        page.sign_up("ada@x.io")
    monkeypatch.setattr(recording, "REFUSAL_SECONDS", 0.0)
    page.recorder.note_failure()

    assert page.sign_up("ada@x.io") == "new"


def test_while_the_store_fails_visits_are_counted_as_lost_and_then_not_taken(page: Page) -> None:
    page.recorder._writer._engine = NOWHERE
    page.serve("v")
    page.recorder.flush()

    assert page.recorder.lost == 1
    assert not page.recorder.put(Served(**page.arrival("w", 0, {})))


def test_a_store_that_recovers_is_used_again(page: Page) -> None:
    page.recorder._writer._engine = NOWHERE
    page.serve("v")
    page.recorder.flush()
    page.recorder._writer._engine = page.database.engine

    assert page.sign_up("ada@x.io") == "new"
    # A sign-up is told before its group is done with.
    page.recorder.flush()
    assert page.recorder.put(Served(**page.arrival("w", 0, {})))
    assert page.totals()["served"] == 1


def test_after_a_rest_visits_are_taken_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "REST_SECONDS", 0.0)
    page.recorder._writer._engine = NOWHERE
    page.serve("v")
    page.recorder.flush()
    page.recorder._writer._engine = page.database.engine

    assert eventually(lambda: page.recorder.put(Served(**page.arrival("w", 0, {}))), 5)
    assert page.totals() == {"served": 1}


@pytest.mark.postgresql
def test_a_database_that_takes_no_writes_is_left_alone_as_one_that_is_away(page: Page) -> None:
    """One that has become a replica refuses each group whole: to halve it would ask in vain."""
    only_reads = {"options": "-c default_transaction_read_only=on"}
    replica = sa.create_engine(page.database.engine.url, connect_args=only_reads)
    page.recorder._writer._engine = replica
    page.serve("v")
    page.recorder.flush()

    assert page.recorder.lost == 1
    assert not page.recorder.is_storing
    assert not page.recorder.put(Served(**page.arrival("w", 0, {})))
    replica.dispose()


def test_a_group_that_is_empty_by_its_turn_does_not_end_the_rest(page: Page) -> None:
    page.recorder._writer._engine = NOWHERE
    page.serve("v")
    page.recorder.flush()

    page.recorder._writer.store([])

    assert not page.recorder.put(Served(**page.arrival("w", 0, {})))


def test_what_was_lost_is_noted_with_the_next_group_that_is_stored(page: Page) -> None:
    page.recorder._writer._engine = NOWHERE
    page.see("v", 0)
    page.see("w", 1)
    page.recorder.flush()
    page.recorder._writer._engine = page.database.engine

    page.sign_up("ada@x.io")
    page.sign_up("bea@x.io")

    assert page.machines() == {("lost", "could not be stored"): 2}
    assert page.recorder.lost == 2
    assert page.differences() == []


def test_what_was_lost_stands_in_nobodys_way(page: Page) -> None:
    page.serve("v", experiment_id=99_999)
    page.serve("w", at_us=10**30)
    page.recorder.flush()

    page.serve("x")
    page.serve("y")

    assert page.machines() == {}
    assert page.totals()["served"] >= 1
    page.serve("z")
    assert page.totals()["served"] >= 2


def test_losses_of_one_group_after_the_other_are_all_noted(page: Page) -> None:
    for visitor in ("v", "w"):
        page.serve(visitor, source=None)
        page.recorder.flush()
    page.serve("x")

    assert page.totals() == {"served": 1}
    assert page.machines() == {("lost", "could not be stored"): 2}


def test_a_group_is_tried_again(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = page.database.engine
    page.recorder._writer._engine = NOWHERE
    monkeypatch.setattr(
        recording.time, "sleep", lambda _: setattr(page.recorder._writer, "_engine", engine)
    )

    assert page.sign_up("ada@x.io") == "new"


def test_what_went_with_a_group_is_tried_again_with_it(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, late = (Served(**page.arrival(name, 0, {})) for name in ("first", "late"))
    waiting = [late]
    with monkeypatch.context() as broken:
        broken.setattr(recording, "record_events", _fail)
        broken.setattr(recording.time, "sleep", lambda _: broken.undo())
        page.recorder._writer.store([first], lambda: [waiting.pop()] if waiting else [])

    assert page.totals() == {"served": 2}


def _fail(*_: object) -> None:
    raise OSError("the disk is full")


def test_one_event_that_cannot_be_stored_takes_no_other_with_it(page: Page) -> None:
    for number in range(9):
        page.serve(f"v{number}", experiment_id=99_999 if number == 4 else page.id)

    assert page.totals() == {"served": 8}
    assert page.recorder.lost == 1


def test_a_damaged_page_of_the_database_takes_only_what_touches_it(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = recording.record_events

    def touch(connection: sa.Connection, events: list[Any], *rest: Any) -> Any:
        if any(event.visitor == "v4" for event in events):
            raise DatabaseError("INSERT", None, Exception("database disk image is malformed"))
        return record(connection, events, *rest)

    monkeypatch.setattr(recording, "record_events", touch)
    for number in range(9):
        page.serve(f"v{number}")

    assert page.totals() == {"served": 8}
    assert page.recorder.lost == 1
    assert page.recorder.is_storing


def test_a_sign_up_for_a_page_that_was_deleted_meanwhile_is_refused_for_good(page: Page) -> None:
    with pytest.raises(Gone, match="This page has been deleted"):
        page.sign_up("ada@x.io", experiment_id=99_999)

    assert page.recorder.lost == 0
