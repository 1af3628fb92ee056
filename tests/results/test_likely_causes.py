"""Likely causes of what is not in order, by the evidence at hand, and where it goes wrong."""

import random
from typing import Any

from tests.factories import make_rule
from tests.results.check_histories import counted, visitors
from wbtest.audience.quality_counts import NewestSignups
from wbtest.results.history import History, LeftOut
from wbtest.results.likely_causes import SegmentCounts, lost_in, short_of, with_hints
from wbtest.results.quality_checks import check_trust
from wbtest.results.trust import CheckContext

ALIKE = [
    SegmentCounts("phone", "x", (450, 450), (400, 290)),
    SegmentCounts("desktop", "y", (450, 450), (400, 290)),
]


def told(
    spots: list[SegmentCounts],
    run: CheckContext | None = None,
    history: History | None = None,
    **parts: Any,
) -> dict[str, tuple[str, ...]]:
    """The hints of each check, of a test in which these were counted."""
    if history is None:
        arms = range(len(spots[0].seen))
        totals = [
            visitors(sum(spot.served[k] for spot in spots), sum(spot.seen[k] for spot in spots))
            for k in arms
        ]
        history = counted(*totals, **parts)
    around = run or CheckContext(names=("A", "B"))
    checks = check_trust(make_rule(), history, around, ())
    found = with_hints(checks, history, around, spots)
    return {check.check: check.hints for check in found if check.hints}


def test_a_broken_split_names_the_place_that_is_missing():
    sound = [spot._replace(seen=(400, 400)) for spot in ALIKE]
    broken = SegmentCounts("phone", "instagram", (300, 300), (280, 12))

    assert told([broken, *sound])["split"] == (
        "Only 12 of the 292 visitors on phones from instagram saw “B”; about 146 should have. "
        "Open “B” on a phone, from inside instagram.",
    )


def test_a_variant_that_loses_everywhere_is_slow_or_broken():
    [hint] = told(ALIKE)["split"]

    assert hint == (
        "We can’t tell whether anyone saw the page in 36% of page loads of “B”, against at most "
        "11% for any other variant. It may load slowly, or its script may break: open it on a slow "
        "connection."
    )


def test_a_split_that_breaks_alike_everywhere_lies_before_the_page():
    spots = [SegmentCounts(device, "x", (450, 300), (440, 290)) for device in ("phone", "desktop")]
    hints = told(spots)

    assert set(hints) == {"split", "served_split"}
    assert "in front of the page" in hints["served_split"][0]


def test_machines_taken_out_of_one_variant_come_after_the_places():
    history = counted(visitors(900, 800), visitors(900, 600), machines={"bot": [10, 400]},
                      left_out={"suspected": [LeftOut(2, 0), LeftOut(2, 0)]})  # fmt: skip
    slow, machines = told(ALIKE, history=history)["split"]

    assert "in 36% of page loads of “B”" in slow
    assert machines.startswith(
        "10 and 400 bot requests were left out, more of them from “B” than you’d expect."
    )


def test_copies_of_the_page_are_named_when_addresses_show_them():
    run = CheckContext(names=("A", "B"), newest=NewestSignups(50, shared=10), without_cookie=(0, 0))

    assert "10 of the latest 50 addresses came without our cookie" in told(ALIKE, run)["split"][1]


def test_lost_beacons_name_where_they_are_lost():
    spots = [
        SegmentCounts("phone", "instagram", (200,), (20,)),
        SegmentCounts("desktop", "x", (200,), (190,)),
    ]

    assert told(spots, CheckContext(names=("A",)))["beacons"] == (
        "The page loaded 200 times for visitors on phones from instagram, and 180 of these views "
        "were never recorded. At everyone else’s rate, 10 would be missing. Open the page on a "
        "phone, from inside instagram.",
    )


def test_a_place_that_loses_every_view_is_said_to_record_none():
    spots = [
        SegmentCounts("phone", "x", (200,), (0,)),
        SegmentCounts("desktop", "x", (200,), (190,)),
    ]

    assert told(spots, CheckContext(names=("A",)))["beacons"][0].startswith(
        "The page loaded 200 times for visitors on phones, and not one view was recorded."
    )


