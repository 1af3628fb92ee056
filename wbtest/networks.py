"""Pure: the network that an address belongs to, and whom an address of ours reaches.

Networks and addresses of visitors are never kept.
"""

from ipaddress import IPv6Address, ip_address, ip_network
from socket import AF_INET, AF_INET6, inet_pton
from typing import Literal
from urllib.parse import urlsplit

# How somebody reached us: from a known network, from a private address, or through a proxy of which
# we were not told; '' where that is not known.
Reach = Literal["", "known", "private", "untold"]

# This host, private, behind a carrier's NAT, loopback, link-local; a set of 16 bits for speed.
_INSIDE = frozenset(
    part.network_address.packed[:2]
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"),
        *("169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    )
    for part in ip_network(block).subnets(new_prefix=16)
)
_MAPPED = bytes(10) + b"\xff\xff"
_NAT64 = b"\x00\x64\xff\x9b" + bytes(8)
_SIX_TO_FOUR = b"\x20\x02"
# Names that only a local network knows.
_LOCAL_NAMES = (".internal", ".lan", ".local", ".localhost")


def network_of(address: str) -> bytes | None:
    """Return the first 24 bits of an IPv4 or the first 48 of an IPv6 address: 3 or 6 bytes.

    None stands for an address that tells no networks apart: loopback, private, link-local, behind
    a carrier's NAT (100.64.0.0/10), or not readable. An IPv4 address in the form of IPv6 (mapped,
    NAT64, 6to4) counts as that IPv4 address. A port is ignored.

    >>> network_of("192.0.2.1"), network_of("[2001:db8:1:2::3]:443"), network_of("10.0.0.1")
    (b'\\xc0\\x00\\x02', b' \\x01\\r\\xb8\\x00\\x01', None)
    """
    # A NUL and half a surrogate pair are a ValueError, all else that is no address an OSError.
    try:
        if ":" not in address:
            # Asked of each visit, so the plain case stands here whole.
            packed = inet_pton(AF_INET, address.strip())
            return None if packed[:2] in _INSIDE else packed[:3]
        address = ip_of(address.strip())
        if ":" not in address:
            return _of_ipv4(inet_pton(AF_INET, address))
        packed = inet_pton(AF_INET6, address)
    except (OSError, ValueError):
        return None
    if packed.startswith((_MAPPED, _NAT64)):
        return _of_ipv4(packed[12:])
    if packed.startswith(_SIX_TO_FOUR):
        return _of_ipv4(packed[2:6])
    # Addresses on the internet are 2000::/3.
    return packed[:6] if packed[0] >> 5 == 1 else None


def why_unreachable(base_url: str) -> str:
    """Return why strangers can't well open pages at this address, '' when they can.

    >>> why_unreachable("http://127.0.0.1:8000"), why_unreachable("https://try.example.com")
    ('http://127.0.0.1:8000 opens only on this computer.', '')
    """
    parts = urlsplit(base_url)
    if is_loopback(parts.hostname or ""):
        return f"{base_url} opens only on this computer."
    if not is_public(base_url):
        return f"{base_url} opens only in your own network."
    if parts.scheme != "https":
        return f"{base_url} isn’t encrypted, so browsers call its pages “not secure”."
    return ""


def is_loopback(host: str) -> bool:
    """Whether a host, by its name or address, is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_public(base_url: str) -> bool:
    """Whether people on the internet can open this address, by its name."""
    host = urlsplit(base_url).hostname or ""
    if network_of(host):
        return True
    is_name = any(letter.isalpha() for letter in host) and ":" not in host
    return is_name and "." in host and not host.endswith(_LOCAL_NAMES)


def line_of(address: str) -> str:
    """Return an IPv4 address, or the /64 that one IPv6 line has to itself; "unknown" for neither.

    >>> line_of("192.0.2.1"), line_of("::ffff:192.0.2.1"), line_of("2001:db8::1")
    ('192.0.2.1', '192.0.2.1', '2001:db8::/64')
    """
    try:
        asking = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(asking, IPv6Address):
        # A socket for both kinds names IPv4 this way; all of it would be one /64.
        return str(asking.ipv4_mapped or ip_network((asking.packed[:8] + bytes(8), 64)))
    return str(asking)


def ip_of(said: str) -> str:
    """Return the IP that a proxy names, without the port that some add.

    >>> ip_of("1.2.3.4:5678"), ip_of("[2001:db8::1]:443"), ip_of("2001:db8::1")
    ('1.2.3.4', '2001:db8::1', '2001:db8::1')
    """
    if said.startswith("["):
        return said[1:].partition("]")[0]
    return said.partition(":")[0] if said.count(":") == 1 else said


def _of_ipv4(packed: bytes) -> bytes | None:
    return None if packed[:2] in _INSIDE else packed[:3]
