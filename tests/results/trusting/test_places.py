"""Where something goes wrong: devices, sources, and both together."""

import random

from wbtest.results.trusting.places import Spot, lost_in, short_of

EVEN = {("phone", "instagram"): 96, ("phone", "newsletter"): 200, ("desktop", "newsletter"): 150}


def spots(*changed: Spot) -> list[Spot]:
    """As many of each variant everywhere, but in the places that are given."""
    usual = {place: Spot(*place, (n, n), (n - 10, n - 10)) for place, n in EVEN.items()}
    return [*(usual | {(spot.device, spot.source): spot for spot in changed}).values()]


def test_one_device_from_one_source_is_named_and_no_more():
    broken = Spot("phone", "instagram", (96, 96), (84, 12))

    [odd] = short_of(spots(broken), 1, (1, 1))
    assert (odd.where, odd.part, odd.whole) == ("on phones from instagram", 12, 96)


def test_a_device_is_named_once_when_it_fails_from_everywhere():
    broken = [Spot("phone", source, (96, 96), (84, 12)) for source in ("instagram", "newsletter")]

    assert [odd.where for odd in short_of(spots(*broken), 1, (1, 1))] == ["on phones"]


def test_two_places_that_fail_are_both_named_the_worse_one_first():
    broken = [
        Spot("tablet", "reddit", (90, 90), (80, 40)),
        Spot("desktop", "x", (90, 90), (80, 2)),
    ]
    found = [odd.where for odd in short_of(spots(*broken), 1, (1, 1))]

    assert found == ["on computers from x", "on tablets from reddit"]


def test_the_weights_say_how_many_are_fair():
    heavy = [Spot(*place, (0, 0), (n, 3 * n)) for place, n in EVEN.items()]
    [odd] = short_of([*heavy, Spot("tablet", "x", (0, 0), (5, 195))], 0, (1, 3))

    assert (odd.where, odd.expected) == ("on tablets from x", 50)


def test_nothing_stands_out_where_all_are_alike():
    alike = [Spot(*place, (n, n), (n, n // 2)) for place, n in EVEN.items()]

    assert (lost_in(alike, [1]), short_of(alike, 1, (1, 1))) == ([], [])


def test_pages_that_are_never_seen_are_found_by_place():
    [odd] = lost_in(spots(Spot("phone", "instagram", (96, 96), (20, 16))), [0, 1])

    assert (odd.where, odd.part, odd.whole) == ("on phones from instagram", 156, 192)
    assert 10 < odd.expected < 20


def test_chance_alone_names_a_place_in_fewer_than_one_of_twenty_tests():
    chance = random.Random(3)
    named = 0
    for _ in range(200):
        tossed = [
            Spot(*place, (n, n), (seen := sum(chance.random() < 0.5 for _ in range(n)), n - seen))
            for place, n in EVEN.items()
        ]
        named += bool(short_of(tossed, 1, (1, 1)))

    assert named <= 10


def test_no_visitors_are_nowhere():
    assert short_of([], 0, (1, 1)) == []
