"""Servers on free ports of loopback: granian with any app, and nginx; children of this process."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.service.errors import NotPossible
from tests.service.instance import ROOT
from tests.service.ports import free_port
from wbtest.cli.serve import THREADS

START_SECONDS, END_SECONDS = 30.0, 40.0


class Program:
    """A process that listens on ``port``, and what ends it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.port = port

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell_to_end(self) -> None:
        """SIGTERM, as a deploy sends it, and wait for nothing."""
        self._process.terminate()

    def end(self) -> None:
        """End it in order, and wait until it is gone."""
        self._process.terminate()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # A worker that was told to end while it started never hears of it.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)


@contextmanager
def granian(
    target: str,
    environ: Mapping[str, str],
    *,
    port: int = 0,
    workers: int = 1,
    python: str = sys.executable,
    prefix: Sequence[str] = (),
    is_factory: bool = False,
) -> Iterator[Program]:
    """Serve ``target`` while the block runs, in the way in which ``wbtest serve`` does.

    One that ``is_factory`` is called for the app.
    """
    port = port or free_port()
    command = [*prefix, python, "-m", "granian", target, "--interface", "wsgi", "--http", "1"]
    command += ["--no-ws", f"--workers={workers}", f"--blocking-threads={THREADS}"]
    command += [f"--port={port}", "--log-level", "error"]
    command += ["--factory"] if is_factory else []
    with _running(command, port, ROOT, dict(environ)) as server:
        yield server


@contextmanager
def nginx(folder: Path, files: Mapping[str, tuple[bytes, Mapping[str, str]]]) -> Iterator[Program]:
    """Let nginx serve these bodies with these headers, by path, from ``folder``.

    Raises NotPossible where it is not installed.
    """
    program = need("nginx", "nginx-light", also=Path("/usr/sbin/nginx"))
    port = free_port()
    folder.mkdir()
    # As root it would serve as an account that may not read our folders.
    places = [] if os.geteuid() else ["user root;"]
    places += ["daemon off;", "worker_processes 1;", f"pid {folder}/pid;", "error_log stderr;"]
    places += ["events { worker_connections 1024; }", "http {", "access_log off; etag off;"]
    places += ["keepalive_requests 1000000;", f"server {{ listen 127.0.0.1:{port};"]
    for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
        places.insert(-1, f"{name}_temp_path {folder}/{name};")
    for number, (path, (body, headers)) in enumerate(files.items()):
        file = folder / str(number)
        file.write_bytes(body)
        kind = headers.get("Content-Type", "text/html")
        added = [
            f"add_header {name} {quoted(text)};"
            for name, text in headers.items()
            if name not in ("Content-Type", "Content-Length")
        ]
        places.append(
            f"location = {path} {{ alias {file}; types {{}} default_type {quoted(kind)}; "
            f"{' '.join(added)} }}"
        )
    # Beacons and all else: taken, and forgotten.
    places += ["location / { return 204; }", "} }"]
    settings = folder / "nginx.conf"
    settings.write_text("\n".join(places))
    command = [program, "-e", "stderr", "-c", str(settings), "-p", str(folder)]
    with _running(command, port, folder) as server:
        yield server


def need(program: str, package: str, also: Path | None = None) -> str:
    """Return where a program is. Raises NotPossible, with how to install it."""
    found = shutil.which(program) or (str(also) if also and also.exists() else None)
    if found is None:
        raise NotPossible(f"apt install {package}")
    return found


def quoted(text: str) -> str:
    """A text as nginx reads it.

    >>> print(quoted('a "b"'))
    "a \\"b\\""
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@contextmanager
def _running(
    command: Sequence[str], port: int, folder: Path, environ: Mapping[str, str] | None = None
) -> Iterator[Program]:
    """Run it in ``folder``, with our own environment if no other is given."""
    process = subprocess.Popen(command, cwd=folder, env=environ, start_new_session=True)
    server = Program(process, port)
    try:
        _wait_for(server, process)
        yield server
    finally:
        server.end()


def _wait_for(server: Program, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("a server did not start; its reason stands above")
