"""`wbtest target`: the rate a business needs, from three assumptions."""

import json

import pytest
from click.testing import CliRunner, Result

from wbtest.cli import main


def target(customers: str, reachable: str, buy: str, *more: str) -> Result:
    named = [f"--customers-needed={customers}", f"--reachable={reachable}", f"--buy={buy}"]
    return CliRunner().invoke(main, ["target", *named, *more])


def test_each_number_is_printed_as_an_assumption():
    lines = target("400", "25000", "0.2").output.splitlines()

    assert [line.split()[:2] for line in lines[:3]] == [
        ["Assumed", "400"],
        ["Assumed", "25,000"],
        ["Assumed", "20"],
    ]
    assert lines[3].startswith("Target   8 % of visitors must sign up.")


def test_json_holds_the_rate_and_its_assumptions():
    values = json.loads(target("400", "25000", "0.2", "--json").output)

    assert values["target"] == pytest.approx(0.08)
    assert values["assumptions"] == {"customers_needed": 400, "reachable": 25_000, "buy": 0.2}


def test_more_than_everybody_is_said_and_ends_with_1():
    said = target("400", "1000", "0.2")

    assert said.exit_code == 1
    assert "none: even if all 1,000 signed up, 200 would buy" in said.output


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("0", "1000", "0.2"), "Customers must be above 0, not 0.0."),
        (("9", "inf", "0.2"), "Reachable people must be above 0, not inf."),
        (("9", "1000", "1.2"), "The share who buy must be above 0 and at most 1, not 1.2."),
        (("9", "1000", "nan"), "The share who buy must be above 0 and at most 1, not nan."),
        (
            ("1", "100000000", "1"),
            "By these numbers fewer than one visitor in 10,000 must sign up, and no page has "
            "enough visitors to show that. Count only people whom you will really bring there.",
        ),
    ],
)
def test_what_is_no_assumption_is_refused_by_name(given, sentence):
    said = target(*given)

    assert said.exit_code == 2
    assert said.stderr == f"wbtest: {sentence}\n"
