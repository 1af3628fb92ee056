"""Likely causes of what is not in order, by the evidence at hand."""

from typing import Any

from tests.factories import make_rule
from tests.results.trusting.histories import counted, visitors
from wbtest.audience.segments_counts import Newest
from wbtest.results.health import check_trust
from wbtest.results.history import History
from wbtest.results.totals import LeftOut
from wbtest.results.trusting.around import Around
from wbtest.results.trusting.hints import with_hints
from wbtest.results.trusting.places import Spot

ALIKE = [Spot("phone", "x", (450, 450), (400, 290)), Spot("desktop", "y", (450, 450), (400, 290))]


def told(
    spots: list[Spot], run: Around | None = None, history: History | None = None, **parts: Any
) -> dict[str, tuple[str, ...]]:
    """The hints of each check, of a test in which these were counted."""
    if history is None:
        arms = range(len(spots[0].seen))
        totals = [
            visitors(sum(spot.served[k] for spot in spots), sum(spot.seen[k] for spot in spots))
            for k in arms
        ]
        history = counted(*totals, **parts)
    around = run or Around(names=("A", "B"))
    checks = check_trust(make_rule(), history, around, ())
    found = with_hints(checks, history, around, spots)
    return {check.check: check.hints for check in found if check.hints}


def test_a_broken_split_names_the_place_that_is_missing():
    sound = [spot._replace(seen=(400, 400)) for spot in ALIKE]
    broken = Spot("phone", "instagram", (300, 300), (280, 12))

    assert told([broken, *sound])["split"] == (
        "Of those on phones from instagram only 12 of 292 saw “B”, instead of the 146 "
        "planned. Look at “B” on a phone, from inside instagram.",
    )


def test_a_variant_that_loses_everywhere_is_slow_or_broken():
    [hint] = told(ALIKE)["split"]

    assert hint == (
        "Of the pages of “B” 36\u202f% were never seen, elsewhere at most 11\u202f%. "
        "It may load slowly, or its script may break: open it with a slow connection."
    )


def test_a_split_that_breaks_alike_everywhere_lies_before_the_page():
    spots = [Spot(device, "x", (450, 300), (440, 290)) for device in ("phone", "desktop")]
    hints = told(spots)

    assert set(hints) == {"split", "served_split"}
    assert "stands before the page" in hints["served_split"][0]


def test_machines_taken_out_of_one_variant_come_after_the_places():
    history = counted(visitors(900, 800), visitors(900, 600), machines={"bot": [10, 400]},
                      left_out={"suspected": [LeftOut(2, 0), LeftOut(2, 0)]})  # fmt: skip
    slow, machines = told(ALIKE, history=history)["split"]

    assert slow.startswith("Of the pages of “B”")
    assert machines.startswith(
        "10 and 400 requests of bots were left out, more from “B” than its share."
    )


def test_copies_of_the_page_are_named_when_addresses_show_them():
    run = Around(names=("A", "B"), newest=Newest(50, shared=10), without_cookie=(0, 0))

    assert "10 of the newest 50 addresses came without our cookie" in told(ALIKE, run)["split"][1]


def test_lost_beacons_name_where_they_are_lost():
    spots = [Spot("phone", "instagram", (200,), (20,)), Spot("desktop", "x", (200,), (190,))]

    assert told(spots, Around(names=("A",)))["beacons"] == (
        "Of 200 pages served to people on phones from instagram 180 were never seen; at the share "
        "of all others it would be 10. Look at the page on a phone, from inside instagram.",
    )


def test_beacons_lost_alike_everywhere_lie_before_the_page():
    spots = [Spot(device, "x", (200,), (100,)) for device in ("phone", "desktop")]

    assert told(spots, Around(names=("A",)))["beacons"][0].startswith(
        "No device or source stands out"
    )


def test_a_gap_between_variants_names_the_one_that_loses_more():
    broken = [
        Spot("phone", "x", (450, 450), (420, 330)),
        Spot("desktop", "x", (450, 450), (420, 420)),
    ]
    [hint] = told(broken)["beacons_alike"]

    assert hint.startswith("Of 450 pages of “B” served to people on phones 120 were never seen")


def test_a_split_is_held_against_the_weights():
    spots = [
        Spot("phone", "x", (300, 300), (300, 50)),
        Spot("desktop", "x", (400, 400), (400, 200)),
    ]
    history = counted(visitors(700, 700), visitors(700, 250), weights=(2, 1))

    assert (
        "only 50 of 350 saw “B”, instead of the 117 planned"
        in told(spots, history=history)["split"][0]
    )


def test_what_is_in_order_has_no_cause():
    spots = [Spot("phone", "x", (450, 450), (400, 400))]

    assert told(spots) == {}
