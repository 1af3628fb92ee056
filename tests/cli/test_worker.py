"""The app that is made once for all processes, and a worker that falls while no process is left."""

import errno
import os
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat
from pathlib import Path

import pytest

from tests.cli.conftest import Instance, eventually
from wbtest.cli import worker
from wbtest.cli.worker import Background, SharedApp
from wbtest.extensions import runtime, utc_now

NONE_LEFT = OSError(errno.EAGAIN, "Resource temporarily unavailable")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.0)


def refusing(times: int) -> Iterator[OSError | None]:
    """What a system says that can make no process so many times."""
    yield from repeat(NONE_LEFT, times)
    while True:
        yield None


def test_a_worker_that_falls_is_replaced_even_if_that_takes_several_tries(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lives = tmp_path / "lives"
    lives.touch()
    with Background(partial(_live_once, lives)) as background:
        background.watch()
        monkeypatch.setattr(os, "fork", partial(_fork, os.fork, refusing(3)))

        assert eventually(lambda: lives.stat().st_size >= 3)


def test_a_worker_that_cannot_be_replaced_holds_up_no_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lives = tmp_path / "lives"
    lives.touch()
    with Background(partial(_live_once, lives)) as background:
        background.watch()
        monkeypatch.setattr(os, "fork", partial(_fork, os.fork, refusing(10**9)))
        assert eventually(lambda: lives.stat().st_size >= 1)


def test_a_process_that_is_no_fork_makes_the_app_for_itself(empty: Instance) -> None:
    settings = empty.settings
    shared = SharedApp(settings, utc_now)

    found: SharedApp = pickle.loads(pickle.dumps(shared))

    assert found.app is not shared.app
    assert runtime(found.app).settings == settings


def test_its_addresses_are_in_order_before_it_is_forked(empty: Instance) -> None:
    app = SharedApp(empty.settings, utc_now).app

    assert not app.url_map._remap


def _fork(fork: Callable[[], int], said: Iterator[OSError | None]) -> int:
    if error := next(said):
        raise error
    return fork()


def _live_once(lives: Path) -> None:
    with lives.open("ab") as file:
        file.write(b".")
