"""Caddy with our settings before a port of this machine, with certificates of its own making."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.conftest import eventually
from tests.service.ports import free_port
from tests.skips import require

CADDYFILE = Path(__file__).parents[1] / "deploy" / "Caddyfile"


@contextmanager
def running_caddy(folder: Path, behind: int, https: int = 0) -> Iterator[int]:
    """Its port for http, as try.example.com; that for other hosts is ``https``, 0 for any."""
    require("Caddy")
    http, https = free_port(), https or free_port()
    options = f"admin off\n\tlocal_certs\n\tskip_install_trust\n\thttp_port {free_port()}\n"
    text = CADDYFILE.read_text().replace("{\n", f"{{\n\t{options}\thttps_port {https}\n", 1)
    text = text.replace("\ntry.example.com {", f"\nhttp://127.0.0.1:{http} {{")
    (folder / "Caddyfile").write_text(text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}"))
    process = subprocess.Popen(
        ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")],
        env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert eventually(lambda: _listens(http) and _listens(https))
        yield http
    finally:
        process.terminate()
        process.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
