"""Mailboxes: many at a domain that somebody owns, and one mailbox under many spellings."""

import numpy as np
import pytest

from tests.results.trusting.histories import SOUND, counted
from wbtest.audience.conversions import Row, summed
from wbtest.results.trust import Check
from wbtest.results.trusting.mailboxes import check_domains, check_spellings


def checked(*addresses: str) -> tuple[Check, Check]:
    history = counted(SOUND, conversions=summed([Row("a", address) for address in addresses]))
    return check_domains(history), check_spellings(history)


def at(domain: str, number: int) -> list[str]:
    return [f"p{k}-{domain}@{domain}" for k in range(number)]


def far(number: int) -> list[str]:
    """Everybody at another domain."""
    return [f"p@d{k}.example" for k in range(number)]


@pytest.mark.parametrize(
    ("addresses", "colour"),
    [
        (at("acme.com", 19), "grey"),
        (at("acme.com", 9) + far(83), "green"),
        (at("acme.com", 10) + far(82), "amber"),
        (at("x1.acme.com", 5) + at("x2.acme.com", 5) + far(82), "amber"),
        (at("acme.com", 5) + at("acme.org", 5) + far(82), "green"),
        (at("acme.com", 6) + at("acme.co.uk", 6) + far(80), "amber"),
        (at("gmail.com", 60) + at("web.de", 20) + far(12), "green"),
        (at("acme.com", 9) + at("left", 0) + ["left-5f"] * 83, "grey"),
    ],
)
def test_many_at_a_domain_that_is_no_providers_want_a_look(addresses, colour):
    assert checked(*addresses)[0].colour == colour


def test_it_says_how_many_and_not_where():
    check, _ = checked(*at("acme.com", 26), *at("gmail.com", 40), *far(26))

    assert (check.value, "acme" in check.reason) == ("26 at 1 domain", False)
    assert check.reason.startswith(
        "26 of the newest 92 sign-ups are at 1 domain, not a well-known provider’s."
    )


def spelled(number: int) -> list[str]:
    """One mailbox, spelled in so many ways."""
    return [f"a.da+{k}@{('gmail', 'googlemail')[k % 2]}.com" for k in range(number)]


@pytest.mark.parametrize(
    ("addresses", "colour"),
    [
        (spelled(19), "grey"),
        (spelled(5) + far(87), "green"),
        (spelled(6) + far(86), "amber"),
        (spelled(6) + far(194), "green"),
        ([f"{'a' * k}.{'a' * (20 - k)}@acme.com" for k in range(1, 20)] + far(20), "green"),
        ([f"{'a' * k}.{'a' * (20 - k)}@gmail.com" for k in range(1, 20)] + far(20), "amber"),
    ],
)
def test_a_mailbox_under_many_spellings_wants_a_look(addresses, colour):
    assert checked(*addresses)[1].colour == colour


def amber_of(honest: list[list[str]]) -> tuple[float, float]:
    """The share of these tests in which each check is amber."""
    found = [checked(*addresses) for addresses in honest]
    domains, spellings = (
        float(np.mean([check.colour == "amber" for check in column]))
        for column in zip(*found, strict=True)
    )
    return domains, spellings


@pytest.mark.parametrize("number", [20, 50, 92, 400])
def test_honest_consumers_are_hardly_ever_amber(number):
    # Four in five at a provider of the list, one in eight at one of forty small ones that are not,
    # of which the largest has 3 %; the rest at a domain of their own, which some share with
    # somebody. One in a hundred signs up once more, spelled otherwise.
    chance = np.random.default_rng(1)
    small = 1 / np.arange(1, 41)
    places = ["gmail.com", *(f"isp{k}.example" for k in range(40)), "own"]
    shares = [0.79, *(0.12 * small / small.sum()), 0.09]

    def people() -> list[str]:
        found: list[str] = []
        for k, place in enumerate(chance.choice(places, number, p=shares)):
            domain = f"own{k // 2}.example" if place == "own" else place
            is_again = bool(found) and chance.random() < 0.01
            found.append(found[-1].replace("@", "+b@") if is_again else f"p{k}@{domain}")
        return found

    domains, spellings = amber_of([people() for _ in range(1_000)])

    assert domains <= 0.01
    assert spellings <= 0.005
