"""Copies of the page that somebody between us and the visitors hands out."""

import pytest

from wbtest.audience.segments_counts import Newest
from wbtest.results.trusting.around import Around
from wbtest.results.trusting.caching import check_cached


def around(count: int, *, shared: int = 0, without: tuple[int, ...] = (0, 0)) -> Around:
    return Around(names=("A", "B"), newest=Newest(count, shared=shared), without_cookie=without)


@pytest.mark.parametrize(
    ("run", "colour"),
    [
        (around(9, shared=9), "grey"),
        (around(100, without=(10, 10)), "green"),
        (around(100, without=(11, 10)), "amber"),
        (around(100, shared=10), "green"),
        (around(100, shared=11), "amber"),
    ],
)
def test_addresses_without_our_cookie_or_with_a_common_one_speak_of_a_cache(run, colour):
    assert check_cached(run).colour == colour


def test_the_variant_that_is_handed_out_is_named():
    check = check_cached(around(100, without=(1, 39)))

    assert check.reason.startswith(
        "Of the newest 100 addresses 40 came without our cookie, 39 of them from “B”. Somebody"
    )
    assert "Set-Cookie" in check.do


def test_where_no_cookie_is_set_none_is_missed():
    run = Around(is_cookieless=True, newest=Newest(100), without_cookie=(100,))

    assert (check_cached(run).colour, check_cached(run).value) == ("green", "not known")
