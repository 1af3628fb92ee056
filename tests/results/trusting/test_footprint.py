"""Footprint: sign-ups of visitors who did nothing else on the page, beside those of others."""

import numpy as np
import pytest

from tests.results.hours import START
from tests.results.trusting.histories import counted, visitors
from wbtest.audience.conversions import Conversions, Row, summed
from wbtest.results.trust import Check
from wbtest.results.trusting.footprint import check_footprint

DAY_US = 86_400_000_000
SEEN = visitors(1_000, 900, converted=60)


def people(
    number: int, without: int, day: int = 0, source: str = "newsletter", **parts: str
) -> list[Row]:
    """So many who signed up on a day; the first of them left no trace."""
    at_us = int(START.timestamp() * 1_000_000) + day * DAY_US
    row = Row(**({"variant": "a", "email_key": "p@x.io"} | parts), at_us=at_us, source=source)
    return [row._replace(has_trace=k >= without) for k in range(number)]


def checked(*groups: list[Row], readers: int = 0) -> Check:
    found = summed([row for group in groups for row in group])
    fields = {name: getattr(found, name) for name in Conversions.__struct_fields__}
    return check_footprint(
        counted(SEEN, conversions=Conversions(**(fields | {"readers": readers})))
    )


@pytest.mark.parametrize(
    ("groups", "colour"),
    [
        ([people(19, 19)], "grey"),
        ([people(40, 2), people(40, 3, day=1)], "green"),
        ([people(77, 4), people(15, 14, day=4)], "amber"),
        ([people(77, 4), people(15, 14, source="x")], "amber"),
        ([people(73, 4), people(20, 10, day=4)], "amber"),
        ([people(73, 4), people(20, 10, source="x")], "green"),
        ([people(9, 0), people(15, 14, day=4)], "green"),
        ([people(77, 4), people(9, 9, day=4)], "green"),
        ([people(60, 12), people(30, 17, day=4)], "green"),
        ([people(77, 4), people(15, 14, day=4, email_key="left-5f")], "green"),
        ([people(30, 30), people(40, 40, day=1)], "green"),
    ],
)
def test_a_day_or_source_without_a_trace_wants_a_look_where_others_left_some(groups, colour):
    assert checked(*groups).colour == colour


def test_it_says_how_many_of_how_many_beside_all_others():
    check = checked(people(77, 4), people(15, 14, day=4))

    assert check.value == "14 of 15 not"
    assert check.reason == (
        "On 5 March 14 of 15 sign-ups came from visitors who did nothing else on the page that we "
        "know of; of all others 4 of 77."
    )


@pytest.mark.parametrize(("without", "readers", "colour"), [
    (39, 600, "green"), (40, 600, "amber"), (80, 600, "amber"), (80, 420, "green"),
])  # fmt: skip
def test_where_none_left_a_trace_it_is_held_against_other_visitors(without, readers, colour):
    assert checked(people(80, without), readers=readers).colour == colour


def test_honest_tests_are_hardly_ever_amber():
    # One in twelve browsers tells nothing, and inside one app, from which a third come, one in
    # four. Half of a hundred sign up on one day of ten.
    chance, amber = np.random.default_rng(1), 0
    for _ in range(300):
        rows = []
        for day in np.where(chance.random(100) < 0.5, 0, chance.integers(0, 10, 100)):
            source = chance.choice(["newsletter", "x", "instagram"])
            lost = chance.random() < (1 / 4 if source == "instagram" else 1 / 12)
            rows += people(1, int(lost), int(day), str(source))
        amber += checked(rows, readers=600).colour == "amber"

    assert amber <= 1
