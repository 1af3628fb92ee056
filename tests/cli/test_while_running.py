"""The other commands beside an instance that is being served."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.cli.conftest import Instance, Served, eventually, serving

HEAD = "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n"
# The test client and most programs would write these otherwise before they are sent.
OUTWARD = (
    *("/static/../wbtest/config.py", "/static/..%2f..%2fwbtest/config.py", "/static/%2e%2e/app.py"),
    *(
        "/static//etc/passwd",
        "/static/..\\..\\app.py",
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
    ),
    *("/.git/HEAD", "/.git/config", "/.env", "/instance/wbtest.db", "/wbtest.db", "/app.py"),
    *("/console", "/metrics", "/debug", "/server-status", "/static/js/sheet.js.map", "/secret-key"),
    *("/static/css/..%2fjs%2fsheet.js", "/static/.", "/static/", "/pyproject.toml", "/backups/"),
)


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
    assert f"Choose another: --port {int(port or 0) + 1}" in second.stderr


def test_an_address_of_another_machine_is_told_from_a_port_that_is_taken(tmp_path: Path) -> None:
    done = Instance({"WBTEST_INSTANCE": str(tmp_path)}).run("serve", "--host=192.0.2.1")

    assert done.exit_code == 2
    assert "Name an address of this machine with --host" in done.output


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

    with urlopen(f"{served.url}/login", timeout=60) as answer:
        told = answer.headers.get("Server", "") + answer.headers.get("X-Powered-By", "")

    assert not any(sign.isdigit() for sign in told)


def asked(served: Served, path: str, host: str = "", more: str = "") -> tuple[str, str]:
    """The head and the body of what a request is answered that no program of good manners sends."""
    place = urlsplit(served.url)
    with socket.create_connection((place.hostname, place.port), 10) as line:
        text = HEAD.format(path=path, host=host or place.netloc, more=more)
        line.sendall(text.encode("latin-1"))
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = answer.decode("utf-8", "replace").partition("\r\n\r\n")
    return head, body


def test_nothing_but_pages_is_given_out_over_the_wire(running: tuple[Instance, Served]) -> None:
    _, served = running

    given = {path: asked(served, path) for path in OUTWARD}

    # Two slashes are one: 308 leads to the path with one, which is not there.
    statuses = {path: head.split()[1] for path, (head, _) in given.items()}
    assert {
        path for path, status in statuses.items() if status not in ("400", "404", "308")
    } == set()
    for head, body in given.values():
        assert not re.search(r"root:|\[core\]|Traceback|/work|site-packages|Python/", head + body)


@pytest.mark.parametrize(
    ("host", "more"),
    [
        ("evil.example", ""),
        ("", "Host: evil.example\r\n"),
        ("evil.example", "Host: 127.0.0.1\r\n"),
        ("127.0.0.1@evil.example", ""),
        ("127.0.0.1:80@evil.example", ""),
        ("127.0.0.1.evil.example", ""),
        ("127.0.0.1/evil.example", ""),
        ("127.0.0.1, evil.example", ""),
        (" ", ""),
    ],
)
def test_no_host_but_ours_is_answered_nor_told_on(
    running: tuple[Instance, Served], host: str, more: str
) -> None:
    _, served = running

    head, body = asked(served, "/settings", host, more)

    assert "evil.example" not in head + body
    assert head.split()[1] in ("303", "400", "421")


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL"])
def test_a_header_of_a_proxy_names_no_other_host(
    running: tuple[Instance, Served], header: str
) -> None:
    _, served = running
    told = "host=evil.example" if header == "Forwarded" else "evil.example"

    head, body = asked(served, "/settings", more=f"{header}: {told}\r\n")

    assert "evil.example" not in head + body
    assert "location: /login?next=/settings" in head.lower()


def test_an_address_with_another_host_in_the_first_line_leads_nowhere(
    running: tuple[Instance, Served],
) -> None:
    _, served = running

    for path in (
        "http://evil.example/settings",
        "//evil.example/settings",
        "/%09/evil.example",
        "/\\evil",
    ):
        head, _ = asked(served, path)
        assert head.split()[1] in ("303", "308", "400", "404", "421"), path
        assert "location: http://evil" not in head.lower()
        assert "location: //" not in head.lower()


def test_who_looks_is_answered_without_what_they_send_along(
    running: tuple[Instance, Served],
) -> None:
    _, served = running
    form = "Content-Type: application/x-www-form-urlencoded\r\n"

    # The body never comes: a server that reads it waits until the connection breaks.
    head, _ = asked(served, "/settings", more=f"{form}Content-Length: 9\r\n")

    assert "location: /login?next=/settings" in head.lower()