def test_beacons_lost_alike_everywhere_lie_before_the_page():
    spots = [SegmentCounts(device, "x", (200,), (100,)) for device in ("phone", "desktop")]

    assert told(spots, CheckContext(names=("A",)))["beacons"][0].startswith(
        "No device or source stands out"
    )


def test_a_gap_between_variants_names_the_one_that_loses_more():
    broken = [
        SegmentCounts("phone", "x", (450, 450), (420, 330)),
        SegmentCounts("desktop", "x", (450, 450), (420, 420)),
    ]
    [hint] = told(broken)["beacons_alike"]

    assert hint.startswith("“B” loaded 450 times for visitors on phones, and 120 of these")


def test_a_split_is_held_against_the_weights():
    spots = [
        SegmentCounts("phone", "x", (300, 300), (300, 50)),
        SegmentCounts("desktop", "x", (400, 400), (400, 200)),
    ]
    history = counted(visitors(700, 700), visitors(700, 250), weights=(2, 1))

    assert told(spots, history=history)["split"][0].startswith(
        "Only 50 of the 350 visitors on phones saw “B”; about 117 should have."
    )


def test_what_is_in_order_has_no_cause():
    spots = [SegmentCounts("phone", "x", (450, 450), (400, 400))]

    assert told(spots) == {}


EVEN = {("phone", "instagram"): 96, ("phone", "newsletter"): 200, ("desktop", "newsletter"): 150}


def spots(*changed: SegmentCounts) -> list[SegmentCounts]:
    """As many of each variant everywhere, but in the places that are given."""
    usual = {place: SegmentCounts(*place, (n, n), (n - 10, n - 10)) for place, n in EVEN.items()}
    return [*(usual | {(spot.device, spot.source): spot for spot in changed}).values()]


def test_one_device_from_one_source_is_named_and_no_more():
    broken = SegmentCounts("phone", "instagram", (96, 96), (84, 12))

    [odd] = short_of(spots(broken), 1, (1, 1))
    assert (odd.where, odd.part, odd.whole) == ("on phones from instagram", 12, 96)


def test_a_device_is_named_once_when_it_fails_from_everywhere():
    broken = [
        SegmentCounts("phone", source, (96, 96), (84, 12)) for source in ("instagram", "newsletter")
    ]

    assert [odd.where for odd in short_of(spots(*broken), 1, (1, 1))] == ["on phones"]


def test_two_places_that_fail_are_both_named_the_worse_one_first():
    broken = [
        SegmentCounts("tablet", "reddit", (90, 90), (80, 40)),
        SegmentCounts("desktop", "x", (90, 90), (80, 2)),
    ]
    found = [odd.where for odd in short_of(spots(*broken), 1, (1, 1))]

    assert found == ["on computers from x", "on tablets from reddit"]


def test_the_weights_say_how_many_are_fair():
    heavy = [SegmentCounts(*place, (0, 0), (n, 3 * n)) for place, n in EVEN.items()]
    [odd] = short_of([*heavy, SegmentCounts("tablet", "x", (0, 0), (5, 195))], 0, (1, 3))

    assert (odd.where, odd.expected) == ("on tablets from x", 50)


def test_nothing_stands_out_where_all_are_alike():
    alike = [SegmentCounts(*place, (n, n), (n, n // 2)) for place, n in EVEN.items()]

    assert (lost_in(alike, [1]), short_of(alike, 1, (1, 1))) == ([], [])


def test_pages_that_are_never_seen_are_found_by_place():
    [odd] = lost_in(spots(SegmentCounts("phone", "instagram", (96, 96), (20, 16))), [0, 1])

    assert (odd.where, odd.part, odd.whole) == ("on phones from instagram", 156, 192)
    assert 10 < odd.expected < 20


def test_chance_alone_names_a_place_in_fewer_than_one_of_twenty_tests():
    chance = random.Random(3)
    named = 0
    for _ in range(200):
        tossed = [
            SegmentCounts(
                *place, (n, n), (seen := sum(chance.random() < 0.5 for _ in range(n)), n - seen)
            )
            for place, n in EVEN.items()
        ]
        named += bool(short_of(tossed, 1, (1, 1)))

    assert named <= 10


def test_no_visitors_are_nowhere():
    assert short_of([], 0, (1, 1)) == []
