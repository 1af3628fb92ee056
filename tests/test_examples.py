"""What a docstring shows is what happens."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = ("wbtest/**/*.py", "tests/*/**/*.py")
FILES = [
    file
    for place in PLACES
    for file in sorted(ROOT.glob(place))
    if ">>> " in file.read_text("utf-8")
]


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("module", map(name_of, FILES))
def test_each_example_of_a_module_holds(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = doctest.testmod(import_module(module))

    assert done.attempted
    assert not done.failed, capsys.readouterr().out
