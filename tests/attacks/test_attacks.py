"""Every known attack once, and a few honest tests, through the recorder, the store and the panel.

``make attacks`` does it request by request, and with thousands of honest tests.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.attacks import simulation, through, valid
from tests.attacks.page import Page, addresses_of, opened
from tests.attacks.people import NEVER
from tests.attacks.recorded import tell, wipe
from tests.attacks.strikes import TABLE, Strike
from tests.attacks.worlds import WORLDS, announced

# From so many networks on strangers can't be told by them; docs/trust.md says so.
TOO_MANY_NETWORKS = 20


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with opened() as page:
        yield page


def told_in_time(attack: Strike) -> bool:
    return attack.networks < TOO_MANY_NETWORKS


@pytest.mark.parametrize(
    "attack",
    [each for each in TABLE if each.variants == 1 and told_in_time(each)],
    ids=lambda attack: attack.name,
)
def test_where_an_attack_moves_the_verdict_the_panel_is_red_and_names_the_networks(page, attack):
    struck = through.told(page, attack)

    assert struck.is_seen
    assert struck.counted <= attack.networks * 100 * len(attack.days)


def test_views_of_one_variant_withhold_nothing():
    attack = next(each for each in TABLE if each.only is not None)
    with opened(attack.variants) as page:
        struck = through.told(page, attack)

    assert not struck.flips


def test_an_attack_by_requests_is_seen_as_one_told_to_the_recorder():
    attack = Strike("9 sign-ups of one network on each of three days", 0.05, 1, 9, (2, 3, 4))

    struck = through.strike(attack, visitors=60)

    assert struck.counted == 27
    assert struck.attacked[-1].networks in ("red", "amber")


# The crowd of the one with an event is announced in a rule of its own.
@pytest.mark.parametrize("world", [name for name in WORLDS if WORLDS[name] is not announced])
def test_honest_tests_are_not_red(page, world):
    counts = [through.count(page, world, rate, range(1), seed=5) for rate in (0.05, 0.12)]

    assert sum(each.red for each in counts) == 0


@pytest.mark.parametrize("rate", valid.PROMISED)
@pytest.mark.parametrize("world", valid.WORLDS[:-1], ids=lambda world: world.name)
def test_at_target_and_floor_no_more_tests_are_told_what_is_wrong_than_promised(world, rate):
    shares = valid.shares(range(20), world, rate)

    assert [share.says for share in shares if not share.is_kept] == []


def test_a_gate_that_knew_who_signs_up_would_be_told():
    """Of two crowded networks nobody is left out but those who say no."""

    def partial_gate(rng, number, days, rate):
        crowd = valid.crowded(rng, number, days, rate)
        return crowd.where((crowd.network > 1) | (crowd.delay != NEVER))

    world = valid.World("a partial gate", partial_gate, 3_500)

    [met, _] = valid.shares(range(8), world, valid.RULE.target)

    assert (met.says, met.is_kept) == ("met", False)


def test_the_gate_leaves_many_out_where_half_come_by_two_networks():
    world = next(each for each in valid.WORLDS if each.draw is valid.crowded)

    assert valid.shares(range(1), world, valid.RULE.target)[0].left_out > 0.2


def test_the_simulated_gate_admits_as_many_as_the_real_one(page):
    rng = np.random.default_rng(7)
    crowd = valid.crowded(rng, 1_000, 3, valid.RULE.target)
    wipe(page)
    tell(page, crowd, [f"person.{who}@gmail.com" for who in range(1_000)], addresses_of(crowd, rng))
    results, _ = page.look(4)

    simulated = len(simulation.Test(crowd, rng, valid.RULE).admitted)
    assert simulated < 800
    # A network of its own may share a mark with one that is full.
    assert abs(results.everybody.seen - simulated) <= 3
