"""An address is built as by any rule, though the rule learns late how."""

import pytest
from werkzeug.routing import Map

from wbtest.routes import LateRule


@pytest.mark.parametrize(
    ("path", "address"), [("/of/<rule>", "/of/one?self=two"), ("/", "/?rule=one&self=two")]
)
def test_parts_of_an_address_have_any_name(path: str, address: str) -> None:
    places = Map([LateRule(path, endpoint="place")]).bind("here.example")

    assert places.build("place", {"rule": "one", "self": "two"}) == address
