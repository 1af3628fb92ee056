"""A machine whose network is cut: nothing but the machine itself can be reached."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest


@contextmanager
def cut_off() -> Iterator[list[str]]:
    """Refuse every way out; the list names each host that was tried."""
    asked: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in (
            (socket.socket, "connect"),
            (socket.socket, "connect_ex"),
            (socket, "getaddrinfo"),
        ):
            patch.setattr(owner, name, _only_here(getattr(owner, name), asked))
        yield asked


def _only_here(reach: Any, asked: list[str]) -> Any:
    def reach_if_here(*args: Any, **parts: Any) -> Any:
        target = args[1] if isinstance(args[0], socket.socket) else args[0]
        # A path is that of a socket in the file system.
        host = target[0] if isinstance(target, tuple) else None if args[0] != target else target
        if host is not None and not _is_here(host):
            asked.append(str(host))
            raise OSError(f"the network is cut: {host}")
        return reach(*args, **parts)

    return reach_if_here


def _is_here(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
