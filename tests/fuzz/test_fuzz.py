"""A short run of what `make fuzz` does at length, the same each time; and that it finds faults."""

from collections.abc import Iterator

import pytest

from tests.fuzz import api, forms
from tests.fuzz.believed import differing
from tests.fuzz.tally import Tally
from tests.fuzz.walk import Found, find_forms
from tests.fuzz.world import World, make_world

# It brings a database of its own.
pytestmark = pytest.mark.one_database
FORMS, REQUESTS = 120, 80


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("fuzz")) as world:
        yield world


@pytest.fixture
def world(whole: World) -> Iterator[World]:
    yield whole
    whole.put_back()


@pytest.fixture(scope="module")
def found(whole: World) -> list[Found]:
    return find_forms(whole, ("owner",), slice(0, None, 8))


def test_a_form_as_nobody_fills_it_in_is_taken_or_refused_with_a_sentence(
    world: World, found: list[Found]
) -> None:
    tally = Tally("forms", FORMS, seed=1, is_quiet=True)

    forms.fuzz(world, found, tally, at_once=2)

    assert not tally.faults, tally.told()


def test_the_api_does_what_its_description_says(world: World) -> None:
    tally = Tally("api", REQUESTS, seed=1, is_quiet=True)

    api.fuzz(world, tally, is_short=True)

    assert not tally.faults, tally.told()


def test_what_chance_decides_is_no_difference_even_where_it_orders_the_rows() -> None:
    once, twice, third = (
        {"spends": [{"key": key, "source": "ads"}, {"key": 5, "source": "mail"}]}
        for key in (7, 9, 1)
    )
    # As the database gives them, by their key.
    third["spends"].reverse()

    assert differing(once, twice, third) == []


def test_a_value_that_was_believed_is_a_difference() -> None:
    plain = {"people": [{"id": 1, "role": "viewer"}, {"id": 2, "role": "owner"}]}
    raised = {"people": [{"id": 1, "role": "owner"}, {"id": 2, "role": "owner"}]}
    swapped = {"people": [{"id": 1, "role": "owner"}, {"id": 2, "role": "viewer"}]}

    assert differing(plain, plain, raised) == ["people.role"]
    assert differing(plain, plain, swapped) == ["people.(rows)"]


def test_a_view_that_breaks_is_found_with_the_form_as_it_is_filled_in(
    world: World, found: list[Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.view_functions, "team.make_token", lambda: 1 / 0)
    tokens = [one for one in found if one.address == "POST /settings/tokens"]
    tally = Tally("forms", 10, seed=1, is_quiet=True)

    forms.fuzz(world, tokens, tally)

    [fault] = tally.faults.values()
    assert fault.what == "answers 500"
    assert "/settings/tokens" in fault.request
