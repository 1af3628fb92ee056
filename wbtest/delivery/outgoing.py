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
from http.client import HTTPException
from typing import NamedTuple

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

from wbtest.delivery.addresses import IpAddress, NotAllowed, Target, is_public, target_of

Resolve = Callable[[str, int], list[str]]
CONNECT_SECONDS = 5.0
MOST_TRIED = 4


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
    ends = time.monotonic() + policy.seconds
    target = target_of(url, policy.schemes, policy.ports)
    addresses = _find(target, policy)
    _judge(target, addresses, policy)
    connection: HTTPConnection | None = None
    try:
        connection = _connect(target, addresses, policy, ends)
        return _ask(connection, target, body, headers, policy, ends)
    except (OSError, HTTPError, HTTPException) as error:
        is_late = time.monotonic() >= ends
        raise NotReached(_words(target, error, is_late=is_late, policy=policy)) from error
    finally:
        if connection is not None:
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
    """Connect to the first address that answers. Raises what the last one failed with."""
    failure: Exception = TimeoutError()
    for address in addresses[:MOST_TRIED]:
        left = ends - time.monotonic()
        if left <= 0:
            break
        # Half of what is left: the greeting of TLS may take as long again.
        seconds = min(CONNECT_SECONDS, left / 2)
        connection = HTTPConnection(str(address), target.port, timeout=seconds)
        if target.scheme == "https":
            # The certificate must be that of the name, though we connect to an address.
            connection = HTTPSConnection(
                str(address),
                target.port,
                timeout=seconds,
                ssl_context=policy.trust or ssl.create_default_context(),
                server_hostname=target.host,
            )
        try:
            connection.connect()
        except (OSError, HTTPError) as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _ask(
    connection: HTTPConnection,
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    policy: Policy,
    ends: float,
) -> Answer:
    # The connection forgets its socket as soon as an answer says that it is the last one.
    line = connection.sock
    left = max(0.01, ends - time.monotonic())
    connection.timeout = left
    line.settimeout(left)
    # A server that sends a byte a second never times out, so we hang up.
    timer = threading.Timer(left, _hang_up, [line])
    timer.daemon = True
    timer.start()
    try:
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
        said = b""
        # The status has been said, and is enough.
        with suppress(OSError, HTTPError, HTTPException):
            said = response.read(policy.most_bytes)
    finally:
        timer.cancel()
    names = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, names, said)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        # The plain socket's: TLS would wait for the other side to say good-bye.
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _words(target: Target, error: Exception, *, is_late: bool, policy: Policy) -> str:
    """What happened, as a sentence."""
    # urllib3 wraps what the socket said.
    for found in (error, error.__cause__ or error.__context__):
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"The certificate of {target.host} is not good: {found.verify_message}."
        if isinstance(found, ssl.SSLError) and not is_late:
            return f"{target.host} does not speak TLS as we do."
        if isinstance(found, ConnectionRefusedError):
            return f"{target.host} refused the connection."
        if is_late or isinstance(found, TimeoutError):
            return f"{target.host} did not answer within {policy.seconds:.0f} seconds."
    if isinstance(error, NewConnectionError):
        return f"{target.host} could not be reached."
    return f"{target.host} hung up without an answer."
