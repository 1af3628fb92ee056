"""Which part of the figures an address asks for; what nobody could choose asks for nothing."""

from datetime import UTC, date, datetime

import pytest

from tests.factories import make_rule
from wbtest.results.dashboard.filters import Choices, Filters, read_filters

CHOICES = Choices(["newsletter", "x"], ["phone"], [date(2027, 3, 1), date(2027, 3, 9)])
NOTHING = Filters()


def test_an_address_asks_for_a_part_and_the_part_gives_the_address_back():
    given = {
        "from": "2027-03-02", "to": "2027-03-05", "source": "x", "device": "phone",
    }  # fmt: skip
    filters = read_filters(given, CHOICES)

    assert filters.address == given
    assert filters.words == "from “x”, on a phone, since 2 March, until 5 March"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"source": "<script>"},
        {"device": "fridge"},
        {"from": "yesterday"},
        {"from": "2027-02-28"},
        {"to": "9999-12-31"},
        {"from": "2027-03-05", "to": "2027-03-02"},
    ],
)
def test_what_nobody_could_choose_asks_for_nothing(given):
    assert read_filters(given, CHOICES) == NOTHING
    assert not NOTHING.is_asked
    assert NOTHING.address == {}


def test_a_day_is_one_of_the_pages_own_time_zone_also_when_clocks_change():
    filters = Filters(since=date(2027, 3, 28), until=date(2027, 3, 28))
    cut = filters.cut(make_rule(), "Europe/Berlin")
    since, before = (datetime.fromtimestamp(at or 0, UTC) for at in (cut.since, cut.before))

    assert since == datetime(2027, 3, 27, 23, tzinfo=UTC)
    assert before == datetime(2027, 3, 28, 22, tzinfo=UTC)


def test_without_a_source_those_count_that_the_rule_counts():
    rule = make_rule(sources=("newsletter",))

    assert Filters().cut(rule, "UTC").sources == ("newsletter",)
    assert Filters().cut(rule, "UTC", all_sources=True).sources is None
    assert Filters(source="x").cut(rule, "UTC").sources == ("x",)
