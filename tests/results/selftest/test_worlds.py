"""What is true in each world is what its bounds need."""

import numpy as np
import pytest

from wbtest.results.selftest.worlds import FLOOR, TARGET, WORLDS, World

HOURS = np.arange(28 * 24) / 24
PROMISED = [world for world in WORLDS if world.is_promised and not world.has_friends]


def rates(world: World) -> list[tuple[float, float]]:
    """The lowest and the highest rate of each variant."""
    found = [np.broadcast_to(rate(HOURS), HOURS.shape) for rate in world.rates]
    return [(float(rate.min()), float(rate.max())) for rate in found]


@pytest.mark.parametrize("world", PROMISED, ids=lambda world: f"{world.name} {world.is_eager}")
def test_what_is_wrong_to_say_is_wrong_at_every_hour(world):
    if "go" in world.wrong:
        assert max(high for _, high in rates(world)) <= TARGET
    if "not met" in world.wrong:
        assert max(low for low, _ in rates(world)) >= TARGET
    if "iterate" in world.wrong:
        assert max(high for _, high in rates(world)) <= FLOOR


def test_a_swinging_rate_is_above_the_target_and_below_it():
    (world,) = (world for world in WORLDS if world.name.startswith("swings"))
    ((low, high),) = rates(world)

    assert low < TARGET < high
    assert not world.is_promised
