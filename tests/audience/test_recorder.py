"""The recorder's queue and thread: what is stored when, and what is waited for."""

import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.audience.recording import Database, Page, serve_until_told_to_end
from tests.cli.conftest import eventually
from wbtest.audience.models import Signup, Visit
from wbtest.audience.recording import ledger
from wbtest.audience.recording import recorder as recording
from wbtest.audience.recording.counting_rules import CountingRules
from wbtest.audience.recording.events import Served
from wbtest.audience.recording.ledger import lock_event_writes
from wbtest.audience.recording.recorder import QueueFull, Recorder, StoreFailed
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import runtime
from wbtest.store import WriteLock


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "PAUSES", (0.0, 0.0))


def count(database: Database, table: type[Visit] | type[Signup] | type[OutboxMail]) -> int:
    found: int = database.read(sa.select(sa.func.count()).select_from(table))[0][0]
    return found


def test_a_sign_up_is_stored_before_it_is_acknowledged(page: Page) -> None:
    assert page.sign_up("ada@x.io") == "new"

    assert count(page.database, Signup) == 1


def test_one_address_by_many_at_once_is_one_sign_up_and_one_mail(page: Page) -> None:
    event = page.signed_up("ada@x.io", "", 1, subject="Hello", body="Confirm")

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: page.recorder.sign_up(event), range(1_000)))

    assert sorted(outcomes) == ["known"] * 999 + ["new"]
    assert count(page.database, Signup) == 1
    assert count(page.database, OutboxMail) == 1


def test_more_than_a_group_is_stored_in_several(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "FULL_GROUP", 100)
    monkeypatch.setattr(recording, "LARGEST_GROUP", 300)
    for number in range(1_001):
        page.serve(f"v{number}")

    assert page.totals() == {"served": 1_001}


def test_closing_stores_what_is_queued(page: Page) -> None:
    for number in range(500):
        page.serve(f"v{number}")

    page.recorder.close()

    assert count(page.database, Visit) == 500


def test_a_closed_recorder_starts_again(page: Page) -> None:
    page.recorder.close()
    page.serve("v")
    page.recorder.close()
    page.serve("w")

    assert page.totals() == {"served": 2}


def test_flushing_what_never_began_does_nothing(database: Database) -> None:
    database.open_recorder().flush()


def test_recorders_of_several_processes_share_one_database(page: Page) -> None:
    others = [page.database.open_recorder() for _ in range(3)]
    for number in range(300):
        others[number % 3].put(Served(**page.arrival(f"v{number // 2}", number, {})))
    for other in others:
        other.flush()

    assert page.totals() == {"served": 150}
    assert page.differences() == []


def test_what_people_typed_is_not_logged(
    page: Page, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that the database refuses the row itself, and says so with its values.
    monkeypatch.setattr(ledger, "load_rules", lambda *_: CountingRules("UTC", "signup", 1))
    with pytest.raises(StoreFailed):
        page.sign_up("ada@x.io", experiment_id=99_999)

    assert "1 events could not be stored" in caplog.text
    assert "ada@x.io" not in caplog.text


def test_a_sign_up_that_waited_too_long_is_refused_and_not_stored_later(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "SIGN_UP_SECONDS", 0.05)
    with page.database.writing() as session:
        lock_event_writes(session.connection())
        with pytest.raises(StoreFailed):
            sign_up_elsewhere(page)
    page.recorder.flush()

    assert count(page.database, Signup) == 0


def sign_up_elsewhere(page: Page) -> None:
    """Sign up while this thread holds the lock, as another request would."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(page.sign_up, "ada@x.io").result()


def test_what_comes_while_others_write_goes_with_the_group_that_waits(page: Page) -> None:
    recorder = page.recorder
    commits: list[sa.Connection] = []
    with ThreadPoolExecutor(3) as pool:
        with page.database.writing() as session:
            sa.event.listen(page.database.engine, "commit", commits.append)
            lock_event_writes(session.connection())
            first = pool.submit(page.sign_up, "ada@x.io")
            assert eventually(lambda: recorder._writer._begun > 0, 5)
            others = [pool.submit(page.sign_up, email) for email in ("bea@x.io", "cem@x.io")]
            assert eventually(lambda: len(recorder._queue) == 2, 5)
        assert [each.result() for each in (first, *others)] == ["new"] * 3

    # Ours, and that of the one group.
    assert len(commits) == 2


def test_a_full_queue_refuses_after_a_while(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST_QUEUED", 0)
    monkeypatch.setattr(recording, "ROOM_SECONDS", 0.01)

    with pytest.raises(QueueFull, match="Try again in a minute") as it:
        page.serve("v")

    assert it.value.status == 503


def test_a_full_queue_is_waited_for(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST_QUEUED", 5)
    for number in range(50):
        page.serve(f"v{number}")

    assert page.totals() == {"served": 50}
    assert page.recorder.lost == 0


def test_threads_that_begin_at_once_start_one_writer(page: Page) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: page.serve(f"v{number}"), range(8)))

    mine = [thread for thread in threading.enumerate() if thread.name == "recorder"]
    assert page.recorder._thread in mine
    assert page.totals() == {"served": 8}


def test_the_app_has_a_recorder(app: Flask) -> None:
    assert isinstance(runtime(app).recorder, Recorder)


def test_a_worker_that_is_told_to_end_stores_what_is_queued(page: Page) -> None:
    """Workers of the server are children of multiprocessing, which does not run atexit."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    url, lock = where(page.database)
    worker = context.Process(target=serve_until_told_to_end, args=(url, lock, page.id, 500, theirs))
    worker.start()

    ours.recv()
    worker.terminate()
    worker.join()

    assert worker.exitcode == 0
    assert count(page.database, Visit) == 500
    assert page.differences() == []


def test_a_program_that_ends_stores_what_is_queued(page: Page) -> None:
    url, lock = where(page.database)
    call = f"serve({url!r}, {lock!r}, {page.id}, 500)"
    program = f"from tests.audience.recording import serve; {call}"

    subprocess.run([sys.executable, "-c", program], check=True)

    assert count(page.database, Visit) == 500


def where(database: Database) -> tuple[str, str]:
    """Address of the database, and the file of its lock ('' for none), for another process."""
    lock = database.lock
    path = str(lock._path) if isinstance(lock, WriteLock) else ""
    return database.engine.url.render_as_string(hide_password=False), path
