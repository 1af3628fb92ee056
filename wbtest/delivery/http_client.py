"""The one way out by HTTP: calls only what the policy allows, follows nothing, ends in time.

An address that a member types could point at this server's own network. So its name is looked up
once, every address it leads to is judged, and the connection goes to that very address: a second
look-up could answer otherwise. No proxy is used, so that none can be made to look it up again.
"""

import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_URL = 500
# Nothing of a URL is a space, a control character or a backslash; browsers bend those into others.
UNFIT = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
# What other programs read as an IPv4 address: 2130706433, 0x7f.1, 127.1.
LIKE_A_NUMBER = re.compile(r"(\d+|0x[0-9a-f]*)")
PORTS = {"https": 443, "http": 80}
# Not for everybody, or a way around that to IPv4, whatever ``is_global`` says of them.
CLOSED = tuple(
    map(
        ipaddress.ip_network,
        (
            # IPv4 in IPv6, NAT64, Teredo, 6to4, site-local, for examples.
            *("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10"),
            "3fff::/20",
            # Protocols, and what Oracle tells its machines; relays of 6to4; the same of Azure.
            *("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"),
        ),
    )
)
Resolve = Callable[[str, int], list[str]]
CONNECT_SECONDS = 5.0
MOST_TRIED = 4


class NotAllowed(Exception):
    """An address that we do not call; the text says why, to the member who typed it."""


class Target(NamedTuple):
    """A URL in parts: ``host`` in ASCII and small letters, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """Host and port as the Host header names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def is_public(address: IpAddress) -> bool:
    """Whether everybody on the internet can reach this address, so that it is no secret of ours.

    >>> is_public(ipaddress.ip_address("93.184.216.34"))
    True
    >>> is_public(ipaddress.ip_address("::ffff:127.0.0.1"))
    False
    """
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    if any(address in network for network in CLOSED):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def parse_url(url: str, schemes: Collection[str], ports: Collection[int]) -> Target:
    """Return the parts of a URL whose scheme and port are allowed; no ports given: any.

    Raises NotAllowed. Where its host leads is not known yet.
    """
    if len(url) > LONGEST_URL:
        raise NotAllowed(f"Use at most {LONGEST_URL} characters.")
    if UNFIT.search(url):
        raise NotAllowed("Leave out spaces, line breaks and backslashes.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("That isn’t a web address.") from error
    if parts.scheme not in schemes:
        raise NotAllowed("Use an address that starts with https://.")
    if "@" in parts.netloc:
        raise NotAllowed("Leave out the user name and password before the @.")
    port = PORTS[parts.scheme] if port is None else port
    if ports and port not in ports:
        allowed = " and ".join(str(number) for number in sorted(ports))
        raise NotAllowed(f"Port {port} isn’t allowed. Use {allowed}.")
    return Target(parts.scheme, _host_of(parts), port, _path_of(parts))


def _host_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        # A zone names a wire of this very machine.
        if "%" in host:
            raise NotAllowed("Leave out the % and what follows: it names a network of this server.")
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise NotAllowed("That isn’t a web address.") from error
    try:
        host = host.encode("idna").decode().lower().removesuffix(".")
    except UnicodeError as error:
        raise NotAllowed(f"{host[:60]} isn’t a server’s name.") from error
    if not HOST.fullmatch(host):
        raise NotAllowed("The server’s name is missing, such as hooks.example.com.")
    if LIKE_A_NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise NotAllowed("Enter the server’s name, not a number.") from error
    if host == "localhost" or host.endswith(".localhost"):
        raise NotAllowed("localhost is this server itself. Use a public address.")
    return host


def _path_of(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


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


def check_url(url: str, policy: Policy) -> None:
    """Raise NotAllowed when this is no address that would ever be called. Asks nobody."""
    target = parse_url(url, policy.schemes, policy.ports)
    with suppress(ValueError):
        _judge(target, [ipaddress.ip_address(target.host)], policy)


def get(url: str, policy: Policy) -> Answer:
    """Ask for an address, as ``post`` does."""
    return _send("GET", url, b"", {}, policy)


def post(url: str, body: bytes, headers: Mapping[str, str], policy: Policy) -> Answer:
    """Send ``body`` and return the answer, whatever its status; redirects are answers too.

    Raises NotAllowed for an address the policy refuses, NotReached when none answers in time.
    """
    return _send("POST", url, body, headers, policy)


def _send(method: str, url: str, body: bytes, headers: Mapping[str, str], policy: Policy) -> Answer:
    ends = time.monotonic() + policy.seconds
    target = parse_url(url, policy.schemes, policy.ports)
    addresses = _find(target, policy)
    _judge(target, addresses, policy)
    connection: HTTPConnection | None = None
    try:
        connection = _connect(target, addresses, policy, ends)
        return _ask(connection, target, method, body, headers, policy, ends)
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
        raise NotReached(f"{target.host} couldn’t be found.")
    return [ipaddress.ip_address(text.partition("%")[0]) for text in texts]


def _judge(target: Target, addresses: list[IpAddress], policy: Policy) -> None:
    # One private address among public ones is refused too: chance would choose between them.
    if not all(policy.is_allowed(address) for address in addresses):
        raise NotAllowed(f"{target.host} isn’t a public address, so we don’t call it.")


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
    method: str,
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
            method,
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
            return f"{target.host} has a bad certificate: {found.verify_message}."
        if isinstance(found, ssl.SSLError) and not is_late:
            return f"{target.host} and this server couldn’t agree on TLS."
        if isinstance(found, ConnectionRefusedError):
            return f"{target.host} refused the connection."
        if is_late or isinstance(found, TimeoutError):
            return f"{target.host} didn’t answer within {policy.seconds:.0f} seconds."
    if isinstance(error, NewConnectionError):
        return f"{target.host} couldn’t be reached."
    return f"{target.host} hung up without answering."
