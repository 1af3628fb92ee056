"""The map of CONTRIBUTING.md names what is there, and every area is on it."""

import re

from tests.conftest import WHOLE, WITH_SQL_OF_OUR_OWN
from tests.words import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PATH = re.compile(r"`([\w./*-]+/[\w./*-]*|[\w-]+\.(?:py|md|html|toml))`")
# Where a recipe, which speaks of one area, looks for a short name.
PLACES = (
    *("", "wbtest", "wbtest/publishing", "wbtest/results"),
    *("wbtest/writing/coach", "wbtest/audience/recording"),
)


def section(heading: str) -> str:
    """The text below a heading, up to the next."""
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def missing_paths(text: str, places: tuple[str, ...] = ("",)) -> list[str]:
    """The paths named in the text that lead nowhere from any of these places."""
    return [
        path
        for path in PATH.findall(text)
        if not any([*(ROOT / place).glob(path.rstrip("/"))] for place in places)
    ]


def test_the_map_and_the_table_of_changes_name_what_exists():
    assert missing_paths(section("The map")) == []
    assert missing_paths(section("I want to change …")) == []


def test_the_recipes_name_what_exists():
    assert missing_paths(section("Recipes"), PLACES) == []


def test_the_lists_of_tests_to_take_or_leave_name_what_exists():
    paths = {name.partition("::")[0] for name in (*WHOLE, *WITH_SQL_OF_OUR_OWN)}

    assert [path for path in paths if not any(ROOT.glob(f"{path.rstrip('/')}*"))] == []


def test_every_area_is_on_the_map():
    areas = {path.parent.name for path in (ROOT / "wbtest").glob("*/__init__.py")}

    named = re.findall(r"\| `wbtest/(\w+)/`", section("The map"))

    assert areas - {"migrations"} <= set(named)


def test_a_change_that_people_make_has_one_line():
    rows = [line for line in section("I want to change …").splitlines() if line.startswith("| ")]

    assert 20 <= len(rows) - 2 <= 27
