"""An address is found and built as by any map and rule, though both learn late how."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.routing import Map

from wbtest.cli.shared import SharedApp
from wbtest.config import Settings
from wbtest.extensions import utc_now
from wbtest.routes import LateMap, LateRule


@pytest.mark.parametrize(
    ("path", "address"), [("/of/<rule>", "/of/one?self=two"), ("/", "/?rule=one&self=two")]
)
def test_parts_of_an_address_have_any_name(path: str, address: str) -> None:
    places = Map([LateRule(path, endpoint="place")]).bind("here.example")

    assert places.build("place", {"rule": "one", "self": "two"}) == address


def test_rules_that_are_added_later_are_found_too() -> None:
    rules = LateMap([LateRule("/first", endpoint="first")])
    places = rules.bind("here.example")
    assert places.match("/first") == ("first", {})

    rules.add(LateRule("/second/<int:number>", endpoint="second"))

    assert places.match("/second/2") == ("second", {"number": 2})
    assert places.build("second", {"number": 3}) == "/second/3"
    assert [rule.endpoint for rule in rules.iter_rules()] == ["first", "second"]


def test_of_many_who_ask_first_at_once_each_finds_the_last_rule() -> None:
    rules = LateMap([LateRule(f"/{number}/<name>", endpoint=str(number)) for number in range(500)])
    together = Barrier(8)

    def ask(_: int) -> tuple[str, object]:
        together.wait()
        return rules.bind("here.example").match("/499/ada")

    with ThreadPoolExecutor(8) as threads:
        found = [*threads.map(ask, range(8))]

    assert found == [("499", {"name": "ada"})] * 8


@pytest.mark.parametrize(
    ("bad", "refusal"),
    [(LateRule("/<nothing:x>", endpoint="bad"), LookupError), (None, RuntimeError)],
    ids=["a rule that nobody understands", "a rule added twice"],
)
def test_a_rule_that_cannot_be_added_is_told_to_everybody_who_asks(
    bad: LateRule | None, refusal: type[Exception]
) -> None:
    good = LateRule("/good", endpoint="good")
    rules = LateMap([good, bad or good])

    for _ in range(3):
        with pytest.raises(refusal):
            rules.bind("here.example").match("/good")


def test_the_app_of_the_server_has_its_addresses_in_order_before_it_is_forked(
    settings: Settings,
) -> None:
    app = SharedApp(settings, utc_now).app

    assert not app.url_map._remap
