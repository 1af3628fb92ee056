"""Which lines of the self-test keep their bound."""

import pytest

from wbtest.results.selftest.lines import Line, counted, lower_limit, to_json, upper_limit


@pytest.mark.parametrize(("measured", "is_kept"), [(0.05, True), (0.0501, False)])
def test_what_is_computed_keeps_its_bound_exactly(measured, is_kept):
    assert Line("go", "one", measured, bound=0.05).is_kept is is_kept


@pytest.mark.parametrize(("hits", "is_kept"), [(42, True), (43, False)])
def test_the_limit_of_a_simulation_may_lie_one_point_beyond(hits, is_kept):
    line = counted("go", "one", hits, 1000, bound=0.05)

    assert line.is_kept is is_kept
    assert (line.limit <= 0.06) is is_kept


@pytest.mark.parametrize(("hits", "is_kept"), [(850, True), (800, False)])
def test_a_least_share_is_held_against_the_limit_below(hits, is_kept):
    line = counted("power", "go", hits, 1000, bound=0.8, is_least=True)

    assert line.limit < line.measured
    assert line.is_kept is is_kept


def test_what_only_informs_keeps_everything():
    assert counted("peeking", "z", 999, 1000).is_kept


def test_limits_end_where_shares_do():
    assert upper_limit(10, 10) == 1
    assert lower_limit(0, 10) == 0


def test_a_program_is_told_whether_the_bound_is_kept():
    (line,) = to_json([Line("go", "one", 0.2, bound=0.05)])

    assert (line["name"], line["measured"], line["is_kept"]) == ("one", 0.2, False)
