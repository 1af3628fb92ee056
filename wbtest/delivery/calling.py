"""A call to addresses that were judged: connects, asks and listens, all of it in time.

Only ``outgoing`` calls it.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPException

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from wbtest.delivery.addresses import IpAddress, Target
from wbtest.delivery.outgoing import Answer, NotReached, Policy

CONNECT_SECONDS = 5.0
# The status says what we need; a body that is slow is not waited for.
BODY_SECONDS = 3.0
CHUNK = 4096
MOST_TRIED = 4


def call(
    target: Target,
    addresses: list[IpAddress],
    body: bytes,
    headers: Mapping[str, str],
    policy: Policy,
    ends: float,
) -> Answer:
    """Send ``body`` to the first address that takes it, and return the answer.

    ``ends`` is when that must be over, by ``time.monotonic``. Raises NotReached.
    """
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
