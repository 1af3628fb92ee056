"""The one way out by HTTP: calls only what the policy allows, follows nothing, ends in time.

Who types an address could mean a neighbour of this server. So its name is looked up once, every
address it leads to is judged, and the connection goes to that very address: a second look-up could
answer otherwise. No proxy is used, so that none can be made to look it up anew.
"""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from wbtest.delivery.addresses import IpAddress, NotAllowed, Target, is_public, target_of

Resolve = Callable[[str, int], list[str]]


class NotReached(Exception):
    """There was no answer; the text says what happened instead."""


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the machine's resolver knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Policy(NamedTuple):
    """What may be called: which addresses, schemes and ports (none: any), and for how long.

    ``trust`` says whose certificates are believed (default: the machine's). ``seconds`` is for all
    of it, from the look-up to the last byte; of an answer ``most_bytes`` are read.
    """

    is_allowed: Callable[[IpAddress], bool] = is_public
    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] = frozenset({443, 8443})
    trust: ssl.SSLContext | None = None
    look_up: Resolve = look_up
    seconds: float = 15.0
    most_bytes: int = 64 * 1024


class Answer(NamedTuple):
    """What a server said; ``headers`` by their names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def check(url: str, policy: Policy) -> None:
    """Raise NotAllowed when this is no address that would ever be called. Asks nobody."""
    target = target_of(url, policy.schemes, policy.ports)
    with suppress(ValueError):
        _judge(target, [ipaddress.ip_address(target.host)], policy)


def post(url: str, body: bytes, headers: Mapping[str, str], policy: Policy) -> Answer:
    """Send ``body`` and return the answer, whatever its status; redirects are answers too.

    Raises NotAllowed for an address the policy refuses, NotReached when none answers in time.
    """
    # Brings urllib3 along, which nobody else needs.
    from wbtest.delivery.calling import call

    ends = time.monotonic() + policy.seconds
    target = target_of(url, policy.schemes, policy.ports)
    addresses = _find(target, policy)
    _judge(target, addresses, policy)
    return call(target, addresses, body, headers, policy, ends)


def _find(target: Target, policy: Policy) -> list[IpAddress]:
    """Look the host up, in a thread: the machine's resolver knows no time limit."""
    with suppress(ValueError):
        return [ipaddress.ip_address(target.host)]
    found: queue.Queue[list[str]] = queue.Queue()

    def work() -> None:
        try:
            found.put(policy.look_up(target.host, target.port))
        except (OSError, UnicodeError):
            found.put([])

    threading.Thread(target=work, name="look-up", daemon=True).start()
    try:
        texts = found.get(timeout=policy.seconds)
    except queue.Empty:
        texts = []
    if not texts:
        raise NotReached(f"{target.host} could not be found.")
    return [ipaddress.ip_address(text.partition("%")[0]) for text in texts]


def _judge(target: Target, addresses: list[IpAddress], policy: Policy) -> None:
    # One private address among public ones is refused too: chance would choose between them.
    if not all(policy.is_allowed(address) for address in addresses):
        raise NotAllowed(f"{target.host} is no public address, so it is not called.")
