"""A system that has no process left to give, for a while or until the end."""

import errno
import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import repeat
from pathlib import Path

import pytest

from tests.cli.conftest import eventually
from wbtest.cli import background
from wbtest.cli.background import Background

NONE_LEFT = OSError(errno.EAGAIN, "Resource temporarily unavailable")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(background, "PAUSE_SECONDS", 0.0)


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
    with Background(partial(_live_once, lives)):
        monkeypatch.setattr(os, "fork", partial(_fork, os.fork, refusing(3)))

        assert eventually(lambda: lives.stat().st_size >= 3)


def test_a_worker_that_cannot_be_replaced_holds_up_no_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lives = tmp_path / "lives"
    lives.touch()
    with Background(partial(_live_once, lives)):
        monkeypatch.setattr(os, "fork", partial(_fork, os.fork, refusing(10**9)))
        assert eventually(lambda: lives.stat().st_size >= 1)


def _fork(fork: Callable[[], int], said: Iterator[OSError | None]) -> int:
    if error := next(said):
        raise error
    return fork()


def _live_once(lives: Path) -> None:
    with lives.open("ab") as file:
        file.write(b".")
