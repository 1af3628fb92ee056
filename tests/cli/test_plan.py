"""`wbtest plan`: visitors and days before anybody starts."""

import json

import pytest
from click.testing import CliRunner, Result

from wbtest import statistics
from wbtest.cli import main

ASKED = "--target 0.08 --floor 0.04 --alpha 0.05 --power 0.8 --daily 120 --variants 2"


def plan(arguments: str) -> Result:
    return CliRunner().invoke(main, ["plan", *arguments.split()])


def test_it_names_visitors_and_days():
    said = plan(ASKED).output

    assert "1,296 visitors at most, 648 for each of 2 variants: 14 days with 120 a day." in said
    assert "about 324 on average" in said
    assert "To find variants at 6%, between floor and target: 6,258 visitors." in said


def test_json_holds_the_plan_and_what_was_asked():
    values = json.loads(plan(f"{ASKED} --json").output)

    assert (values["maximum_visitors"], values["days"]) == (1296, 14)
    assert values["asked"]["target"] == 0.08
    assert values["comparison_visitors"] == statistics.comparison_visitors(
        (0.08, 0.12), (1, 1), 0.05, 0.8
    )


def test_one_page_is_compared_with_nothing():
    said = plan("--target 0.08 --floor 0.04 --daily 50")

    assert "584 for the page: 14 days" in said.output
    assert "tell two variants apart" not in said.output


def test_a_better_page_needs_fewer_visitors():
    asked = "--target 0.08 --floor 0.04 --daily 50 --json"
    usual, better = (json.loads(plan(f"{asked}{more}").output) for more in ("", " --hoped 0.2"))

    assert better["maximum_visitors"] < usual["maximum_visitors"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("--target 1.2", "Target must lie between 0 and 1, but is 1.2."),
        ("--floor 0.09", "The floor (0.09) must be below the target (0.08)."),
        ("--alpha 0", "Alpha must lie between 0 and 1, but is 0.0."),
        ("--power nan", "Power must lie between 0 and 1, but is nan."),
        ("--daily 0", "Daily visitors must be above 0, not 0.0."),
        ("--variants 0", "Variants must be at least 1, not 0."),
        ("--variants 100000000", "Variants must be at most 6, not 100000000."),
        ("--daily 100000000", "Daily visitors must be at most 10,000,000, not 100,000,000."),
        ("--alpha 1e-300", "Alpha must be at least 0.000001, not 1e-300."),
        ("--daily inf", "Daily visitors must be at most 10,000,000, not inf."),
        ("--target 1e-9 --floor 1e-10", "would take more than 1,000,000,000 visitors, and no page"),
        ("--target 1e-320 --floor 1e-321", "would take more than 1,000,000,000 visitors"),
        ("--hoped 0.0800001", "would take more than 1,000,000,000 visitors"),
        ("--hoped 0.08", "The rate hoped for (0.08) must be above the target (0.08)."),
    ],
)
def test_what_cannot_be_planned_is_one_line_that_names_it(change, sentence):
    said = plan(f"{ASKED} {change}")

    assert said.exit_code == 2
    assert len(said.stderr.splitlines()) == 1
    assert sentence in said.stderr
