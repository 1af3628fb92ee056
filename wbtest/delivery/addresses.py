"""Which addresses on the net we call: how one is written, and where it may lead. Pure."""

import ipaddress
import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_ADDRESS = 500
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


class NotAllowed(Exception):
    """An address that we do not call; the text says why, to whoever typed it."""


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


def target_of(url: str, schemes: Collection[str], ports: Collection[int]) -> Target:
    """Return the parts of a URL whose scheme and port are allowed; no ports given: any.

    Raises NotAllowed. Where its host leads is not known yet.
    """
    if len(url) > LONGEST_ADDRESS:
        raise NotAllowed(f"Use at most {LONGEST_ADDRESS} characters.")
    if UNFIT.search(url):
        raise NotAllowed("Leave out spaces, line breaks and backslashes.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("This is no web address.") from error
    if parts.scheme not in schemes:
        raise NotAllowed("Only addresses that begin with https:// are called.")
    if "@" in parts.netloc:
        raise NotAllowed("Leave out the name and the password before the @.")
    port = PORTS[parts.scheme] if port is None else port
    if ports and port not in ports:
        allowed = " and ".join(str(number) for number in sorted(ports))
        raise NotAllowed(f"Port {port} is not called; use {allowed}.")
    return Target(parts.scheme, _host_of(parts), port, _path_of(parts))


def _host_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc:
        # A zone names a wire of this very machine.
        if "%" in host:
            raise NotAllowed("Leave out the % and what follows it: it means a wire of this server.")
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError as error:
            raise NotAllowed("This is no web address.") from error
    try:
        host = host.encode("idna").decode().lower().removesuffix(".")
    except UnicodeError as error:
        raise NotAllowed(f"{host[:60]} is not the name of a server.") from error
    if not HOST.fullmatch(host):
        raise NotAllowed("The name of a server is missing, like hooks.example.com.")
    if LIKE_A_NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise NotAllowed("Write the name of the server, not a number.") from error
    if host == "localhost" or host.endswith(".localhost"):
        raise NotAllowed("localhost is this server itself; only public addresses are called.")
    return host


def _path_of(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path
