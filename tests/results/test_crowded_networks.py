"""Networks that do otherwise than the others, and on which the verdict turns."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pytest
from msgspec.structs import replace

from tests.factories import make_rule
from tests.results.hours import HOUR, START
from wbtest.results.crowded_networks import (
    UNKNOWN,
    Group,
    Networks,
    check_networks,
    find_groups,
    find_networks,
    lost_by,
    split_by,
)
from wbtest.results.evidence_path import HourCounts
from wbtest.results.verdict import FadedEvidence, RunPeriod
from wbtest.statistics import Counts

Marks = Mapping[tuple[int, str], Counts]
RULE = make_rule(minimum_visitors=300)
LIFE = RunPeriod(START, None, START + timedelta(days=10), "UTC")


class Visitors(NamedTuple):
    """Everybody comes in one hour; of each mark and device so many, and so many convert."""

    marks: dict[tuple[int, str], Counts]

    def hours(self, marks: Marks | None = None) -> HourCounts:
        which = self.marks if marks is None else marks
        seen = np.array([[sum(counts.seen for counts in which.values())]])
        converted = np.array([[sum(counts.converted for counts in which.values())]])
        first = int(START.timestamp())
        return HourCounts(
            first, (1,), np.array([first + 7 * 24 * HOUR]), seen, converted, converted
        )

    def hours_of(self, group: Group) -> HourCounts:
        inside = {
            key: counts
            for key, counts in self.marks.items()
            if key[0] in group.marks and group.device in ("", key[1])
        }
        return self.hours(inside)

    def look(self) -> Networks:
        return find_networks(RULE, self.hours(), LIFE, self.marks, self.hours_of)


def alone(number: int, converted: int, device: str = "desktop", first: int = 0) -> Marks:
    """Visitors with a network each."""
    return {(first + k, device): Counts(1, int(k < converted)) for k in range(number)}


def crowd(mark: int, seen: int, converted: int, device: str = "desktop") -> Marks:
    return {(mark, device): Counts(seen, converted)}


def made(*parts: Marks) -> Visitors:
    return Visitors({key: counts for part in parts for key, counts in part.items()})


HONEST = alone(350, 12)


@pytest.mark.parametrize("networks", [1, 3, 10, 20])
def test_sign_ups_of_a_few_networks_on_which_the_verdict_turns_stop_it(networks):
    attack = [crowd(9_000 + k, 60 // networks, 60 // networks) for k in range(networks)]

    found = made(HONEST, *attack).look()

    assert found.why == "turns"
    assert (found.verdict.word, found.without.word) == ("met", "not_met")
    assert (found.group.own, len(found.group.marks)) == (Counts(60, 60), networks)


def test_views_that_bury_a_good_rate_stop_the_verdict_too():
    views = [crowd(9_000 + k, 40, 0) for k in range(20)]

    found = made(alone(350, 56), *views).look()

    assert found.why == "turns"
    assert (found.verdict.word, found.without.word) == ("not_met", "met")


def test_two_groups_of_which_each_makes_the_verdict_without_the_other_stop_it_together():
    carriers = [crowd(20_000 + k, 15, 1 + (k < 43)) for k in range(230)]
    small = [crowd(9_000 + k, 4, 4) for k in range(38)]
    large = [crowd(9_500 + k, 25, 25) for k in range(6)]

    found = made(alone(2_000, 158), *carriers, *small, *large).look()

    assert (found.why, found.verdict.word, found.without.word) == ("turns", "met", "not_enough")
    assert found.group.marks == (*range(9_000, 9_038), *range(9_500, 9_506))
    assert found.group.own == Counts(302, 302)


def test_networks_on_which_nothing_turns_want_a_look():
    check = check_networks(made(alone(350, 70), crowd(9_000, 12, 12)).look())

    assert check.colour == "amber"
    assert "12 of 12 people from 1 network on computers converted" in check.reason


def test_the_amber_sentence_says_that_the_verdict_is_the_same_without_them():
    check = check_networks(made(alone(350, 70), crowd(9_000, 12, 12)).look())

    assert check.reason.endswith("The result is the same without them.")


def test_the_amber_sentence_says_where_only_the_number_of_people_made_the_verdict():
    found = made(alone(250, 50), *[crowd(9_000 + k, 40, 0) for k in range(3)]).look()
    check = check_networks(found)

    assert (found.why, check.colour) == ("differs", "amber")
    assert check.reason.endswith(
        "With them, the result is “met”. Without them, it’s “undecided”. "
        "But their rate pulls the other way."
    )


def test_the_red_sentence_says_who_and_what_turns():
    check = check_networks(made(HONEST, crowd(9_000, 60, 60)).look())

    assert check.colour == "red"
    assert check.reason == (
        "60 of 60 people from 1 network on computers converted, against 3.4% of 350 others. "
        "Chance doesn’t explain that. With them, the result is “met”. Without them, it’s “not met”."
    )
    assert (check.do, check.where) == (
        "Look at these networks and set them aside, with a reason.",
        "networks",
    )


def test_the_red_sentence_says_that_the_verdict_would_be_in_doubt_without_them():
    found = made(HONEST, crowd(9_000, 60, 60)).look()
    assert found.verdict is not None
    doubtful = replace(found.verdict, recommendation="keep_running", doubt=FadedEvidence(0))

    check = check_networks(found._replace(without=doubtful))

    assert check.reason.endswith(
        "With them, the result is “met”. Without them, it’s “met, but in doubt”."
    )


def test_people_who_share_networks_and_do_as_the_others_are_in_order():
    carriers = [crowd(9_000 + k, 12, 1, "phone") for k in range(12)]

    found = made(alone(100, 8), alone(106, 9, "phone", first=500), *carriers).look()

    assert (found.why, check_networks(found).colour) == ("fine", "green")


def test_rates_of_networks_are_not_compared_where_none_is_known():
    check = check_networks(made(crowd(UNKNOWN, 101, 30)).look())

    assert (check.applies, check.value) == (False, "–")


def test_phones_that_convert_half_as_well_on_their_carriers_are_no_networks_that_differ():
    phones = [crowd(9_000 + k, 40, 2, "phone") for k in range(12)]

    found = find_groups(
        {**alone(900, 108), **alone(400, 20, "phone", first=2_000), **made(*phones).marks}
    )

    assert found == []


def test_few_networks_that_mimic_people_do_not_hide_among_carriers():
    carriers = [crowd(9_500 + k, 12, 0 if k % 3 else 1, "phone") for k in range(12)]
    mimics = [crowd(9_000 + k, 70, 21, "phone") for k in range(3)]

    [group, *_] = find_groups(made(alone(52, 2, "phone"), *carriers, *mimics).marks)

    assert group.marks == (9_000, 9_001, 9_002)


CARRIERS = [crowd(9_500 + k, 12, k % 2, "phone") for k in range(12)]


@pytest.mark.parametrize(("networks", "seen", "converted"), [(1, 18, 18), (5, 12, 5)])
def test_networks_as_crowded_as_carriers_are_found_one_by_one(networks, seen, converted):
    false = [crowd(9_000 + k, seen, converted, "phone") for k in range(networks)]

    [group, *_] = find_groups(made(alone(52, 3, "phone"), *CARRIERS, *false).marks)

    assert group.marks == tuple(range(9_000, 9_000 + networks))


def test_a_group_of_most_visitors_need_not_be_twice_apart():
    false = [crowd(9_000 + k, 90, 6) for k in range(20)]

    [group, *_] = find_groups(made(alone(350, 42), *false).marks)

    assert group.own == Counts(1_800, 120)


def test_one_network_that_brings_a_third_wants_a_look_whatever_its_people_do():
    check = check_networks(made(alone(100, 8), crowd(9_000, 43, 3)).look())

    assert (check.colour, check.reason) == (
        "amber",
        "1 network brought 30% of the 143 people.",
    )


def test_a_verdict_that_turns_on_few_networks_that_brought_half_of_all_is_stopped():
    mimics = [crowd(9_000 + k, 100, 16) for k in range(4)]

    found = made(alone(300, 21, "phone"), alone(50, 5, first=400), *mimics).look()
    check = check_networks(found)

    assert (found.why, found.verdict.word) == ("half", "met")
    assert (check.colour, check.reason) == (
        "red",
        "4 networks brought 53% of the 750 people. With them, the result is “met”. "
        "Without them, it’s “undecided”.",
    )


def test_few_networks_that_brought_half_of_all_want_a_look_where_nothing_turns_on_them():
    crowded = [crowd(9_000 + k, 100, 20) for k in range(4)]

    check = check_networks(made(alone(350, 70), *crowded).look())

    assert (check.colour, check.reason) == (
        "amber",
        "4 networks brought 53% of the 750 people.",
    )


@pytest.mark.parametrize(("device", "why"), [("desktop", "turns"), ("phone", "fine")])
def test_most_people_of_crowded_networks_are_suspected_sooner_where_no_carrier_explains_them(
    device, why
):
    mimics = [crowd(9_000 + k, 100, 11, device) for k in range(15)]

    assert made(alone(100, 5), alone(100, 5, "phone", first=500), *mimics).look().why == why


def test_where_most_come_from_few_networks_there_is_nobody_to_compare_with():
    offices = [crowd(k, 12, 1) for k in range(20)]

    assert made(alone(49, 4, first=500), *offices).look().why == "few"


def test_a_few_people_are_no_reason_for_anything():
    check = check_networks(made(crowd(9_000, 49, 49)).look())

    assert check.colour == "grey"


def test_people_of_unknown_networks_are_among_the_others():
    unknown = {(UNKNOWN, "desktop"): Counts(350, 17)}

    [group, *_] = find_groups({**unknown, **crowd(9_000, 30, 30)})

    assert (group.own, group.others) == (Counts(30, 30), Counts(350, 17))
    assert made(unknown, alone(20, 1)).look().why == "fine"


def test_on_a_device_that_hardly_anybody_has_all_others_are_what_is_compared_with():
    tablets = {**alone(8, 1, "tablet", first=2_000), **crowd(9_000, 30, 30, "tablet")}

    [group, *_] = find_groups({**HONEST, **tablets})

    assert (group.device, group.others) == ("tablet", Counts(358, 13))


def test_an_attack_spread_over_all_devices_is_added_up():
    devices = ("desktop", "phone", "tablet")
    others = [alone(120, 9, device, first=500 * k) for k, device in enumerate(devices)]
    spread = [crowd(9_000, 7, 5, device) for device in devices]

    groups = find_groups(made(*others, *spread).marks)

    assert groups[0].device == ""
    assert groups[0].own == Counts(21, 15)


def test_a_network_is_named_with_all_its_people_not_with_those_on_one_device():
    parts = [crowd(9_000, 30, 30, device) for device in ("desktop", "phone")]

    found = made(alone(200, 10), alone(200, 10, "phone", first=500), *parts).look()

    assert (found.why, found.group.device, found.group.own) == ("turns", "", Counts(60, 60))


def test_marks_that_chance_makes_common_are_no_groups():
    everybody = {(k, "desktop"): Counts(2, int(k % 12 == 0)) for k in range(65_000)}

    assert made(everybody).look().why == "fine"


def test_a_split_broken_by_one_network_is_laid_to_it():
    visitors = {k: (k % 2, 1 - k % 2) for k in range(350)} | {9_000: (0, 120)}

    assert split_by(visitors, (1, 1)) == (9_000,)


def test_a_split_that_is_broken_without_any_network_stays_an_alarm():
    visitors = {k: (k % 4 == 0, k % 4 != 0) for k in range(350)} | {9_000: (0, 120)}

    assert split_by(visitors, (1, 1)) == ()


def test_a_split_broken_for_everybody_is_not_laid_to_those_who_share_networks():
    carriers = {9_000 + k: (110, 90) for k in range(12)}
    visitors = {k: (int(k < 330), int(k >= 330)) for k in range(600)} | carriers

    assert split_by(visitors, (1, 1)) == ()


def test_views_of_one_variant_from_a_few_networks_are_laid_to_them():
    views = {9_000 + k: (0, 120) for k in range(4)}
    visitors = {k: (k % 2, 1 - k % 2) for k in range(480)} | views

    assert split_by(visitors, (1, 1)) == (9_000, 9_001, 9_002, 9_003)


def test_a_split_as_planned_is_laid_to_nobody():
    assert split_by({k: (k % 2, 1 - k % 2) for k in range(350)}, (1, 1)) == ()


def test_beacons_lost_by_one_network_are_laid_to_it():
    pages = {**alone(350, 30), **crowd(9_000, 100, 100)}

    assert lost_by(pages, 0.25).marks == (9_000,)


@pytest.mark.parametrize("lost", [30, 120])
def test_beacons_are_laid_to_nobody_where_few_are_lost_or_everybody_loses_them(lost):
    pages = {**alone(350, lost), **crowd(9_000, 20, 20)}

    assert lost_by(pages, 0.25) is None
