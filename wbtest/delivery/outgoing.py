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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from wbtest.delivery.addresses import IpAddress, NotAllowed, Target, is_public, target_of

Resolve = Callable[[str, int], list[str]]

CONNECT_SECONDS = 5.0
# The status says what we need; a body that is slow is not waited for.
BODY_SECONDS = 3.0
CHUNK = 4096
MOST_TRIED = 4


class NotReached(Exception):
    """There was no answer; the text says what happened instead."""


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the machine's resolver knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Policy:
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


@dataclass(frozen=True, slots=True)
class Answer:
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
    ends = time.monotonic() + policy.seconds
    target = target_of(url, policy.schemes, policy.ports)
    addresses = _find(target, policy)
    _judge(target, addresses, policy)
    connection = _connect(target, addresses, policy, ends)
    # The connection forgets its socket as soon as an answer says that it is the last one.
    line = connection.sock
    assert line is not None
    try:
        with _ending(line, ends):
            return _ask(connection, line, target, body, headers, policy, ends)
    except (OSError, urllib3.exceptions.HTTPError, HTTPException) as error:
        raise NotReached(_words(target, error, policy, ends)) from error
    finally:
        connection.close()


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


def _connect(
    target: Target, addresses: list[IpAddress], policy: Policy, ends: float
) -> HTTPConnection:
    failure: Exception | None = None
    for address in addresses[:MOST_TRIED]:
        left = ends - time.monotonic()
        if left <= 0:
            break
        # Half of what is left: the greeting of TLS may take as long again.
        seconds = min(CONNECT_SECONDS, left / 2)
        connection = _connection(target, str(address), policy, seconds)
        try:
            connection.connect()
        except (OSError, urllib3.exceptions.HTTPError) as error:
            connection.close()
            failure = error
        else:
            # What is left is for the answer.
            connection.timeout = max(0.01, ends - time.monotonic())
            return connection
    raise NotReached(_words(target, failure, policy, ends)) from failure


def _connection(target: Target, address: str, policy: Policy, seconds: float) -> HTTPConnection:
    if target.scheme == "http":
        return HTTPConnection(address, target.port, timeout=seconds)
    # The certificate must be that of the name, though we connect to an address.
    return HTTPSConnection(
        address,
        target.port,
        timeout=seconds,
        ssl_context=policy.trust or ssl.create_default_context(),
        server_hostname=target.host,
    )


@contextmanager
def _ending(line: socket.socket, ends: float) -> Iterator[None]:
    """Hang up when the time is over: a server that sends a byte a second never times out."""
    left = max(0.01, ends - time.monotonic())
    line.settimeout(left)

    def hang_up() -> None:
        with suppress(OSError):
            # The plain socket's: TLS would wait for the other side to say good-bye.
            socket.socket.shutdown(line, socket.SHUT_RDWR)

    timer = threading.Timer(left, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _ask(
    connection: HTTPConnection,
    line: socket.socket,
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    policy: Policy,
    ends: float,
) -> Answer:
    connection.request(
        "POST",
        target.path,
        body=body,
        headers={"Host": target.netloc, "User-Agent": "wbtest", **headers},
        preload_content=False,
        decode_content=False,
    )
    response = connection.getresponse()
    if time.monotonic() >= ends:
        # Headers that we cut off look as if they were whole.
        raise TimeoutError
    enough = min(ends, time.monotonic() + BODY_SECONDS)
    said = b""
    # Whatever happens to the rest, the status has been said.
    with suppress(OSError, urllib3.exceptions.HTTPError, HTTPException):
        while len(said) < policy.most_bytes and (left := enough - time.monotonic()) > 0:
            line.settimeout(left)
            part = response.read1(min(CHUNK, policy.most_bytes - len(said)))
            if not part:
                break
            said += part
    names = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, names, said)


def _words(target: Target, error: Exception | None, policy: Policy, ends: float) -> str:
    """What happened, as a sentence."""
    late = f"{target.host} did not answer within {policy.seconds:.0f} seconds."
    if time.monotonic() >= ends:
        return late
    cause = error.__cause__ or error.__context__ if error else None
    for found in (error, cause):
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"The certificate of {target.host} is not good: {found.verify_message}."
        if isinstance(found, ssl.SSLError):
            return f"{target.host} does not speak TLS as we do."
        if isinstance(found, ConnectionRefusedError):
            return f"{target.host} refused the connection."
    # The library calls every connection that could not be made a time-out.
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return f"{target.host} could not be reached."
    if isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError):
        return late
    return f"{target.host} hung up without an answer."
