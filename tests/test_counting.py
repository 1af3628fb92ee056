"""What statements mark of themselves is what coverage sees when it traces them."""

import ast
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

from tests.counting import NAME, Marking, arcs

CODE = '''
"""Every kind of statement that has two ways on."""

from __future__ import annotations

from functools import cache


@cache
def halves(
    number: int,
) -> int:
    """Return how often it can be halved."""
    count = 0
    while number % 2 == 0:
        number //= 2
        count += 1
    return count


class Kind:
    """A class with a member."""

    name: str = "kind"

    def named(self, way: int) -> str:
        if way == 0:
            return "none"
        elif way == 1:
            name = (
                "one"
            )
        else:
            name = "many"
        if way > 7:
            name += " indeed"
        for number in range(way):
            if number == 3:
                break
            if number == 1:
                continue
            name += "."
        else:
            name += "!"
        for _ in "abc":
            if way == 2:
                return name
        try:
            name += str(1 // (way - 5))
        except KeyError:
            name = ""
        except ZeroDivisionError:
            name += "0"
        else:
            name += "1"
        finally:
            name += "end"
        match way:
            case 3:
                name += "three"
            case 4 | 5:
                name += "four"
            case _:
                name += "more"
        with memoryview(b"") as view:
            name += str(len(view))
        return name


def never() -> None:
    while True:
        raise ValueError
'''


def exactly(cov: Coverage, path: str) -> tuple[Any, Any]:
    """The lines that did not run, and of each line with two ways how many were taken."""
    return cov.analysis2(path)[3], cov.branch_stats(path)


@pytest.mark.one_database
@pytest.mark.parametrize("ways", [(), (0,), (1,), (2,), (3,), (5, 6), (4, 9), range(12)], ids=str)
def test_the_marks_say_what_tracing_says(tmp_path: Path, ways: range | tuple[int, ...]) -> None:
    file = tmp_path / "sample.py"
    file.write_text(CODE)
    path, ran = str(file), {}
    marked = Coverage(data_file=None, branch=True, config_file=False)
    traced = Coverage(data_file=None, branch=True, config_file=False, include=[path])

    run(compile(Marking().visit(ast.parse(CODE)), path, "exec"), ways, {NAME: ran})
    with traced.collect():
        run(compile(CODE, path, "exec"), ways, {})

    marked.get_data().add_arcs({path: [*arcs(path, set(ran))]})
    seen_by = [exactly(each, path) for each in (marked, traced)]
    for each in (marked, traced):
        each.get_data().close(force=True)
    assert seen_by[0] == seen_by[1]


def run(code: Any, ways: range | tuple[int, ...], names: dict[str, Any]) -> None:
    exec(code, names)
    for way in ways:
        names["halves"](way + 1)
        names["Kind"]().named(way)
