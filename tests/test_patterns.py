"""Regular expressions that are compiled late."""

import importlib
import pkgutil
import re

import pytest

import wbtest
from wbtest.patterns import LatePattern, late_pattern

pytestmark = pytest.mark.one_database


def test_a_late_pattern_does_what_a_compiled_one_does() -> None:
    late, soon = late_pattern(r"(\w)\d", re.IGNORECASE), re.compile(r"(\w)\d", re.IGNORECASE)

    assert late.sub(r"\1", "a1 B2") == soon.sub(r"\1", "a1 B2")
    assert (late.findall("a1 B2"), late.flags) == (soon.findall("a1 B2"), soon.flags)


def test_a_late_pattern_is_compiled_when_it_is_used() -> None:
    broken = late_pattern(r"(")

    with pytest.raises(re.error):
        broken.match("(")


def test_each_late_pattern_of_ours_can_be_compiled() -> None:
    late = [
        value
        for module in map(importlib.import_module, _names())
        for value in vars(module).values()
        if isinstance(value, LatePattern)
    ]

    assert len(late) > 100
    assert all(value.fullmatch for value in late)


def _names() -> list[str]:
    found = pkgutil.walk_packages(wbtest.__path__, "wbtest.")
    return [m.name for m in found if "migrations" not in m.name and "__main__" not in m.name]
