"""`wbtest selftest`: what was measured, and whether it is what was promised."""

import json

import pytest
from click.testing import CliRunner, Result

from wbtest.cli import main
from wbtest.results import error_rates
from wbtest.results.error_rates import Line


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is measured has tests of its own; here the exact lines of one target do."""
    monkeypatch.setattr(error_rates, "computed", lambda _tick: error_rates.one_rate(0.05, 300))
    monkeypatch.setattr(error_rates, "simulated", lambda *_given: [])


def selftest(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["selftest", *arguments])


def test_it_shows_each_figure_beside_its_bound_and_what_peeking_does():
    said = selftest()

    assert said.exit_code == 0
    assert "| go, at its target of 5% | " in said.stdout
    assert "| for go, at its target of 5% | 1.000000 | ≤ 1.000000 |" in said.stdout
    assert "All 4 are kept." in said.stdout


def test_json_is_all_that_is_on_the_channel_for_it():
    values = json.loads(selftest("--json", "--seed", "7").stdout)

    assert (values["seed"], values["is_kept"]) == (7, True)
    assert {"name", "measured", "bound", "peeking", "chance"} <= set(values["lines"][0])


def test_a_broken_bound_ends_with_1(monkeypatch: pytest.MonkeyPatch):
    broken = [Line("go", "one page", 0.2, bound=0.05)]
    monkeypatch.setattr(error_rates, "computed", lambda _tick: broken)

    said = selftest()

    assert said.exit_code == 1
    assert "1 of 1 bounds are broken." in said.stdout
    assert "| BROKEN |" in said.stdout
