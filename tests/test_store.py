"""The one way to write: all or nothing, one at a time, on a database that keeps its word."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from tests.conftest import HandClock
from tests.factories import make_person, make_settings
from wbtest import database, store
from wbtest.extensions import clock, db
from wbtest.store import writing
from wbtest.team.models import LoginSession, TeamSettings


class Broken(Exception):
    """What goes wrong in the middle."""


def names() -> list[str]:
    return list(db.session.scalars(db.select(TeamSettings.name).order_by(TeamSettings.id)))


def settings_of(name: str, now: HandClock) -> TeamSettings:
    return TeamSettings(name=name, controller="…", contact_email="a@b.c", created_at=now())


def write_and_break(now: HandClock) -> None:
    with writing() as session:
        session.add(settings_of("Larder", now))
        raise Broken


def test_a_block_that_ends_well_is_kept(app: Flask, now: HandClock) -> None:
    with writing() as session:
        session.add(settings_of("Larder", now))
    db.session.rollback()

    assert names() == ["Larder"]


def test_a_block_that_breaks_leaves_nothing(app: Flask, now: HandClock) -> None:
    with pytest.raises(Broken):
        write_and_break(now)

    assert names() == []


def test_a_verb_called_by_a_verb_joins_its_transaction(app: Flask, now: HandClock) -> None:
    def outer() -> None:
        with writing():
            make_settings("inner")
            raise Broken

    with pytest.raises(Broken):
        outer()

    assert names() == []


def test_after_a_break_the_next_block_works(app: Flask, now: HandClock) -> None:
    with pytest.raises(Broken):
        write_and_break(now)
    with writing() as session:
        session.add(settings_of("Larder", now))

    assert names() == ["Larder"]


def together(app: Flask, act: Callable[[], None], count: int = 8) -> list[Exception]:
    """Run ``act`` in that many threads at once and return what they raised."""
    start = threading.Barrier(count)
    raised: list[Exception] = []

    def run() -> None:
        with app.app_context():
            start.wait()
            try:
                act()
            except Exception as error:
                raised.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_no_read_then_write_is_lost_or_refused(app: Flask, now: HandClock) -> None:
    key = make_settings("0").id

    def count_ten() -> None:
        for _ in range(10):
            with writing() as session:
                row = session.get_one(TeamSettings, key, with_for_update=True)
                row.name = str(int(row.name) + 1)

    assert together(app, count_ten) == []
    db.session.rollback()
    assert names() == ["80"]


def test_a_row_that_is_held_keeps_what_was_not_yet_flushed(app: Flask) -> None:
    found = make_settings("before")

    with writing():
        found.name = "after"
        store.hold(found)

    assert names() == ["after"]


def test_a_row_that_is_gone_cannot_be_held(app: Flask) -> None:
    found = make_settings("Larder")
    with db.engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.delete(TeamSettings))

    with pytest.raises(store.Gone, match="deleted this meanwhile") as refused, writing():
        store.hold(found)

    assert refused.value.status == 404


def test_a_reader_is_not_held_up_by_a_writer(app: Flask, now: HandClock) -> None:
    make_settings("before")
    seen: list[str] = []

    def read() -> None:
        with app.app_context():
            seen.extend(names())

    with writing() as session:
        session.add(settings_of("after", now))
        session.flush()
        reader = threading.Thread(target=read)
        reader.start()
        reader.join(timeout=60)

    assert seen == ["before"]


def test_groups_of_events_exclude_each_other(app: Flask, now: HandClock) -> None:
    lock, inside, most = store.lock(), [0], [0]
    counter = threading.Lock()

    def write() -> None:
        for _ in range(5):
            with store.writing_group(db.engine, lock) as connection:
                with counter:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                connection.execute(sa.select(1))
                with counter:
                    inside[0] -= 1

    assert together(app, write) == []
    assert most == [1]


def test_a_group_that_breaks_leaves_nothing(app: Flask, now: HandClock) -> None:
    row = {"name": "x", "controller": "…", "contact_email": "a@b.c", "created_at": now()}

    def write() -> None:
        with store.writing_group(db.engine, store.lock()) as connection:
            connection.execute(sa.insert(TeamSettings), [row])
            raise Broken

    with pytest.raises(Broken):
        write()

    assert names() == []


def test_references_are_enforced(app: Flask, now: HandClock) -> None:
    orphan = LoginSession(
        token_hash="x", person_id=99, created_at=now(), expires_at=now() + timedelta(days=1)
    )

    with pytest.raises(IntegrityError), writing() as session:
        session.add(orphan)


def test_an_insert_may_find_its_row_there_already(app: Flask, now: HandClock) -> None:
    ada = make_person("ada@example.com", "owner")
    row = {"token_hash": "x", "person_id": ada.id, "created_at": now(), "expires_at": now()}
    insert = store.insert(db.engine.dialect.name, LoginSession).on_conflict_do_nothing()

    for _ in range(2):
        with store.writing_group(db.engine, store.lock()) as connection:
            connection.execute(insert, row)
    db.session.rollback()

    assert db.session.scalars(db.select(LoginSession.token_hash)).all() == ["x"]


def test_what_is_read_of_one_moment_does_not_change_under_ones_eyes(app: Flask) -> None:
    make_settings("Larder")
    count = db.select(db.func.count()).select_from(TeamSettings)
    values = {"name": "Kiln", "controller": "", "contact_email": "", "created_at": clock.now()}
    database.read_one_moment()
    before = db.session.scalar(count)

    with store.writing_group(db.engine, store.lock()) as connection:
        connection.execute(sa.insert(TeamSettings), values)

    assert (before, db.session.scalar(count)) == (1, 1)
    db.session.rollback()
    assert db.session.scalar(count) == 2


def test_a_view_of_one_moment_reads_who_asks_at_the_same_moment(app: Flask) -> None:
    make_settings("Larder")
    count = db.select(db.func.count()).select_from(TeamSettings)
    values = {"name": "Kiln", "controller": "", "contact_email": "", "created_at": clock.now()}

    @database.of_one_moment
    def view() -> tuple[int | None, int | None]:
        before = db.session.scalar(count)
        with store.writing_group(db.engine, store.lock()) as connection:
            connection.execute(sa.insert(TeamSettings), values)
        return before, db.session.scalar(count)

    assert view() == (1, 1)
    assert view()[0] == 2


def test_times_come_back_aware_and_in_utc(app: Flask) -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    made = make_settings()
    with writing():
        made.created_at = datetime(2027, 3, 1, 5, 45, tzinfo=kathmandu)
    db.session.expire_all()

    assert made.created_at == datetime(2027, 3, 1, tzinfo=UTC)
    assert made.created_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(app: Flask) -> None:
    made = make_settings()

    with pytest.raises(sa.exc.StatementError, match="without a zone"), writing():
        made.created_at = datetime(2027, 3, 1)  # noqa: DTZ001 - what is refused


def test_a_database_that_keeps_its_word_passes(app: Flask) -> None:
    store.check_rules(db.engine)
