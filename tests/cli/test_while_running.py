"""The other commands beside an instance that is being served."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.cli.conftest import Instance, Served, eventually, serving


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, Served]]:
    """One instance on SQLite for all tests of this module; none of them ends it."""
    instance = Instance({"WBTEST_INSTANCE": str(tmp_path_factory.mktemp("instance"))})
    with serving(instance) as served:
        yield Instance({**instance.environ, "WBTEST_BASE_URL": served.url}), served


def test_another_server_is_not_started_on_the_same_port(
    running: tuple[Instance, Served],
) -> None:
    instance, served = running
    port = urlsplit(served.url).port

    second = subprocess.run(
        [sys.executable, "-m", "wbtest", "serve", f"--port={port}"],
        env={**os.environ, **instance.environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert second.returncode == 2
    assert f"wbtest: Cannot listen on 127.0.0.1, port {port}" in second.stderr
    assert f"Choose another: wbtest serve --port {int(port or 0) + 1}" in second.stderr


def test_a_running_instance_is_not_restored_over(
    running: tuple[Instance, Served], tmp_path: Path
) -> None:
    instance, _ = running
    copy = tmp_path / "copy.db"
    assert instance.run("backup", str(copy)).exit_code == 0

    restored = instance.run("restore", str(copy))

    assert restored.exit_code == 2
    assert "wbtest is running. Stop it first" in restored.output


def test_doctor_finds_the_address_and_the_worker(running: tuple[Instance, Served]) -> None:
    instance, served = running
    still = "mail, webhooks and backups wait"
    assert eventually(lambda: still not in instance.run("doctor").output)

    said = instance.run("doctor")

    assert f"{served.url} reaches this instance." in said.output
    assert "The background worker is alive." in said.output
    assert said.exit_code == 1
    assert "WBTEST_MAIL_URL is not set" in said.output


def test_it_is_ready_once_the_worker_is_there(running: tuple[Instance, Served]) -> None:
    _, served = running

    assert eventually(lambda: _is_ready(served))


def _is_ready(served: Served) -> bool:
    try:
        return '"ok":true' in served.get("/readyz")
    except OSError:
        return False


def test_no_answer_names_a_version(running: tuple[Instance, Served]) -> None:
    _, served = running

    with urlopen(f"{served.url}/login", timeout=10) as answer:
        told = answer.headers.get("Server", "") + answer.headers.get("X-Powered-By", "")

    assert not any(sign.isdigit() for sign in told)
