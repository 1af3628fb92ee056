"""Before the demo makes anything it has a port, and its folder to itself."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Instance
from wbtest.cli import demo


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program has."""
    with socket.create_server((demo.HOST, 0)) as server:
        yield server.getsockname()[1]


def test_where_the_usual_port_is_taken_the_next_free_one_is_said_aloud(
    taken: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "PORTS", range(taken, taken + 10))

    port = demo.free_port(None)

    assert port > taken
    said = capsys.readouterr().out
    assert said == f"Port {taken} is taken, so the demo is on port {port}.\n"


def test_a_port_that_was_asked_for_and_is_taken_is_refused_before_anything_is_made(
    taken: int, tmp_path: Path
) -> None:
    said = Instance({"WBTEST_INSTANCE": str(tmp_path)}).run("demo", f"--port={taken}")

    assert said.exit_code == 2
    assert f"Cannot listen on {demo.HOST}, port {taken}" in said.output
    assert not (tmp_path / "demo").exists()


def test_a_second_demo_in_the_same_folder_leaves_the_first_alone(tmp_path: Path) -> None:
    half_made = tmp_path / "demo" / "wbtest.db"
    half_made.parent.mkdir()
    half_made.touch()

    with demo.alone_in(half_made.parent):
        said = Instance({"WBTEST_INSTANCE": str(tmp_path)}).run("demo")

    assert said.exit_code == 2
    assert f"The demo in {half_made.parent} is already running." in said.output
    assert half_made.exists()
