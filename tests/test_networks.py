"""The network, and the line, of an address."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wbtest.networks import line_of, network_of, why_unreachable

IPV4 = bytes((192, 0, 2))
IPV6 = bytes.fromhex("20010db80001")


@pytest.mark.parametrize("address", ["192.0.2.1", "192.0.2.255", "192.0.2.1:443", " 192.0.2.1"])
def test_an_ipv4_address_is_in_its_24(address: str) -> None:
    assert network_of(address) == IPV4


@pytest.mark.parametrize(
    "address", ["2001:db8:1::", "2001:db8:1:ffff::9", "[2001:db8:1::9]", "[2001:db8:1::9]:443"]
)
def test_an_ipv6_address_is_in_its_48(address: str) -> None:
    assert network_of(address) == IPV6


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:192.0.2.1",
        "::ffff:c000:201",
        "[::ffff:192.0.2.1]:443",
        "64:ff9b::192.0.2.1",
        "2002:c000:201::1",
    ],
)
def test_an_ipv4_address_in_the_form_of_ipv6_is_that_ipv4_address(address: str) -> None:
    assert network_of(address) == IPV4


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("0.0.0.0", "1.0.0.0"),
        ("10.255.255.255", "11.0.0.0"),
        ("100.64.0.0", "100.63.255.255"),
        ("100.127.255.255", "100.128.0.0"),
        ("127.0.0.1", "128.0.0.1"),
        ("169.254.1.1", "169.253.1.1"),
        ("172.16.0.0", "172.15.255.255"),
        ("172.31.255.255", "172.32.0.0"),
        ("192.168.0.1", "192.169.0.1"),
        ("::ffff:10.0.0.1", "::ffff:11.0.0.1"),
        ("64:ff9b::10.0.0.1", "64:ff9b::11.0.0.1"),
        ("2002:a00:1::", "2002:b00:1::"),
        ("::1", "2000::1"),
        ("fe80::1", "3fff::1"),
        ("fc00::1", "2001:db8::1"),
        ("fd12:3456:789a::1", "2a00::1"),
        ("64:ff9b:1::1", "64:ff9b::192.0.2.1"),
    ],
)
def test_an_address_inside_a_house_or_a_carrier_is_in_no_known_network(
    inside: str, outside: str
) -> None:
    assert network_of(inside) is None
    assert network_of(outside) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unknown",
        "_hidden",
        "192.0.2",
        "192.0.2.01",
        "192.0.2.256",
        "192.0.2.1\0",
        "192.0.2.\u0661",
        "192.0.2.\udcff",
        "192.0.2.1, 198.51.100.1",
        "[",
        "[]:443",
        ":",
        ":443",
        "2001:db8::1::2",
        "2001:db8::1\0",
        "2001:db8::\udcff",
    ],
)
def test_what_is_no_address_is_in_no_known_network(text: str) -> None:
    assert network_of(text) is None


@given(st.ip_addresses(v=4))
def test_of_an_ipv4_address_24_bits_are_told_or_none(address: ipaddress.IPv4Address) -> None:
    assert network_of(str(address)) in (address.packed[:3], None)


@given(st.ip_addresses(v=6, network="2a00::/12"))
def test_of_an_ipv6_address_48_bits_are_told(address: ipaddress.IPv6Address) -> None:
    assert network_of(str(address)) == network_of(address.exploded) == address.packed[:6]


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert len(network_of(text) or b"...") in (3, 6)


@given(st.lists(st.integers(0, 300).map(str) | st.text("0123456789.", max_size=4)).map(".".join))
@example("192.0.2.1")
@example("192.0.2.01")
@example("192.0.2.256")
@example("192.0.2.1\n")
@example("192.0.2.\u0661")
def test_an_ipv4_address_is_a_line_and_all_that_is_none_are_one(address: str) -> None:
    try:
        expected = str(ipaddress.IPv4Address(address))
    except ValueError:
        expected = "unknown"

    assert line_of(address) == expected


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:8000", "only on this computer"),
        ("https://localhost", "only on this computer"),
        ("http://[::1]:8000", "only on this computer"),
        ("http://192.168.0.7:8000", "only in your own network"),
        ("https://laptop.local", "only in your own network"),
        ("https://laptop", "only in your own network"),
        ("http://try.example.com", "isn’t encrypted"),
    ],
)
def test_an_address_that_strangers_cannot_open_says_why(url: str, why: str) -> None:
    assert why in why_unreachable(url)


@pytest.mark.parametrize("url", ["https://try.example.com", "https://192.0.2.1:8443"])
def test_an_encrypted_address_on_the_internet_is_for_everybody(url: str) -> None:
    assert why_unreachable(url) == ""
